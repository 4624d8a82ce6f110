//! Limits checked before the first request.

use dyno_value::{Item, ValueError, attribute_size, measure};

use super::step::{Action, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;

/// Refuses a request that DynamoDB would refuse for its size.
///
/// # Errors
///
/// An item holds more than 400 KB, or a value that has no form in DynamoDB; the transaction has more than 100
/// actions, or more than 4 MB. The error says which.
pub(crate) fn check(request: &Request) -> Result<()> {
    match request {
        Request::Single(action) => check_action(action).map(drop),
        Request::Transact { actions, .. } => {
            if actions.len() > limits::TRANSACTION_ACTIONS {
                return Err(too_large(format!(
                    "the save needs a transaction of {} actions, DynamoDB allows {}; store fewer shards per object, \
                     or keep some of them in one shard",
                    actions.len(),
                    limits::TRANSACTION_ACTIONS
                )));
            }
            let mut bytes = 0;
            for action in actions {
                bytes += check_action(action)?;
            }
            if bytes > limits::TRANSACTION_BYTES {
                return Err(too_large(format!(
                    "the save needs a transaction of {bytes} bytes, DynamoDB allows {}; save the parts that changed \
                     in smaller steps",
                    limits::TRANSACTION_BYTES
                )));
            }
            Ok(())
        }
    }
}

fn check_action(action: &Action) -> Result<usize> {
    match action {
        Action::Delete { .. } => Ok(0),
        Action::Put { address, item, .. } => check_item(address.table, item),
        Action::Update {
            address,
            expressions,
        } => {
            let values = expressions.values.values();
            let bytes = values
                .map(measure_value)
                .sum::<Result<usize, ValueError>>()?;
            if bytes > limits::ITEM_BYTES {
                return Err(too_large(format!(
                    "the value has {bytes} bytes, an item of table `{}` holds {}",
                    address.table,
                    limits::ITEM_BYTES
                )));
            }
            Ok(bytes)
        }
    }
}

fn check_item(table: &str, item: &Item) -> Result<usize> {
    let bytes = measure(item)?;
    if bytes <= limits::ITEM_BYTES {
        return Ok(bytes);
    }
    let mut sizes: Vec<_> = item
        .iter()
        .map(|(name, value)| (name.len() + attribute_size(value), name.as_str()))
        .collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let largest: Vec<_> = sizes
        .iter()
        .take(LARGEST_NAMED)
        .map(|(bytes, name)| format!("`{name}` ({bytes} bytes)"))
        .collect();
    let message = format!(
        "the item in table `{table}` would have {bytes} bytes, DynamoDB holds {}; its largest fields are {}: mark one \
         `#[dyno(shard)]`",
        limits::ITEM_BYTES,
        largest.join(", ")
    );
    Err(too_large(message).in_table(table))
}

/// How many fields an error about a large item names.
const LARGEST_NAMED: usize = 3;

fn measure_value(value: &aws_sdk_dynamodb::types::AttributeValue) -> Result<usize, ValueError> {
    dyno_value::measure_value(value)
}

fn too_large(message: String) -> Error {
    Error::new(ErrorKind::TooLarge, message)
}
