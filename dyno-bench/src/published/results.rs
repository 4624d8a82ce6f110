//! The kept lines: for each benchmark one that says what it was measured with, and then its rows.

use std::iter;

use serde_json::{Map, Value, json};

use super::about::About;

#[derive(Default)]
pub(super) struct Results {
    sections: Vec<Section>,
}

/// The results of one benchmark.
pub(super) struct Section {
    pub(super) bench: String,
    about: Value,
    pub(super) rows: Vec<Line>,
}

/// One row, as it was printed.
pub(super) struct Line(Map<String, Value>);

impl Results {
    pub(super) fn parse(lines: &str) -> Result<Self, String> {
        let mut results = Self::default();
        for line in lines.lines() {
            let mut fields: Map<String, Value> =
                serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
            let last = results.sections.last_mut();
            match (fields.remove("about"), fields.get("bench"), last) {
                (Some(about), Some(Value::String(bench)), _) => results.sections.push(Section {
                    bench: bench.clone(),
                    about,
                    rows: Vec::new(),
                }),
                (None, Some(Value::String(bench)), Some(section)) if section.bench == *bench => {
                    section.rows.push(Line(fields));
                }
                _ => return Err(format!("the line is of no benchmark: {line}")),
            }
        }
        Ok(results)
    }

    pub(super) fn to_lines(&self) -> String {
        let lines = self.sections.iter().flat_map(|section| {
            let about = json!({ "bench": section.bench, "about": section.about });
            let rows = section.rows.iter();
            let rows = rows.map(|Line(row)| format!("{}\n", Value::Object(row.clone())));
            iter::once(format!("{about}\n")).chain(rows)
        });
        lines.collect()
    }

    pub(super) fn replace(&mut self, section: Section) {
        let mut sections = self.sections.iter_mut();
        match sections.find(|old| old.bench == section.bench) {
            Some(old) => *old = section,
            None => self.sections.push(section),
        }
    }

    pub(super) fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The rows of a benchmark; none where it is not among the results.
    pub(super) fn rows(&self, bench: &str) -> &[Line] {
        self.section(bench).map_or(&[], |section| &section.rows)
    }

    pub(super) fn section(&self, bench: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.bench == bench)
    }
}

impl Section {
    pub(super) fn new(bench: &str, about: &About, rows: Vec<Value>) -> Self {
        let rows = rows.into_iter().filter_map(|row| match row {
            Value::Object(row) => Some(Line(row)),
            _ => None,
        });
        Self {
            bench: bench.to_owned(),
            about: about.fields().clone(),
            rows: rows.collect(),
        }
    }

    /// The sentence that says where and when, and with which versions.
    pub(super) fn about(&self) -> String {
        let field = |name: &str| match self.about.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "unknown".to_owned(),
        };
        let commit = self.about.get("commit").and_then(Value::as_str);
        let commit = commit.map(|commit| format!(" ({commit})"));
        // Rows that were measured with another SDK say so.
        let sdk = self.rows.first().and_then(|row| row.text("sdk"));
        format!(
            "Measured on {} on {} cores of {} with {} of memory, `{}`; rustc {}, dyno {}{}, SDK {}.",
            field("date"),
            field("cores"),
            field("cpu"),
            field("memory"),
            field("system"),
            field("rustc"),
            field("dyno"),
            commit.unwrap_or_default(),
            sdk.map_or_else(|| field("sdk"), str::to_owned),
        )
    }
}

impl Line {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    pub(super) fn case(&self) -> &str {
        self.text("case").unwrap_or_default()
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Results of these rows: benchmark, case and ratio.
    pub(in super::super) fn results(rows: &[(&str, &str, f64)]) -> Results {
        let mut results = Results::default();
        for (bench, case, ratio) in rows {
            let row = json!({
                "bench": bench, "case": case, "against": "by hand",
                "ours": ratio * 1000.0, "baseline": 1000.0, "ratio": ratio, "unit": "ns",
            });
            let mut all: Vec<Value> = results.rows(bench).iter().map(Line::value).collect();
            all.push(row);
            results.replace(Section::new(bench, &About::of_this_run(), all));
        }
        results
    }

    impl Line {
        fn value(&self) -> Value {
            Value::Object(self.0.clone())
        }
    }

    #[test]
    fn lines_are_read_as_they_were_written() {
        let results = results(&[("a", "one", 1.0), ("b", "two", 2.0), ("a", "three", 3.0)]);
        let lines = results.to_lines();
        assert_eq!(lines.lines().count(), 5);
        assert_eq!(Results::parse(&lines).unwrap().to_lines(), lines);
        assert_eq!(results.rows("a").len(), 2);
        assert!(results.rows("c").is_empty());
    }

    #[test]
    fn a_commit_is_shown_where_one_is_kept() {
        for (about, wanted) in [
            (r#"{"dyno":"1"}"#, "dyno 1, SDK"),
            (r#"{"dyno":"1","commit":null}"#, "dyno 1, SDK"),
            (r#"{"dyno":"1","commit":"12ab+"}"#, "dyno 1 (12ab+), SDK"),
        ] {
            let line = format!(r#"{{"bench":"a","about":{about}}}"#);
            let results = Results::parse(&line).unwrap();
            let about = results.section("a").map(Section::about).unwrap();
            assert!(about.contains(wanted), "{about}");
        }
    }

    #[test]
    fn a_benchmark_is_replaced_where_it_is() {
        let mut all = results(&[("a", "one", 1.0), ("b", "two", 2.0)]);
        let mut again = results(&[("a", "new", 1.0)]);
        all.replace(again.sections.remove(0));
        let benches: Vec<_> = all
            .sections()
            .iter()
            .map(|one| one.bench.as_str())
            .collect();
        assert_eq!(benches, ["a", "b"]);
        assert_eq!(all.rows("a")[0].case(), "new");
    }

    #[test]
    fn a_line_without_its_benchmark_is_refused() {
        let row = r#"{"bench":"a","case":"one"}"#;
        for lines in [
            row,
            "{}",
            "word",
            "{\"bench\":\"b\",\"about\":{}}\n{\"bench\":\"a\"}",
        ] {
            assert!(Results::parse(lines).is_err(), "{lines}");
        }
    }
}
