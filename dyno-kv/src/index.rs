use dyno_core::KeyKind;
use dyno_core::table::IndexSpec;

use crate::attribute::{ID, NAME, is_reserved};

/// A secondary index that the program declared.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// The attribute that a prefix is one of.
    pub(crate) sort: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Of one partition of the table.
    Local,
    /// By this attribute.
    Global(String),
}

impl Index {
    /// The name of its partition key.
    pub(crate) fn key(&self) -> &str {
        match &self.kind {
            Kind::Local => ID,
            Kind::Global(key) => key,
        }
    }

    pub(crate) fn is_global(&self) -> bool {
        matches!(self.kind, Kind::Global(_))
    }

    pub(crate) fn spec(&self) -> IndexSpec {
        let mut spec = IndexSpec::new(&self.name);
        if let Kind::Global(key) = &self.kind {
            spec = spec.with_key(key, KeyKind::S);
        }
        match &self.sort {
            Some(sort) => spec.with_sort(sort, KeyKind::S),
            None => spec,
        }
    }

    /// Whether records are found here by this field.
    pub(crate) fn has_key(&self, field: &str) -> bool {
        self.key() == field || self.sort.as_deref() == Some(field)
    }

    /// Why there can be no such index, if there cannot.
    pub(crate) fn fault(&self) -> Option<String> {
        let name = &self.name;
        if name.is_empty() {
            return Some("an index has a name".to_owned());
        }
        let keys = [Some(self.key()), self.sort.as_deref()];
        keys.into_iter().flatten().find_map(|key| match key {
            "" => Some(format!("index `{name}` has a key attribute without a name")),
            ID | NAME => None,
            key if is_reserved(key) => Some(format!(
                "index `{name}` has the key attribute `{key}`, which is the store's own; index fields, `{ID}` or `{NAME}`"
            )),
            _ => None,
        })
    }
}
