//! The YAML form of `cc_dynamodb3`.
//!
//! ```text
//! schemas             table: [{type: HashKey | RangeKey, name, data_type: STRING | NUMBER | BINARY}]
//! global_indexes      table: [{name, type: GlobalAllIndex, parts: [as above], throughput: {read, write}}]
//! indexes             table: [{name, type: AllIndex, parts: [as above]}]
//! columns             for people; passed over
//! default_throughput  {read, write}
//! ```

use std::collections::BTreeMap;

use crate::error::Result;
use crate::rules::{indexes_mistake, name_mistake};
use crate::table::{Billing, Index, Kind, Part, Projection, Table};
use crate::yaml::{Entries, Node};

/// The tables of a file, in its order; each is labelled by its name.
pub(crate) fn tables(file: &str, text: &str) -> Result<Vec<Table>> {
    let mut all = Node::parse(file, text)?.entries()?;
    all.take("columns");
    let schemas = all.required("schemas")?.entries()?;
    let throughput = throughput(all.required("default_throughput")?)?;
    let mut global = of_tables(all.take("global_indexes"))?;
    let mut local = of_tables(all.take("indexes"))?;
    all.finish()?;
    let mut tables = Vec::new();
    for (name, keys) in schemas.all() {
        let indexes = (global.take(name.text()?), local.take(name.text()?));
        tables.push(table(&name, keys, indexes, throughput)?);
    }
    for left in [global, local] {
        if let Some((name, _)) = left.all().first() {
            let why = "this table has indexes and no keys; add it to `schemas`";
            return Err(name.invalid(why));
        }
    }
    Ok(tables)
}

fn of_tables(node: Option<Node<'_>>) -> Result<Entries<'_>> {
    node.map_or_else(|| Ok(Entries::none()), Node::entries)
}

fn table(
    name: &Node<'_>,
    keys: Node<'_>,
    (global, local): (Option<Node<'_>>, Option<Node<'_>>),
    throughput: (u32, u32),
) -> Result<Table> {
    let called = name.text()?.to_owned();
    if let Some(why) = name_mistake(&called) {
        return Err(name.invalid(format!("the name of a table {why}")));
    }
    let mut kinds = BTreeMap::new();
    let (key, sort) = parts(keys, &mut kinds)?;
    let mut table = Table {
        label: called.clone(),
        name: called,
        region: None,
        key,
        sort,
        global: Vec::new(),
        local: Vec::new(),
        billing: Billing::Provisioned(throughput.0, throughput.1),
        ttl: None,
        stream: None,
        recovery: false,
        protection: false,
        tags: BTreeMap::new(),
    };
    for node in global.map_or(Ok(Vec::new()), Node::list)? {
        let mut entries = node.entries()?;
        let name = index_name(&mut entries, "GlobalAllIndex", &table)?;
        let (key, sort) = parts(entries.required("parts")?, &mut kinds)?;
        let own = entries.take("throughput").map(self::throughput);
        let own = own.transpose()?.filter(|own| *own != throughput);
        entries.finish()?;
        let (key, sort) = (vec![key], sort.into_iter().collect());
        table.global.push(index(name, key, sort, own));
    }
    for node in local.map_or(Ok(Vec::new()), Node::list)? {
        let mut entries = node.entries()?;
        let name = index_name(&mut entries, "AllIndex", &table)?;
        let (key, sort) = parts(entries.required("parts")?, &mut kinds)?;
        let Some(sort) = sort.filter(|_| key == table.key && table.sort.is_some()) else {
            let own = &table.key.name;
            let why = format!(
                "a local index has the HashKey of its table, which is `{own}`, and a RangeKey, and its table has one; make \
                 it so, or move it to `global_indexes`"
            );
            return Err(entries.invalid(why));
        };
        entries.finish()?;
        table.local.push(index(name, Vec::new(), vec![sort], None));
    }
    match indexes_mistake(&table) {
        Some(why) => Err(name.invalid(why)),
        None => Ok(table),
    }
}

fn index(name: String, key: Vec<Part>, sort: Vec<Part>, throughput: Option<(u32, u32)>) -> Index {
    Index {
        name,
        key,
        sort,
        projection: Projection::All,
        throughput,
    }
}

fn index_name(entries: &mut Entries<'_>, wanted: &str, table: &Table) -> Result<String> {
    let sort = entries.required("type")?;
    if sort.text()? != wanted {
        return Err(sort.invalid(format!(
            "only `{wanted}` is read here; write it as Terraform"
        )));
    }
    let name = entries.required("name")?;
    let called = name.text()?;
    if let Some(why) = name_mistake(called) {
        return Err(name.invalid(format!("the name of an index {why}")));
    }
    let mut known = table.global.iter().chain(&table.local);
    if known.any(|index| index.name == called) {
        let why = format!("there are two indexes called `{called}`; rename one");
        return Err(name.invalid(why));
    }
    Ok(called.to_owned())
}

/// The partition key, and perhaps a sort key.
fn parts(node: Node<'_>, kinds: &mut BTreeMap<String, Kind>) -> Result<(Part, Option<Part>)> {
    let lacks = node.invalid("lacks a part of type `HashKey`; add it");
    let (mut key, mut sort) = (None, None);
    for part in node.list()? {
        let mut entries = part.entries()?;
        let (name, role) = (entries.required("name")?, entries.required("type")?);
        let data = entries.required("data_type")?;
        let kind = match data.text()? {
            "BINARY" => Kind::B,
            "NUMBER" => Kind::N,
            "STRING" => Kind::S,
            other => {
                let why =
                    format!("`data_type` is `STRING`, `NUMBER` or `BINARY`, and this is `{other}`");
                return Err(data.invalid(why));
            }
        };
        let called = name.text()?.to_owned();
        if *kinds.entry(called.clone()).or_insert(kind) != kind {
            let why = format!("`{called}` has another type in another key; an attribute has one");
            return Err(data.invalid(why));
        }
        let place = match role.text()? {
            "HashKey" => &mut key,
            "RangeKey" => &mut sort,
            other => {
                let why = format!("`type` is `HashKey` or `RangeKey`, and this is `{other}`");
                return Err(role.invalid(why));
            }
        };
        if place.replace(Part { name: called, kind }).is_some() {
            return Err(role.invalid("there are two parts of this type; keep one"));
        }
        entries.finish()?;
        if key == sort {
            return Err(name.invalid("this is both `HashKey` and `RangeKey`; take one out"));
        }
    }
    match key {
        Some(key) => Ok((key, sort)),
        None => Err(lacks),
    }
}

fn throughput(node: Node<'_>) -> Result<(u32, u32)> {
    let mut entries = node.entries()?;
    let mut units = |name| {
        let node = entries.required(name)?;
        match node.whole()? {
            0 => Err(node.invalid("throughput is at least 1")),
            units => Ok(units),
        }
    };
    let both = (units("read")?, units("write")?);
    entries.finish()?;
    Ok(both)
}
