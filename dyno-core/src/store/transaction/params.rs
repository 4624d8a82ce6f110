use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use crate::commit::{Action, Expressions, Request};
use crate::expr::{write_attributes, write_line, write_placeholders};
use crate::forecast::ActionKind;

/// The request of a [`Transaction`](crate::Transaction), as it is sent: its actions with their expressions, in order.
///
/// The same transaction gives the same text, but for what is new in each: versions, keys that are made up, sealed values. `Display`
/// is meant for people and shows values, `Debug` does not. Values that are encrypted are shown sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct TransactionParams {
    actions: Vec<ActionParams>,
}

/// One action of [`TransactionParams`].
#[derive(Clone, PartialEq)]
pub struct ActionParams {
    kind: ActionKind,
    table: &'static str,
    key: Item,
    item: Option<Item>,
    update: Option<String>,
    condition: Option<String>,
    names: BTreeMap<String, String>,
    values: BTreeMap<String, AttributeValue>,
}

impl TransactionParams {
    /// Of a request; of none, if there is nothing to send.
    pub(super) fn of(request: Option<&Request>) -> Self {
        let actions = request.map(Request::actions).unwrap_or_default();
        Self {
            actions: actions.iter().cloned().map(ActionParams::of).collect(),
        }
    }

    /// The actions, in the order of the request; none if there is nothing to send.
    pub fn actions(&self) -> &[ActionParams] {
        &self.actions
    }
}

impl ActionParams {
    fn of(action: Action) -> Self {
        let kind = ActionKind::of(&action);
        let address = action.address();
        let (table, key) = (address.table, address.to_item());
        let (item, expressions) = match action {
            Action::Check { condition, .. } => (None, condition),
            Action::Delete { condition, .. } => (None, condition.unwrap_or_default()),
            Action::Put {
                item, condition, ..
            } => (
                Some(Arc::unwrap_or_clone(item)),
                condition.unwrap_or_default(),
            ),
            Action::Update { expressions, .. } => (None, expressions),
        };
        let Expressions {
            update,
            condition,
            names,
            values,
            ..
        } = expressions;
        Self {
            kind,
            table,
            key,
            item,
            update,
            condition,
            names,
            values,
        }
    }

    /// What is done.
    pub fn kind(&self) -> ActionKind {
        self.kind
    }

    /// The table, by the name that its type gives it, without a [namespace](crate::Namespace).
    pub fn table(&self) -> &str {
        self.table
    }

    /// The key attributes.
    pub fn key(&self) -> &Item {
        &self.key
    }

    /// The item that is put.
    pub fn item(&self) -> Option<&Item> {
        self.item.as_ref()
    }

    /// `UpdateExpression`.
    pub fn update(&self) -> Option<&str> {
        self.update.as_deref()
    }

    /// `ConditionExpression`.
    pub fn condition(&self) -> Option<&str> {
        self.condition.as_deref()
    }

    /// `ExpressionAttributeNames`.
    pub fn names(&self) -> &BTreeMap<String, String> {
        &self.names
    }

    /// `ExpressionAttributeValues`.
    pub fn values(&self) -> &BTreeMap<String, AttributeValue> {
        &self.values
    }
}

impl fmt::Display for TransactionParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransactWriteItems of {} actions", self.actions.len())?;
        self.actions
            .iter()
            .try_for_each(|action| write!(f, "\n{action}"))
    }
}

impl fmt::Display for ActionParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in table `{}`", self.kind, self.table)?;
        write_attributes(f, "key", &self.key)?;
        if let Some(item) = &self.item {
            write_attributes(f, "item", item)?;
        }
        for (word, text) in [("update", &self.update), ("condition", &self.condition)] {
            write_line(f, word, text.clone())?;
        }
        write_placeholders(f, &self.names, &self.values)
    }
}

/// Without values, which may be secret.
impl fmt::Debug for ActionParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionParams")
            .field("kind", &self.kind)
            .field("table", &self.table)
            .field("update", &self.update)
            .field("condition", &self.condition)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
