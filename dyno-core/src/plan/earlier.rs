//! Times and durations as earlier builds stored them: maps, as `serde` writes them.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

/// What is stored, if times or durations are maps in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Earlier(Option<AttributeValue>);

impl Earlier {
    pub(crate) fn of(stored: &AttributeValue) -> Self {
        Self(holds_any(stored).then(|| stored.clone()))
    }

    pub(crate) fn of_tree(stored: &Item) -> Self {
        let holds_any = stored.values().any(holds_any);
        Self(holds_any.then(|| AttributeValue::M(stored.clone())))
    }

    /// Puts the maps in place of the numbers that the type wrote, so that a save finds them changed, and writes the numbers.
    pub(crate) fn restore(&self, written: &mut AttributeValue) {
        if let Some(stored) = &self.0 {
            restore(written, stored);
        }
    }

    /// The same in the tree of an object.
    pub(crate) fn restore_tree(&self, written: &mut Item) {
        if let Some(AttributeValue::M(stored)) = &self.0 {
            restore_entries(written, stored);
        }
    }
}

fn restore(written: &mut AttributeValue, stored: &AttributeValue) {
    match (written, stored) {
        (number @ AttributeValue::N(_), AttributeValue::M(map)) if is_one(map) => {
            *number = stored.clone();
        }
        (set @ AttributeValue::Ns(_), AttributeValue::L(_)) if holds_any(stored) => {
            *set = stored.clone();
        }
        (AttributeValue::M(written), AttributeValue::M(stored)) => restore_entries(written, stored),
        (AttributeValue::L(written), AttributeValue::L(stored)) => {
            let pairs = written.iter_mut().zip(stored);
            pairs.for_each(|(written, stored)| restore(written, stored));
        }
        _ => {}
    }
}

fn restore_entries(written: &mut Item, stored: &Item) {
    let both = written
        .iter_mut()
        .filter_map(|(name, value)| Some((value, stored.get(name)?)));
    both.for_each(|(value, stored)| restore(value, stored));
}

fn holds_any(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::M(map) => is_one(map) || map.values().any(holds_any),
        AttributeValue::L(list) => list.iter().any(holds_any),
        _ => false,
    }
}

/// Whether it has what a time or a duration had, and nothing else.
fn is_one(map: &Item) -> bool {
    const FORMS: [[&str; 2]; 2] = [["secs_since_epoch", "nanos_since_epoch"], ["secs", "nanos"]];
    let has = |name: &str| matches!(map.get(name), Some(AttributeValue::N(_)));
    map.len() == 2 && FORMS.iter().any(|names| names.iter().all(|name| has(name)))
}
