//! A specification for people.

use std::fmt;

use super::spec::TableSpec;

impl fmt::Display for TableSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            region,
            partition: _,
            sort: _,
            global,
            local,
            doubled: _,
            billing,
            ttl,
            stream,
            recovery,
            protection,
            tags,
        } = self;
        write!(f, "table `{name}`")?;
        if let Some(region) = region {
            write!(f, " in {region}")?;
        }
        writeln!(f, ": {}; {billing}", self.keys())?;
        for index in global.values() {
            writeln!(f, "  global index {index}")?;
        }
        for index in local.values() {
            writeln!(f, "  local index {index}")?;
        }
        if let Some(attribute) = ttl {
            writeln!(f, "  items expire by `{attribute}`")?;
        }
        if let Some(view) = stream {
            writeln!(f, "  stream of {view}")?;
        }
        if *recovery {
            writeln!(f, "  point-in-time recovery")?;
        }
        if *protection {
            writeln!(f, "  deletion protection")?;
        }
        for (tag, value) in tags {
            writeln!(f, "  tag `{tag}` is `{value}`")?;
        }
        Ok(())
    }
}
