//! The keys by which a selection goes: those of the table, or of one of its secondary indexes.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};
use smallvec::{SmallVec, smallvec};

use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::key::{KeyKind, KeyValue, Template, Templates};
use crate::plan::{Expiry, KeyKinds, Topology, normal_part};
use crate::shape::{Holds, IndexPart, SecondaryShape, TableShape};

/// The keys by which a selection goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    table: &'static TableShape,
    kinds: KeyKinds,
    templates: Option<&'static Templates>,
    index: Option<&'static SecondaryShape>,
}

/// An attribute of a key, and its type; a string where nothing says otherwise.
pub(super) type Part = (&'static str, Option<KeyKind>);

pub(super) type Parts = SmallVec<[Part; 4]>;

/// One entry for each attribute of a partition key, which mostly has one.
pub(super) type OneOrMore<T> = SmallVec<[T; 1]>;

impl Keys {
    /// # Errors
    ///
    /// The type has no index of this name.
    pub(super) fn of(topology: &Topology, index: Option<&'static str>) -> Result<Self> {
        let known = topology.root.secondary();
        let found = |name: &str| {
            let found = known.iter().find(|known| known.name() == name);
            found.ok_or_else(|| {
                let why = format!("type `{}` has no index `{name}`", topology.root.name());
                Error::new(ErrorKind::InvalidExpression, why)
            })
        };
        Ok(Self {
            table: topology.table,
            kinds: KeyKinds::of(topology.root),
            templates: topology.root.key_templates(),
            index: index.map(found).transpose()?,
        })
    }

    /// The index's name.
    pub(super) fn index_name(self) -> Option<&'static str> {
        self.index.map(SecondaryShape::name)
    }

    /// Whether the items found have everything that is stored of an object.
    pub(super) fn finds_whole_items(self) -> bool {
        self.index.is_none_or(SecondaryShape::is_whole)
    }

    /// Where this is, for error messages.
    pub(super) fn place(self) -> String {
        match self.index {
            Some(index) => format!("index `{}`", index.name()),
            None => format!("table `{}`", self.table.name()),
        }
    }

    /// Refuses what the index cannot answer.
    pub(super) fn check_consistent(self) -> Result<()> {
        match self.index {
            Some(index) if !index.is_local() => {
                let why = format!(
                    "a global index, as `{}` is, follows its table a moment later, and is never read consistently; leave \
                     `consistent` out, or query the table",
                    index.name()
                );
                Err(Error::new(ErrorKind::InvalidExpression, why))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Refuses to count what cannot be told apart in the index.
    pub(super) fn check_count(self) -> Result<()> {
        if self.finds_whole_items() {
            return Ok(());
        }
        let why = format!(
            "{} holds parts of items, which do not say of what they are, so objects are not counted in it; count what is loaded",
            self.place()
        );
        Err(Error::new(ErrorKind::InvalidExpression, why))
    }

    /// Why a query does not count what lives, where what expired is left out only after it was read.
    pub(super) fn living_not_counted(self, expiry: &Expiry) -> Error {
        let why = format!(
            "{} has `{}` in its key, by which objects expire, and the filter that leaves out what expired may not look there; \
             count all with `.with_expired()`, from now on with `.sort()`, or count what is loaded",
            self.place(),
            expiry.attribute()
        );
        Error::new(ErrorKind::InvalidExpression, why)
    }

    /// The attributes of the partition key.
    pub(super) fn partition(self) -> Parts {
        match self.index {
            Some(index) if !index.is_local() => parts_of(index.key()),
            Some(_) | None => smallvec![(self.table.key_name(), self.kinds.partition)],
        }
    }

    /// The attributes of the sort key.
    pub(super) fn sort(self) -> Parts {
        if let Some(index) = self.index {
            return parts_of(index.sort());
        }
        let sort = self.table.sort_name();
        sort.map(|name| (name, self.kinds.sort))
            .into_iter()
            .collect()
    }

    /// The partition key that was given, by attribute.
    ///
    /// # Errors
    ///
    /// It is missing, or not one of these keys.
    pub(super) fn partition_of(
        self,
        given: OneOrMore<KeyValue>,
    ) -> Result<OneOrMore<(&'static str, AttributeValue)>> {
        let parts = self.partition();
        if given.len() != parts.len() {
            return Err(self.wrong_count(&parts, given.len()));
        }
        let checked = parts.iter().zip(given).map(|((name, kind), value)| {
            let normal = normal_part("partition key", name, *kind, &value)?;
            Ok((*name, normal.unwrap_or(value).into_value()))
        });
        checked.collect()
    }

    /// Refuses the partition key that the fields of a template make, where it is that of another table or index.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidKey`].
    pub(super) fn check_made_partition(self, attribute: &str) -> Result<()> {
        let own = self.partition();
        self.check_made(attribute, own.first().map_or("", |(name, _)| name))
    }

    /// The same for one attribute of a key, by its own name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidKey`].
    pub(super) fn check_made(self, attribute: &str, own: &str) -> Result<()> {
        if attribute == own {
            return Ok(());
        }
        let why = format!(
            "the fields make `{attribute}`, and {} has the key `{own}`; name the index before the fields, `.index(..).of(..)`, or give \
             the values of its own keys with `.key(..)` and `.sort()`, as for one named by `.index_str(..)`, of which no fields are known",
            self.place()
        );
        Err(Error::new(ErrorKind::InvalidKey, why))
    }

    /// The template of an attribute of the index's key.
    pub(super) fn template_of(self, name: &str) -> Option<Template> {
        let mut parts = self.index?.parts();
        parts.find(|part| part.name() == name)?.template()
    }

    /// What holds of the sort keys of all objects of the type, if they are made of fields behind a text.
    pub(super) fn beginning_of_sort(self) -> Option<Node> {
        let template = match self.index {
            Some(index) => index.sort_template(),
            None => self.templates?.sort_template(),
        }?;
        beginning(template.attribute(), template)
    }

    /// What holds of the keys of all objects of the type, so far as they begin with a text. A filter of a query may not look at the
    /// keys that it is by.
    pub(super) fn beginnings(self, is_query: bool) -> Vec<Node> {
        let barred: Parts = if is_query {
            self.partition().into_iter().chain(self.sort()).collect()
        } else {
            SmallVec::new()
        };
        let is_barred = |name: &str| barred.iter().any(|(barred, _)| *barred == name);
        let templates = self.templates.into_iter().flat_map(Templates::all);
        let keys = self.table.key_names().into_iter().zip(templates);
        let keys = keys.filter(|(name, _)| !is_barred(name));
        keys.filter_map(|(name, template)| beginning(name, template))
            .collect()
    }

    /// What the partition key is made of, if it is made of fields.
    pub(super) fn partition_template(self) -> Option<Template> {
        match self.index {
            Some(index) if !index.is_local() => index.key_template(),
            Some(_) | None => self.templates.map(Templates::partition_template),
        }
    }

    fn wrong_count(self, parts: &[Part], given: usize) -> Error {
        let names: Vec<_> = parts.iter().map(|(name, _)| format!("`{name}`")).collect();
        let names = names.join(", ");
        let why = match (parts, given) {
            (_, 0) if self.partition_template().is_some() => format!(
                "a query is one of a partition: give the fields that make {names} with `.of(..)`, or use `scan`"
            ),
            ([_], 0) => format!(
                "a query is one of a partition: give the value of {names} with `.key(..)`, or use `scan`"
            ),
            (_, 0) => format!(
                "a query is one of a partition: give the values of {names} with `.key_parts(..)`, or use `scan`"
            ),
            (_, given) => format!(
                "the partition key of {} is {names}, and {given} values were given; give {} with `.key_parts(..)`",
                self.place(),
                parts.len()
            ),
        };
        Error::new(ErrorKind::InvalidKey, why)
    }

    /// The attribute of the sort key at this place, if it has so many.
    pub(super) fn sort_at(self, position: usize) -> Result<Part> {
        let parts = self.sort();
        if let Some(part) = parts.get(position) {
            return Ok(*part);
        }
        let why = match (parts.len(), self.index) {
            (0, None) => format!(
                "table `{}` has no sort key to put a condition on; its objects are found by their partition key: use \
                 `load`, or `scan` with a filter",
                self.table.name()
            ),
            (0, Some(index)) => {
                let name = index.name();
                let way = match index.key_template() {
                    Some(_) => format!(
                        "say what it is made of, `index(name = \"{name}\", .., sort = \"..{{field}}\")`"
                    ),
                    None => format!("mark a field `index(name = \"{name}\", sort)`"),
                };
                format!(
                    "index `{name}` has no sort key to put a condition on; {way}, or use a filter"
                )
            }
            (count, _) => format!(
                "the sort key of {} has {count} attributes, and a condition on more was given",
                self.place()
            ),
        };
        Err(Error::new(ErrorKind::InvalidKey, why))
    }

    /// Every attribute of the keys of an item found here: where the service says that a page ends.
    pub(super) fn names(self) -> Vec<&'static str> {
        let mut names = self.table.key_names();
        let more = self.index.into_iter().flat_map(SecondaryShape::parts);
        for part in more {
            if !names.contains(&part.name()) {
                names.push(part.name());
            }
        }
        names
    }

    /// The keys of an item found here.
    pub(super) fn place_of(self, item: &Item) -> Item {
        let names = self.names().into_iter();
        let part = |name: &str| Some((name.to_owned(), item.get(name)?.clone()));
        names.filter_map(part).collect()
    }

    /// Refuses a filter on what the service takes as part of the key, or does not see.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidExpression`] with the path.
    pub(super) fn check_filter(self, filter: &Node, is_query: bool) -> Result<()> {
        let mut fault = None;
        filter.each_look(&mut |path, _| {
            if fault.is_none() {
                fault = self
                    .filter_fault(path, is_query)
                    .map(|why| (path.clone(), why));
            }
        });
        let Some((path, why)) = fault else {
            return Ok(());
        };
        Err(Error::new(ErrorKind::InvalidExpression, why).at_path(path))
    }

    /// Whether an attribute is part of the key by which a query asks, at which its filter may not look.
    pub(super) fn asks_by(self, attribute: &str) -> bool {
        let mut parts = self.partition().into_iter().chain(self.sort());
        parts.any(|(part, _)| part == attribute)
    }

    fn filter_fault(self, path: &FieldPath, is_query: bool) -> Option<String> {
        let Some(Segment::Key(name)) = path.segments().first() else {
            return None;
        };
        if is_query && self.asks_by(name) {
            return Some(
                "is part of the key, at which a filter of a query may not look; say it with `.key(..)` or `.sort()`"
                    .to_owned(),
            );
        }
        let held = match self.index.map(SecondaryShape::holds) {
            Some(Holds::Some(held)) => held,
            Some(Holds::Nothing) => &[],
            Some(Holds::Everything) | None => return None,
        };
        let is_held = held.contains(&name.as_str()) || self.names().contains(&name.as_str());
        (!is_held).then(|| {
            format!(
                "is not held by {}, at which a filter looks; let it include the field, or compare after loading",
                self.place()
            )
        })
    }
}

/// What holds of a key that the template makes, if it begins with a text.
fn beginning(name: &str, template: Template) -> Option<Node> {
    let text = AttributeValue::S(template.head().to_owned());
    match template.head() {
        "" => None,
        _ if template.is_fixed() => Some(Node::equal(name, text)),
        _ => Some(Node::BeginsWith(FieldPath::root().key(name), text)),
    }
}

fn parts_of(parts: &[IndexPart]) -> Parts {
    parts
        .iter()
        .map(|part| (part.name(), Some(part.kind())))
        .collect()
}
