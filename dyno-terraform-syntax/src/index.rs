//! The block of an index.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::Span;

use crate::error::{ReadErrorKind, Result};
use crate::fields::{Fields, Spot};
use crate::reader::Reader;
use crate::rules::name_mistake;
use crate::table::{Billing, Index, Kind, Part, Projection};

/// DynamoDB's limit for the partition key, and for the sort key, of a global index.
const KEY_PARTS: usize = 4;

/// The attributes that the table declares, and which of them are part of a key.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    kinds: BTreeMap<String, (Kind, bool)>,
}

impl Declared {
    /// Reads the `attribute` blocks.
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Self> {
        let mut declared = Self::default();
        for mut attribute in fields.blocks("attribute") {
            let (name, kind) = (attribute.required("name")?, attribute.required("type")?);
            let kind = match kind.value.as_str() {
                "B" => Kind::B,
                "N" => Kind::N,
                "S" => Kind::S,
                other => {
                    let why = format!("`type` is `S`, `N` or `B`, and this is `{other}`");
                    return Err(attribute.invalid(&kind, why));
                }
            };
            if name.value.is_empty() {
                return Err(attribute.invalid(&name, "an attribute needs a name"));
            }
            let known = (kind, false);
            if declared.kinds.insert(name.value.clone(), known).is_some() {
                let why = format!("attribute `{}` is declared twice; keep one", name.value);
                return Err(attribute.invalid(&name, why));
            }
            attribute.finish(|_| None)?;
        }
        Ok(declared)
    }

    /// The attribute of a key, with its type.
    pub(crate) fn part(&mut self, of: &Fields<'_>, name: &Spot<String>) -> Result<Part> {
        let Some((kind, used)) = self.kinds.get_mut(&name.value) else {
            let name_text = &name.value;
            let why = format!(
                "key `{name_text}` has no type; add `attribute {{ name = \"{name_text}\", type = .. }}` as a block"
            );
            return Err(of.invalid(name, why));
        };
        *used = true;
        Ok(Part {
            name: name.value.clone(),
            kind: *kind,
        })
    }

    /// An attribute that no key has, which DynamoDB refuses.
    pub(crate) fn unused(&self) -> Option<&str> {
        let mut kinds = self.kinds.iter();
        let unused = kinds.find(|(_, (_, used))| !*used);
        unused.map(|(name, _)| name.as_str())
    }
}

/// What an index needs to know of its table.
pub(crate) struct Whose<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) declared: &'a mut Declared,
    pub(crate) billing: Billing,
    pub(crate) key: &'a Part,
}

impl Whose<'_> {
    /// Reads a `global_secondary_index` block.
    pub(crate) fn global(&mut self, mut fields: Fields<'_>) -> Result<Index> {
        let name = index_name(&mut fields)?;
        let (key, sort) = self.keys(&mut fields)?;
        let index = Index {
            name,
            key,
            sort,
            projection: projection(&mut fields)?,
            throughput: self.throughput(&mut fields)?,
        };
        self.reader.finish(fields)?;
        Ok(index)
    }

    /// Reads a `local_secondary_index` block: its partition key is the table's, whether it says so or not.
    pub(crate) fn local(&mut self, mut fields: Fields<'_>) -> Result<Index> {
        let name = index_name(&mut fields)?;
        if let Some(key) = fields.text("hash_key")?
            && key.value != self.key.name
        {
            let (own, key_name) = (&self.key.name, &key.value);
            let why = format!(
                "a local index has the `hash_key` of its table, which is `{own}` and not `{key_name}`; take it out, or make \
                 the index global"
            );
            return Err(fields.invalid(&key, why));
        }
        let sort = fields.required("range_key")?;
        refuse_twin(&fields, &sort, sort.value == self.key.name)?;
        let index = Index {
            name,
            key: Vec::new(),
            sort: vec![self.declared.part(&fields, &sort)?],
            projection: projection(&mut fields)?,
            throughput: None,
        };
        self.reader.finish(fields)?;
        Ok(index)
    }

    /// `hash_key` and `range_key`, or blocks of `key_schema`.
    fn keys(&mut self, fields: &mut Fields<'_>) -> Result<(Vec<Part>, Vec<Part>)> {
        let (hash, range) = (fields.text("hash_key")?, fields.text("range_key")?);
        let (mut key, mut sort) = (Vec::new(), Vec::new());
        let schema = fields.blocks("key_schema");
        for (name, given) in [("hash_key", &hash), ("range_key", &range)] {
            if let (Some(given), false) = (given, schema.is_empty()) {
                let why = format!("has both `{name}` and `key_schema`; keep one form");
                return Err(fields.invalid(given, why));
            }
        }
        let mut names = BTreeSet::new();
        for mut element in schema {
            let name = element.required("attribute_name")?;
            let role = element.required("key_type")?;
            let part = self.declared.part(&element, &name)?;
            refuse_twin(&element, &name, !names.insert(name.value.clone()))?;
            match role.value.as_str() {
                "HASH" => key.push(part),
                "RANGE" => sort.push(part),
                other => {
                    let why = format!("`key_type` is `HASH` or `RANGE`, and this is `{other}`");
                    return Err(element.invalid(&role, why));
                }
            }
            element.finish(|_| None)?;
        }
        if let Some(hash) = hash {
            key.push(self.declared.part(fields, &hash)?);
        }
        if let Some(range) = range {
            let twin = key.iter().any(|part: &Part| part.name == range.value);
            refuse_twin(fields, &range, twin)?;
            sort.push(self.declared.part(fields, &range)?);
        }
        if key.is_empty() {
            return Err(fields.missing("hash_key"));
        }
        if key.len() > KEY_PARTS || sort.len() > KEY_PARTS {
            let why = format!("has more than {KEY_PARTS} attributes in a key");
            return Err(fields.invalid(fields, why));
        }
        Ok((key, sort))
    }

    fn throughput(&self, fields: &mut Fields<'_>) -> Result<Option<(u32, u32)>> {
        let given = capacity(fields)?;
        match (self.billing, given) {
            (Billing::OnDemand, None) => Ok(None),
            (Billing::OnDemand, Some(_)) => Err(fields.invalid(
                fields,
                "has throughput, and its table is on demand; take `read_capacity` and `write_capacity` out",
            )),
            (Billing::Provisioned(reads, writes), Some(own)) => {
                Ok((own != (reads, writes)).then_some(own))
            }
            (Billing::Provisioned(..), None) => Err(fields.missing("read_capacity")),
        }
    }
}

fn refuse_twin(of: &Fields<'_>, name: &Spot<String>, is_twin: bool) -> Result<()> {
    if !is_twin {
        return Ok(());
    }
    let why = format!("has `{}` twice in its key; take one out", name.value);
    Err(of.invalid(name, why))
}

/// `read_capacity` and `write_capacity`, each at least 1; zero of both is none, as the provider takes it.
pub(crate) fn capacity(fields: &mut Fields<'_>) -> Result<Option<(u32, u32)>> {
    let reads = fields.whole("read_capacity")?;
    let writes = fields.whole("write_capacity")?;
    match (&reads, &writes) {
        (None, None) => Ok(None),
        (Some(one), None) => Err(alone(fields, one, "write_capacity")),
        (None, Some(one)) => Err(alone(fields, one, "read_capacity")),
        (Some(reads), Some(writes)) => match (reads.value, writes.value) {
            (0, 0) => Ok(None),
            (0, _) => Err(fields.invalid(reads, "`read_capacity` is at least 1")),
            (_, 0) => Err(fields.invalid(writes, "`write_capacity` is at least 1")),
            both => Ok(Some(both)),
        },
    }
}

fn alone(fields: &Fields<'_>, one: &impl Span, missing: &str) -> crate::ReadError {
    fields.invalid(
        one,
        format!("lacks `{missing}`; give both capacities, or none"),
    )
}

fn index_name(fields: &mut Fields<'_>) -> Result<String> {
    let name = fields.required("name")?;
    match name_mistake(&name.value) {
        Some(why) => Err(fields.invalid(&name, format!("the name of an index {why}"))),
        None => Ok(name.value),
    }
}

fn projection(fields: &mut Fields<'_>) -> Result<Projection> {
    let sort = fields.required("projection_type")?;
    let names = fields.texts("non_key_attributes")?;
    let projection = match (sort.value.as_str(), &names) {
        ("ALL", None) => Projection::All,
        ("KEYS_ONLY", None) => Projection::KeysOnly,
        ("ALL" | "KEYS_ONLY", Some(names)) if names.value.is_empty() => {
            let all = sort.value == "ALL";
            if all {
                Projection::All
            } else {
                Projection::KeysOnly
            }
        }
        ("ALL" | "KEYS_ONLY", Some(names)) => {
            let why = "has `non_key_attributes`, which need `projection_type = \"INCLUDE\"`";
            return Err(fields.invalid(names, why));
        }
        ("INCLUDE", Some(names)) if !names.value.is_empty() => {
            Projection::Include(names.value.iter().cloned().collect())
        }
        ("INCLUDE", _) => {
            let why = "includes no attribute; add `non_key_attributes`, or use `KEYS_ONLY`";
            return Err(fields.invalid(&sort, why));
        }
        (other, _) => {
            let why = format!(
                "`projection_type` is `ALL`, `KEYS_ONLY` or `INCLUDE`, and this is `{other}`"
            );
            return Err(fields.source.error(
                ReadErrorKind::Invalid,
                &sort,
                format!("{}: {why}", fields.owner()),
            ));
        }
    };
    Ok(projection)
}
