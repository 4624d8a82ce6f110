//! The walk over a whole object.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::Accepted;
use dyno_value::{Item, Segment};

use super::demand::envelope_key;
use super::state::{Mode, Must, Walk};
use crate::error::Result;
use crate::loader::ConfigLoader;
use crate::plan::address::shard_id_at;
use crate::plan::extras::collects_all;
use crate::plan::privacy::refusal::not_sealed;
use crate::plan::shard::Collection;
use crate::reserved;
use crate::shape::{Element, FieldShape, Kind, Privacy, Role, Shape};

impl Walk<'_> {
    /// Looks at every attribute of an item or map; `spread` is what holds for an outer value whose parts are sealed one
    /// by one.
    pub(in crate::plan::privacy) fn object(
        &mut self,
        item: &Item,
        shape: Option<&'static Shape>,
        spread: Option<&Must>,
    ) -> Result<()> {
        let tag = item.get(reserved::TYPE).and_then(|tag| tag.as_s().ok());
        let tag = tag.map(String::as_str);
        let collected = shape.and_then(|shape| shape.collected(tag));
        let keeps_unclaimed = shape.is_none_or(collects_all);
        let mut names: Vec<_> = item.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in names {
            // The names in a map of the user's are the user's, also those that look reserved.
            let own = shape.is_some() && reserved::is_reserved(name);
            if own || (self.path.is_root() && is_key(shape, name)) {
                continue;
            }
            let field = shape.and_then(|shape| shape.field_of(name, tag));
            let declared = field.map_or_else(|| name.clone(), |field| field.name().to_owned());
            let around = self.unclaimed;
            self.unclaimed |= field.is_none() && !keeps_unclaimed;
            self.path.push(Segment::Key(declared));
            self.stored.push(Segment::Key(name.clone()));
            let collection = field
                .filter(|field| field.field_role() == Role::Shard)
                .and_then(|field| Some((field, Collection::of(field)?)));
            if let Some((field, (collection, element))) = collection {
                self.collection(value, collection, element, field, spread)?;
            } else {
                let kind = field.map_or(collected, |field| Some(field.kind()));
                self.value(value, kind, field, spread)?;
            }
            self.stored.pop();
            self.path.pop();
            self.unclaimed = around;
        }
        Ok(())
    }

    pub(super) fn value(
        &mut self,
        value: &AttributeValue,
        kind: Option<Kind>,
        field: Option<&'static FieldShape>,
        spread: Option<&Must>,
    ) -> Result<()> {
        let privacy = field.map_or(Privacy::AskLoader, FieldShape::privacy);
        if privacy == Privacy::Plain && self.mode != Mode::Audit {
            return Ok(());
        }
        let spread = spread.filter(|_| privacy != Privacy::Plain);
        if self.mode != Mode::Save
            && let Some(id) = envelope_key(value)
        {
            let demanded = self.must(spread, privacy)?.is_some();
            return self.found_envelope(id, demanded);
        }
        let must = self.must(spread, privacy)?;
        if must.is_none() {
            self.may_be_clear(value)?;
        }
        if must.is_none() || stays_in_parts(kind, field) {
            return self.parts(value, kind, must.as_ref());
        }
        must.map_or(Ok(()), |must| self.whole(value, kind, must))
    }

    /// Looks inside a value that is not sealed as one.
    fn parts(
        &mut self,
        value: &AttributeValue,
        kind: Option<Kind>,
        spread: Option<&Must>,
    ) -> Result<()> {
        match (value, kind) {
            (AttributeValue::M(inner), Some(Kind::Map(element))) => {
                self.map(inner, element, spread)
            }
            (AttributeValue::M(inner), Some(Kind::Object(shape))) => {
                self.object(inner, Some(shape), spread)
            }
            (AttributeValue::M(inner), _) => self.object(inner, None, spread),
            (AttributeValue::L(elements), _) => self.list(elements, kind, spread),
            _ => spread.map_or(Ok(()), |must| self.whole(value, kind, must.clone())),
        }
    }

    /// Looks into the entries of a collection of shards, which are never sealed as one.
    fn collection(
        &mut self,
        value: &AttributeValue,
        collection: Collection,
        element: Element,
        field: &'static FieldShape,
        spread: Option<&Must>,
    ) -> Result<()> {
        if field.privacy() == Privacy::Plain && self.mode != Mode::Audit {
            return Ok(());
        }
        let spread = spread.filter(|_| field.privacy() != Privacy::Plain);
        let must = self.must(spread, field.privacy())?;
        let (AttributeValue::M(entries), Kind::Object(shape)) = (value, element.kind()) else {
            return Ok(());
        };
        let names: Vec<String> = match collection {
            Collection::List => {
                let ids = self.entries.list(&shard_id_at(&self.stored));
                ids.iter().map(ToString::to_string).collect()
            }
            Collection::Map => {
                let mut names: Vec<_> = entries.keys().cloned().collect();
                names.sort_unstable();
                names
            }
        };
        for (index, name) in names.into_iter().enumerate() {
            let Some(AttributeValue::M(entry)) = entries.get(&name) else {
                continue;
            };
            self.path.push(match collection {
                Collection::List => Segment::Index(u32::try_from(index).unwrap_or(u32::MAX)),
                Collection::Map => Segment::Key(name.clone()),
            });
            self.stored.push(Segment::Key(name));
            let must = self.must(must.as_ref(), Privacy::AskLoader)?;
            self.object(entry, Some(shape), must.as_ref())?;
            self.stored.pop();
            self.path.pop();
        }
        Ok(())
    }

    fn map(&mut self, inner: &Item, element: Element, spread: Option<&Must>) -> Result<()> {
        let mut names: Vec<_> = inner.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in names {
            self.inside(
                Segment::Key(name.clone()),
                value,
                Some(element.kind()),
                spread,
            )?;
        }
        Ok(())
    }

    fn list(
        &mut self,
        elements: &[AttributeValue],
        kind: Option<Kind>,
        spread: Option<&Must>,
    ) -> Result<()> {
        let element_kind = match kind {
            Some(Kind::List(element)) => Some(element),
            _ => None,
        };
        for (index, element) in elements.iter().enumerate() {
            let segment = Segment::Index(u32::try_from(index).unwrap_or(u32::MAX));
            self.inside(segment, element, element_kind.map(Element::kind), spread)?;
        }
        Ok(())
    }

    fn inside(
        &mut self,
        segment: Segment,
        value: &AttributeValue,
        kind: Option<Kind>,
        spread: Option<&Must>,
    ) -> Result<()> {
        self.path.push(segment.clone());
        self.stored.push(segment);
        self.value(value, kind, None, spread)?;
        self.stored.pop();
        self.path.pop();
        Ok(())
    }

    /// A value that is to be sealed as one, and is not.
    fn whole(&mut self, value: &AttributeValue, kind: Option<Kind>, must: Must) -> Result<()> {
        match must {
            Must::Seal(key) => self.keep(key),
            Must::BeSealed(_) if self.mode == Mode::Audit => {
                self.made.clear.push(self.path.clone());
                self.parts(value, kind, None)
            }
            Must::BeSealed(clear) => {
                let policy = self.loader.and_then(ConfigLoader::read_policy);
                let accepted =
                    policy.and_then(|policy| policy.accept(&self.path, value, self.view));
                if let Some(accepted) = accepted {
                    return self.accept(accepted, value, kind);
                }
                let refusal = policy.and_then(|policy| policy.refusal(&self.path));
                Err(not_sealed(value, clear, refusal).at_path(self.path.clone()))
            }
        }
    }

    /// Takes a value that is not sealed for the time of a migration; what is inside may be sealed already.
    fn accept(
        &mut self,
        accepted: Accepted,
        value: &AttributeValue,
        kind: Option<Kind>,
    ) -> Result<()> {
        let (used, in_place) = accepted.into_parts();
        self.made.exceptions.push(used);
        match in_place {
            Some(opened) => {
                self.made.legacy.insert(self.stored.clone(), opened);
                Ok(())
            }
            None => self.parts(value, kind, None),
        }
    }
}

fn is_key(shape: Option<&'static Shape>, name: &str) -> bool {
    shape
        .and_then(Shape::table)
        .is_some_and(|table| table.has_key(name))
}

pub(super) fn stays_in_parts(kind: Option<Kind>, field: Option<&'static FieldShape>) -> bool {
    field.is_some_and(|field| field.field_role() == Role::Shard)
        || kind.is_some_and(Kind::must_stay_in_parts)
}
