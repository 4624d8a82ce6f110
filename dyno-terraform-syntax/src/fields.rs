//! Arguments and blocks of a block, each taken once; what is left over is not known.

use std::collections::BTreeMap;
use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::structure::{Attribute, Block, Body, Structure};

use crate::error::{ReadError, ReadErrorKind, Result};
use crate::scope::Scope;
use crate::source::Source;
use crate::value::Value;

pub(crate) struct Fields<'a> {
    pub(crate) source: &'a Source,
    scope: &'a Scope<'a>,
    /// What they are of, for errors.
    owner: String,
    span: Option<Range<usize>>,
    attributes: BTreeMap<&'a str, &'a Attribute>,
    blocks: Vec<&'a Block>,
}

/// A value and where it stands.
#[derive(Clone)]
pub(crate) struct Spot<T> {
    pub(crate) value: T,
    span: Option<Range<usize>>,
}

impl<T> Span for Spot<T> {
    fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }
}

impl Span for Fields<'_> {
    fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }
}

impl<'a> Fields<'a> {
    /// Those of a block, which the parser leaves no two arguments of one name in; errors point at `at` where something is missing.
    pub(crate) fn of(
        source: &'a Source,
        scope: &'a Scope<'a>,
        owner: String,
        at: &impl Span,
        body: &'a Body,
    ) -> Self {
        let mut attributes = BTreeMap::new();
        let mut blocks = Vec::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    attributes.insert(attribute.key.as_str(), attribute);
                }
                Structure::Block(block) => blocks.push(block),
            }
        }
        Self {
            source,
            scope,
            owner,
            span: at.span(),
            attributes,
            blocks,
        }
    }

    /// The fields of a block inside.
    pub(crate) fn inner(&self, block: &'a Block) -> Self {
        let owner = format!("`{}` of {}", block.ident.as_str(), self.owner);
        Self::of(self.source, self.scope, owner, &block.ident, &block.body)
    }

    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    pub(crate) fn invalid(&self, at: &impl Span, why: impl AsRef<str>) -> ReadError {
        let why = format!("{}: {}", self.owner, why.as_ref());
        self.source.invalid(at, why)
    }

    /// Passes over an argument and blocks of this name.
    pub(crate) fn pass_over(&mut self, name: &str) {
        self.attributes.remove(name);
        self.blocks.retain(|block| block.ident.as_str() != name);
    }

    /// An argument as it is written.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a Attribute> {
        self.attributes.get(name).copied()
    }

    pub(crate) fn not_evaluated(&self, at: &impl Span, why: &str) -> ReadError {
        let why = format!("{}: {why}", self.owner);
        self.source.error(ReadErrorKind::NotEvaluated, at, why)
    }

    pub(crate) fn not_supported(&self, at: &impl Span, why: &str) -> ReadError {
        let why = format!("{}: {why}", self.owner);
        self.source.error(ReadErrorKind::NotSupported, at, why)
    }

    /// Where it stands, for errors after it was read.
    pub(crate) fn place(&self) -> Spot<()> {
        Spot {
            value: (),
            span: self.span.clone(),
        }
    }

    /// The value of an argument; none if it is left out, or null.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<Spot<Value>>> {
        let Some(attribute) = self.attributes.remove(name) else {
            return Ok(None);
        };
        let span = attribute.value.span();
        let value = self.scope.evaluate(self.source, &attribute.value)?;
        Ok((value != Value::Null).then_some(Spot { value, span }))
    }

    fn typed<T>(
        &mut self,
        name: &str,
        wanted: &str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<Spot<T>>> {
        let Some(spot) = self.value(name)? else {
            return Ok(None);
        };
        if let Some(value) = convert(&spot.value) {
            let span = spot.span;
            return Ok(Some(Spot { value, span }));
        }
        let found = spot.value.in_words();
        let why = if wanted.contains("string") && spot.value.has_decimal() {
            format!(
                "`{name}` should be {wanted}, and has a number whose text is not certain; put it in quotes"
            )
        } else {
            format!("`{name}` should be {wanted}, and is {found}")
        };
        Err(self.invalid(&spot, why))
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<Spot<String>>> {
        self.typed(name, "a string", Value::text)
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<Spot<bool>>> {
        self.typed(name, "true or false", Value::flag)
    }

    pub(crate) fn whole(&mut self, name: &str) -> Result<Option<Spot<u32>>> {
        self.typed(name, "a whole number that is not negative", Value::whole)
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Option<Spot<Vec<String>>>> {
        self.typed(name, "a list of strings", |value| match value {
            Value::List(values) => values.iter().map(Value::text).collect(),
            _ => None,
        })
    }

    pub(crate) fn texts_by_name(
        &mut self,
        name: &str,
    ) -> Result<Option<Spot<BTreeMap<String, String>>>> {
        self.typed(name, "a map of strings", |value| match value {
            Value::Map(values) => {
                let values = values.iter();
                values
                    .map(|(name, value)| Some((name.clone(), value.text()?)))
                    .collect()
            }
            _ => None,
        })
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<Spot<String>> {
        match self.text(name)? {
            Some(text) => Ok(text),
            None => Err(self.missing(name)),
        }
    }

    pub(crate) fn missing(&self, name: &str) -> ReadError {
        self.invalid(self, format!("lacks `{name}`; add it"))
    }

    /// The blocks of this name.
    pub(crate) fn blocks(&mut self, name: &str) -> Vec<Self> {
        let (taken, left) = std::mem::take(&mut self.blocks)
            .into_iter()
            .partition(|block| block.ident.as_str() == name);
        self.blocks = left;
        let taken: Vec<&Block> = taken;
        taken.into_iter().map(|block| self.inner(block)).collect()
    }

    /// The block of this name, of which there may be one.
    pub(crate) fn block(&mut self, name: &str) -> Result<Option<Self>> {
        let mut blocks = self.blocks(name).into_iter();
        let (first, second) = (blocks.next(), blocks.next());
        match second {
            Some(second) => Err(self.invalid(&second, format!("has `{name}` twice; keep one"))),
            None => Ok(first),
        }
    }

    /// Refuses what was not taken, the first in the file; `why` says of a name what is wrong with it.
    pub(crate) fn finish(self, why: impl Fn(&str) -> Option<String>) -> Result<()> {
        let attributes = self.attributes.values();
        let attributes = attributes.map(|one| ("argument", one.key.as_str(), one.key.span()));
        let blocks = self.blocks.iter();
        let blocks = blocks.map(|one| ("block", one.ident.as_str(), one.ident.span()));
        let left = attributes.chain(blocks);
        let first = left.min_by_key(|(_, _, span)| span.as_ref().map(|span| span.start));
        let Some((sort, name, span)) = first else {
            return Ok(());
        };
        let why = why(name).unwrap_or_else(|| {
            let instead = match sort {
                "block" => "`=`, if it is an argument",
                _ => "`{ .. }` without `=`, if it is a block",
            };
            format!("{sort} `{name}` is not known; correct its name, write it with {instead}, or take it out")
        });
        let why = format!("{}: {why}", self.owner);
        let at = Spot { value: (), span };
        Err(self.source.error(ReadErrorKind::NotSupported, &at, why))
    }
}
