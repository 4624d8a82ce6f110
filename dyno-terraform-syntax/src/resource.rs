//! The block of a table.

use std::collections::BTreeSet;

use hcl_edit::Ident;
use hcl_edit::structure::Block;

use crate::error::Result;
use crate::fields::{Fields, Spot};
use crate::index::{Declared, Whose, capacity};
use crate::reader::Reader;
use crate::rules::{indexes_mistake, name_mistake};
use crate::scope::Scope;
use crate::source::Source;
use crate::table::{Billing, Index, Part, Stream, Table};

/// What says when and by what Terraform makes a table, and not what it is.
const HARMLESS: [&str; 2] = ["depends_on", "timeouts"];

/// The same in `lifecycle`.
const HARMLESS_IN_LIFECYCLE: [&str; 5] = [
    "create_before_destroy",
    "postcondition",
    "precondition",
    "prevent_destroy",
    "replace_triggered_by",
];

impl Reader {
    /// The table of an `aws_dynamodb_table` resource.
    pub(crate) fn table(
        &self,
        source: &Source,
        scope: &Scope<'_>,
        block: &Block,
        label: &str,
    ) -> Result<Table> {
        let owner = format!("table `{label}`");
        let mut fields = Fields::of(source, scope, owner, &block.ident, &block.body);
        for name in HARMLESS {
            fields.pass_over(name);
        }
        refuse_repeated(&fields)?;
        self.refuse_provider(&mut fields)?;
        for mut lifecycle in fields.blocks("lifecycle") {
            for name in HARMLESS_IN_LIFECYCLE {
                lifecycle.pass_over(name);
            }
            self.finish(lifecycle)?;
        }
        let name = fields.required("name")?;
        if let Some(why) = name_mistake(&name.value) {
            return Err(fields.invalid(&name, format!("the name of a table {why}")));
        }
        let region = fields.text("region")?.map(|region| region.value);
        let mut declared = Declared::read(&mut fields)?;
        let (key, sort) = keys(&mut fields, &mut declared)?;
        let billing = billing(&mut fields)?;
        let mut table = Table {
            label: label.to_owned(),
            name: name.value,
            region,
            key,
            sort,
            global: Vec::new(),
            local: Vec::new(),
            billing,
            ttl: self.ttl(&mut fields)?,
            stream: stream(&mut fields)?,
            recovery: self.recovery(&mut fields)?,
            protection: fields
                .flag("deletion_protection_enabled")?
                .is_some_and(|flag| flag.value),
            tags: fields
                .texts_by_name("tags")?
                .map(|tags| tags.value)
                .unwrap_or_default(),
        };
        self.indexes(&mut fields, &mut table, &mut declared)?;
        if let Some(why) = indexes_mistake(&table) {
            return Err(fields.invalid(&fields, why));
        }
        if let Some(name) = declared.unused() {
            let why = format!(
                "attribute `{name}` is in no key, and DynamoDB declares attributes of keys only; take its block out"
            );
            return Err(fields.invalid(&fields, why));
        }
        self.finish(fields)?;
        Ok(table)
    }

    /// Refuses a provider other than the one that is taken without it.
    fn refuse_provider(&self, fields: &mut Fields<'_>) -> Result<()> {
        if let Some(provider) = fields.raw("provider")
            && provider.value.as_variable().map(Ident::as_str) != Some("aws")
            && !self.passes_over("provider")
        {
            let why = "`provider` may be of another region or account; write `region`, or let the reader pass over `provider`, \
                       and take care of it elsewhere";
            return Err(fields.not_supported(&provider.key, why));
        }
        fields.pass_over("provider");
        Ok(())
    }

    fn indexes(
        &self,
        fields: &mut Fields<'_>,
        table: &mut Table,
        declared: &mut Declared,
    ) -> Result<()> {
        let mut names = BTreeSet::new();
        let mut note = |fields: &Fields<'_>, at: &Spot<()>, index: &Index| {
            if names.insert(index.name.clone()) {
                return Ok(());
            }
            let why = format!("has two indexes called `{}`; rename one", index.name);
            Err(fields.invalid(at, why))
        };
        let key = table.key.clone();
        let mut whose = Whose {
            reader: self,
            declared,
            billing: table.billing,
            key: &key,
        };
        for block in fields.blocks("global_secondary_index") {
            let at = block.place();
            let index = whose.global(block)?;
            note(fields, &at, &index)?;
            table.global.push(index);
        }
        for block in fields.blocks("local_secondary_index") {
            let at = block.place();
            if table.sort.is_none() {
                let why = "a table without `range_key` has no local indexes; add one, or make the index global";
                return Err(block.invalid(&block, why));
            }
            let index = whose.local(block)?;
            note(fields, &at, &index)?;
            table.local.push(index);
        }
        Ok(())
    }

    fn ttl(&self, fields: &mut Fields<'_>) -> Result<Option<String>> {
        let Some(mut ttl) = fields.block("ttl")? else {
            return Ok(None);
        };
        let (attribute, enabled) = (ttl.text("attribute_name")?, ttl.flag("enabled")?);
        // Versions of the provider differ in what is meant without it.
        let enabled = match enabled {
            Some(enabled) => enabled.value,
            None => return Err(ttl.missing("enabled")),
        };
        if !enabled {
            self.finish(ttl)?;
            return Ok(None);
        }
        let Some(attribute) = attribute.filter(|attribute| !attribute.value.is_empty()) else {
            return Err(ttl.missing("attribute_name"));
        };
        self.finish(ttl)?;
        Ok(Some(attribute.value))
    }

    fn recovery(&self, fields: &mut Fields<'_>) -> Result<bool> {
        let Some(mut recovery) = fields.block("point_in_time_recovery")? else {
            return Ok(false);
        };
        let Some(enabled) = recovery.flag("enabled")? else {
            return Err(recovery.missing("enabled"));
        };
        if let Some(days) = recovery.whole("recovery_period_in_days")?
            && days.value != 35
        {
            let why = "a specification says 35 days, the default, or none; take this out";
            return Err(recovery.invalid(&days, why));
        }
        self.finish(recovery)?;
        Ok(enabled.value)
    }
}

fn refuse_repeated(fields: &Fields<'_>) -> Result<()> {
    for name in ["count", "for_each"] {
        if let Some(argument) = fields.raw(name) {
            let why = format!(
                "`{name}` makes any number of tables, and is not evaluated here; write each as a resource of its own"
            );
            return Err(fields.not_evaluated(&argument.key, &why));
        }
    }
    Ok(())
}

fn keys(fields: &mut Fields<'_>, declared: &mut Declared) -> Result<(Part, Option<Part>)> {
    let key = fields.required("hash_key")?;
    let key = declared.part(fields, &key)?;
    let Some(sort) = fields.text("range_key")? else {
        return Ok((key, None));
    };
    if sort.value == key.name {
        let why = format!("has `{}` as both `hash_key` and `range_key`", key.name);
        return Err(fields.invalid(&sort, why));
    }
    let sort = declared.part(fields, &sort)?;
    Ok((key, Some(sort)))
}

fn billing(fields: &mut Fields<'_>) -> Result<Billing> {
    let mode = fields.text("billing_mode")?;
    let capacity = capacity(fields)?;
    match (mode.as_ref().map(|mode| mode.value.as_str()), capacity) {
        (Some("PAY_PER_REQUEST"), None) => Ok(Billing::OnDemand),
        (Some("PAY_PER_REQUEST"), Some(_)) => Err(fields.invalid(
            fields,
            "is `PAY_PER_REQUEST` and has throughput; take `read_capacity` and `write_capacity` out",
        )),
        (None | Some("PROVISIONED"), Some((reads, writes))) => {
            Ok(Billing::Provisioned(reads, writes))
        }
        (None | Some("PROVISIONED"), None) => Err(fields.invalid(
            fields,
            "is provisioned, which is what Terraform takes without `billing_mode`, and lacks throughput; add \
             `read_capacity` and `write_capacity`, or `billing_mode = \"PAY_PER_REQUEST\"`",
        )),
        (Some(other), _) => {
            let why = format!(
                "`billing_mode` is `PROVISIONED` or `PAY_PER_REQUEST`, and this is `{other}`"
            );
            match &mode {
                Some(mode) => Err(fields.invalid(mode, why)),
                None => Err(fields.invalid(fields, why)),
            }
        }
    }
}

fn stream(fields: &mut Fields<'_>) -> Result<Option<Stream>> {
    let (enabled, view) = (
        fields.flag("stream_enabled")?,
        fields.text("stream_view_type")?,
    );
    let view = view.filter(|view| !view.value.is_empty());
    let enabled = match (enabled, &view) {
        (Some(enabled), _) => enabled.value,
        (None, None) => false,
        (None, Some(view)) => {
            let why =
                "has `stream_view_type` without `stream_enabled`; say whether there is a stream";
            return Err(fields.invalid(view, why));
        }
    };
    let named = match &view {
        None => None,
        Some(view) => match view.value.as_str() {
            "KEYS_ONLY" => Some(Stream::Keys),
            "NEW_AND_OLD_IMAGES" => Some(Stream::Both),
            "NEW_IMAGE" => Some(Stream::New),
            "OLD_IMAGE" => Some(Stream::Old),
            other => {
                let why = format!(
                    "`stream_view_type` is `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`, and this is \
                     `{other}`"
                );
                return Err(fields.invalid(view, why));
            }
        },
    };
    match (enabled, named) {
        (false, _) => Ok(None),
        (true, Some(stream)) => Ok(Some(stream)),
        (true, None) => Err(fields.missing("stream_view_type")),
    }
}
