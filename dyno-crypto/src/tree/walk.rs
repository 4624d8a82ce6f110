use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, MAX_DEPTH, Segment, ValueCause, ValueError};

use crate::Error;

/// A visit to every value of an item.
///
/// Nothing is changed on the way: what is to stand in the place of a value is kept beside the place, and put there
/// when nothing can fail any more. That is what `'a` is for, the life of the item.
pub(super) trait Walk<'a> {
    fn cursor(&mut self) -> &mut Cursor;

    /// Deals with the value at the cursor; `depth` is its level, 1 for an attribute.
    fn value(&mut self, value: &'a mut AttributeValue, depth: usize) -> Result<(), Error>;

    /// Visits all values of an item or map, of which `depth` is the level.
    fn entries(&mut self, entries: &'a mut Item, depth: usize) -> Result<(), Error> {
        for (name, value) in entries {
            self.cursor().enter_key(name);
            self.checked(value, depth)?;
        }
        Ok(())
    }

    /// Visits the values directly inside a list or map; other values have none.
    fn inside(&mut self, value: &'a mut AttributeValue, depth: usize) -> Result<(), Error> {
        match value {
            AttributeValue::L(elements) => {
                for (index, element) in elements.iter_mut().enumerate() {
                    self.cursor().enter_index(index);
                    self.checked(element, depth + 1)?;
                }
                Ok(())
            }
            AttributeValue::M(entries) => self.entries(entries, depth + 1),
            _ => Ok(()),
        }
    }

    /// Refuses to follow values deeper than an item can hold them.
    fn checked(&mut self, value: &'a mut AttributeValue, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            let too_deep = ValueError::new(ValueCause::TooDeep { limit: MAX_DEPTH });
            return Err(Error::Value(too_deep.under_path(self.cursor().path())));
        }
        self.value(value, depth)?;
        self.cursor().leave();
        Ok(())
    }
}

/// The path of the value at hand. Names that were left are overwritten by the next, so that most steps allocate
/// nothing.
pub(super) struct Cursor {
    path: FieldPath,
    left: Vec<String>,
}

impl Cursor {
    pub(super) fn new(base: &FieldPath) -> Self {
        Self {
            path: base.clone(),
            left: Vec::new(),
        }
    }

    pub(super) fn path(&self) -> &FieldPath {
        &self.path
    }

    fn enter_key(&mut self, name: &str) {
        let mut key = self.left.pop().unwrap_or_default();
        key.clear();
        key.push_str(name);
        self.path.push(Segment::Key(key));
    }

    fn enter_index(&mut self, index: usize) {
        // No list in memory has more elements than the type holds.
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.path.push(Segment::Index(index));
    }

    fn leave(&mut self) {
        if let Some(Segment::Key(key)) = self.path.pop() {
            self.left.push(key);
        }
    }
}
