/// Which shards a load reads with the root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shards {
    /// All but those that are declared [`Lazy`](crate::Lazy).
    #[default]
    AsDeclared,
    /// All, lazy ones too.
    All,
    /// None: one `GetItem` of the root. Every shard of the type must be lazy.
    None,
}

impl Shards {
    pub(super) fn wants(self, lazy: bool) -> bool {
        match self {
            Self::AsDeclared => !lazy,
            Self::All => true,
            Self::None => false,
        }
    }
}
