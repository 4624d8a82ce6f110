//! The namespaces in which items stand.

use crate::kind::Kind;

/// One complete set of flags and segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Generation {
    /// Where the SDKs of LaunchDarkly look.
    #[default]
    Official,
    /// A set of its own, by its id.
    Own(String),
}

/// How the namespaces of one store are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    prefix: String,
}

impl Names {
    pub(crate) fn with_prefix(prefix: String) -> Self {
        Self { prefix }
    }

    /// `features`, `p:features`, or `p:features@id`.
    pub(crate) fn items(&self, kind: Kind, generation: &Generation) -> String {
        match generation {
            Generation::Official => self.prefixed(kind.namespace()),
            Generation::Own(id) => self.prefixed(&format!("{}@{id}", kind.namespace())),
        }
    }

    /// Where the pieces of items stand that are larger than an item of the table.
    pub(crate) fn chunks(&self, kind: Kind, generation: &Generation) -> String {
        format!("{}$chunks", self.items(kind, generation))
    }

    /// Namespace and key of the item that says that there is a set, and which.
    pub(crate) fn marker(&self) -> (String, String) {
        let name = self.prefixed("$inited");
        (name.clone(), name)
    }

    /// Where the generations are listed that may have items.
    pub(crate) fn registry(&self) -> String {
        self.prefixed("$generations")
    }

    fn prefixed(&self, name: &str) -> String {
        if self.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}:{name}", self.prefix)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_stands_before_every_namespace() {
        let plain = Names::default();
        let prefixed = Names::with_prefix("p".into());
        let own = Generation::Own("7".into());
        assert_eq!(plain.items(Kind::Flag, &Generation::Official), "features");
        assert_eq!(
            prefixed.items(Kind::Segment, &Generation::Official),
            "p:segments"
        );
        assert_eq!(prefixed.items(Kind::Flag, &own), "p:features@7");
        assert_eq!(prefixed.chunks(Kind::Flag, &own), "p:features@7$chunks");
        assert_eq!(plain.marker(), ("$inited".into(), "$inited".into()));
        assert_eq!(
            prefixed.marker(),
            ("p:$inited".to_owned(), "p:$inited".to_owned())
        );
        assert_eq!(prefixed.registry(), "p:$generations");
    }
}
