//! Updates as text.

use aws_sdk_dynamodb::types::AttributeValue;

use super::edit::{Edit, Sign, Verb};
use super::render::Placeholders;

/// The clauses of an update: `SET a=:a, b=:b REMOVE c ADD d :d DELETE e :e`.
#[derive(Debug, Default)]
pub(crate) struct Clauses {
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    delete: Vec<String>,
}

impl Clauses {
    pub(crate) fn of(edits: &[Edit], names: &mut Placeholders) -> Self {
        let mut clauses = Self::default();
        for edit in edits {
            clauses.add(edit, names);
        }
        clauses
    }

    /// Adds one more edit.
    pub(crate) fn add(&mut self, edit: &Edit, names: &mut Placeholders) {
        let place = names.path(&edit.path);
        match &edit.verb {
            Verb::Append(list) => {
                let begun = begun(&place, &AttributeValue::L(Vec::new()), names);
                let list = names.value(list);
                self.set
                    .push(format!("{place}=list_append({begun}, {list})"));
            }
            Verb::Prepend(list) => {
                let list = names.value(list);
                let begun = begun(&place, &AttributeValue::L(Vec::new()), names);
                self.set
                    .push(format!("{place}=list_append({list}, {begun})"));
            }
            // `ADD` would do it for attributes of the item only; this does it for values inside others, too.
            Verb::Count { amount, sign, .. } => {
                let begun = begun(&place, &AttributeValue::N("0".to_owned()), names);
                let amount = names.value(amount);
                let sign = match sign {
                    Sign::Minus => '-',
                    Sign::Plus => '+',
                };
                self.set.push(format!("{place}={begun} {sign} {amount}"));
            }
            Verb::Delete { set, .. } => {
                let set = names.value(set);
                self.delete.push(format!("{place} {set}"));
            }
            Verb::Remove { .. } => self.remove.push(place),
            Verb::Set(value) => {
                let value = names.value(value);
                self.set.push(format!("{place}={value}"));
            }
            Verb::SetIfAbsent(value) => {
                let begun = begun(&place, value, names);
                self.set.push(format!("{place}={begun}"));
            }
            Verb::Unite(set) => {
                let set = names.value(set);
                self.add.push(format!("{place} {set}"));
            }
        }
    }

    /// Adds assignments that are written already.
    pub(crate) fn set(&mut self, assignments: impl IntoIterator<Item = String>) {
        self.set.extend(assignments);
    }

    /// The assignments, of edits that are nothing else.
    pub(crate) fn into_assignments(self) -> Vec<String> {
        self.set
    }

    pub(crate) fn text(&self) -> String {
        let clauses = [
            ("SET", &self.set),
            ("REMOVE", &self.remove),
            ("ADD", &self.add),
            ("DELETE", &self.delete),
        ];
        let clauses = clauses.iter().filter(|(_, parts)| !parts.is_empty());
        let clauses: Vec<_> = clauses
            .map(|(word, parts)| format!("{word} {}", parts.join(", ")))
            .collect();
        clauses.join(" ")
    }
}

/// What stands at the place, or this.
fn begun(place: &str, otherwise: &AttributeValue, names: &mut Placeholders) -> String {
    format!("if_not_exists({place}, {})", names.value(otherwise))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(number: &str) -> AttributeValue {
        AttributeValue::N(number.to_owned())
    }

    fn edit(path: &str, verb: Verb) -> Edit {
        Edit {
            path: path.parse().unwrap(),
            verb,
        }
    }

    #[test]
    fn every_kind_of_edit_has_its_text() {
        let set = || AttributeValue::Ns(vec!["1".to_owned()]);
        let list = || AttributeValue::L(vec![n("1")]);
        let edits = [
            edit("a", Verb::Set(n("1"))),
            edit("b.a", Verb::SetIfAbsent(n("2"))),
            edit(
                "c",
                Verb::count("3".to_owned(), Sign::Plus, (None, None)).unwrap(),
            ),
            edit(
                "d[2]",
                Verb::count("4".to_owned(), Sign::Minus, (None, None)).unwrap(),
            ),
            edit("e", Verb::Append(list())),
            edit("f", Verb::Prepend(list())),
            edit("g", Verb::Remove { optional: true }),
            edit("h", Verb::Unite(set())),
            edit(
                "i",
                Verb::Delete {
                    set: set(),
                    optional: true,
                },
            ),
        ];
        let mut names = Placeholders::new();
        let mut clauses = Clauses::of(&edits, &mut names);
        clauses.set(["#t=:t".to_owned()]);
        assert_eq!(
            clauses.text(),
            "SET #q0=:q0, #q1.#q0=if_not_exists(#q1.#q0, :q1), #q2=if_not_exists(#q2, :q2) + :q3, \
             #q3[2]=if_not_exists(#q3[2], :q4) - :q5, #q4=list_append(if_not_exists(#q4, :q6), :q7), \
             #q5=list_append(:q8, if_not_exists(#q5, :q9)), #t=:t REMOVE #q6 ADD #q7 :q10 DELETE #q8 :q11"
        );
        let (names, values) = names.into_parts();
        assert_eq!((names.len(), values.len()), (9, 12));
    }

    #[test]
    fn a_count_is_bounded_by_what_its_type_holds() {
        let range = (Some(0), Some(255));
        for (amount, sign, guards) in [
            ("1", Sign::Plus, vec!["NOT #q0 > 254"]),
            ("1", Sign::Minus, vec!["#q0 >= 1"]),
            ("-3", Sign::Plus, vec!["#q0 >= 3"]),
            ("0", Sign::Plus, vec![]),
            ("1.5", Sign::Plus, vec!["NOT #q0 > 253"]),
        ] {
            let edit = edit("a", Verb::count(amount.to_owned(), sign, range).unwrap());
            let texts = edit.guards().into_iter().map(|guard| {
                let mut names = Placeholders::new();
                let text = guard.text(&mut names);
                let (_, values) = names.into_parts();
                text.replace(":q0", values[":q0"].as_n().unwrap())
            });
            assert_eq!(texts.collect::<Vec<_>>(), guards, "{amount}");
        }
    }

    #[test]
    fn what_is_around_a_value_must_be_there() {
        for (path, guarded) in [
            ("a", vec![]),
            ("a.b", vec!["a"]),
            ("a.b.c", vec!["a", "a.b"]),
            ("a[1]", vec!["a[1]"]),
            ("a[1].b", vec!["a[1]"]),
            ("a.b[1][2].c", vec!["a", "a.b[1]", "a.b[1][2]"]),
        ] {
            let edit = edit(path, Verb::Set(n("1")));
            let paths: Vec<_> = edit
                .guards()
                .iter()
                .map(|guard| guard.path().to_string())
                .collect();
            assert_eq!(paths, guarded, "{path}");
        }
    }
}
