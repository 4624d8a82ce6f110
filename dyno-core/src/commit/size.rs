//! Limits checked before the first request.

use dyno_value::{Item, attribute_size, measure, measure_value};

use super::step::{Action, Expressions, Request};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::reserved;

/// Whose items they are, which decides what helps if they are too large.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    /// The mapper: it can store a field in items of its own.
    Mapper,
    /// The program: nobody else knows what is in them.
    Program,
}

/// Refuses a request that DynamoDB would refuse for its size.
///
/// # Errors
///
/// An item holds more than 400 KB, or a value that has no form in DynamoDB; the transaction has more than 100
/// actions, or more than 4 MB. The error says which.
pub(crate) fn check(request: &Request) -> Result<()> {
    match request {
        Request::Single(action) => check_action(action, Owner::Mapper).map(drop),
        Request::Transact { actions, .. } => check_all(
            actions,
            Owner::Mapper,
            "objects are not written in several steps yet. Store fewer shards per object, or change fewer of them in one save",
        ),
    }
}

/// The same for items that the mapper does not know.
///
/// # Errors
///
/// Those of [`check`].
pub(super) fn check_bare(request: &Request) -> Result<()> {
    match request {
        Request::Single(action) => check_action(action, Owner::Program).map(drop),
        Request::Transact { actions, .. } => check_all(
            actions,
            Owner::Program,
            "nothing was written. Write fewer items in one transaction",
        ),
    }
}

/// Refuses what is too much for one transaction of several objects.
///
/// # Errors
///
/// Those of [`check`].
pub(super) fn check_together(actions: &[Action]) -> Result<()> {
    check_all(
        actions,
        Owner::Mapper,
        "nothing was written. Write fewer objects in one transaction",
    )
}

fn check_all(actions: &[Action], owner: Owner, advice: &str) -> Result<()> {
    if actions.len() > limits::TRANSACTION_ACTIONS {
        return Err(too_large(format!(
            "this needs one transaction of {} actions, DynamoDB allows {}; {advice}",
            actions.len(),
            limits::TRANSACTION_ACTIONS
        )));
    }
    let mut bytes = 0;
    for action in actions {
        bytes += check_action(action, owner)?;
    }
    if bytes > limits::TRANSACTION_BYTES {
        return Err(too_large(format!(
            "this needs one transaction of {bytes} bytes, DynamoDB allows {}; {advice}",
            limits::TRANSACTION_BYTES
        )));
    }
    Ok(())
}

/// The bytes that an action counts for in its transaction, at least.
fn check_action(action: &Action, owner: Owner) -> Result<usize> {
    match action {
        Action::Check { condition, .. } => check_expressions(condition),
        Action::Delete { condition, .. } => condition.as_ref().map_or(Ok(0), check_expressions),
        Action::Put {
            address,
            item,
            condition,
        } => {
            let asked = condition.as_ref().map_or(Ok(0), check_expressions)?;
            Ok(asked.max(check_item_of(owner, address.table, item)?))
        }
        Action::Update {
            address,
            expressions,
        } => {
            let bytes = check_expressions(expressions)?;
            let mut largest = 0;
            for value in expressions.values.values() {
                largest = largest.max(measure_value(value)?);
            }
            if largest > limits::ITEM_BYTES {
                let advice = match owner {
                    Owner::Mapper => {
                        "make it an object of its own, marked `#[dyno(shard)]`: a shard may be larger than an item"
                    }
                    Owner::Program => "store less, or part of it in another item",
                };
                return Err(too_large(format!(
                    "the value has {largest} bytes, an item of table `{}` holds {}; {advice}",
                    address.table,
                    limits::ITEM_BYTES
                )));
            }
            Ok(bytes)
        }
    }
}

/// The bytes of all values of an action's expressions.
fn check_expressions(expressions: &Expressions) -> Result<usize> {
    check_length(expressions)?;
    let values = expressions.values.values();
    values.map(|value| Ok(measure_value(value)?)).sum()
}

/// Refuses an item that DynamoDB would refuse, and names what makes it large.
///
/// # Errors
///
/// It holds more than 400 KB, or a value that has no form in DynamoDB.
pub(crate) fn check_item(table: &str, item: &Item) -> Result<usize> {
    check_item_of(Owner::Mapper, table, item)
}

/// The same, whosever item it is.
///
/// # Errors
///
/// Those of [`check_item`].
pub(crate) fn check_item_of(owner: Owner, table: &str, item: &Item) -> Result<usize> {
    let bytes = measure(item)?;
    if bytes <= limits::ITEM_BYTES {
        return Ok(bytes);
    }
    let own = item.iter().filter(|(name, _)| !reserved::is_reserved(name));
    let mut sizes: Vec<_> = own
        .map(|(name, value)| (name.len() + attribute_size(value), name.as_str()))
        .collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let alone = sizes
        .first()
        .is_some_and(|(bytes, _)| *bytes > limits::ITEM_BYTES);
    let advice = match owner {
        Owner::Mapper if alone => {
            "make the first an object of its own, marked `#[dyno(shard)]`: a shard may be larger than an item, unless it \
             is independent"
        }
        Owner::Mapper => "make some of them an object of its own, marked `#[dyno(shard)]`",
        Owner::Program => "store less, or part of it in another item",
    };
    let largest: Vec<_> = sizes
        .iter()
        .take(LARGEST_NAMED)
        .map(|(bytes, name)| format!("`{name}` ({bytes} bytes)"))
        .collect();
    let message = format!(
        "the item in table `{table}` would have {bytes} bytes, DynamoDB holds {}; its largest fields are {}: {advice}",
        limits::ITEM_BYTES,
        largest.join(", ")
    );
    Err(too_large(message).in_table(table))
}

/// How many fields an error about a large item names.
const LARGEST_NAMED: usize = 3;

/// The longest text that placeholders make of the changed attributes must fit one expression.
pub(super) fn check_length(expressions: &Expressions) -> Result<()> {
    let longest = [&expressions.update, &expressions.condition]
        .into_iter()
        .flatten()
        .map(String::len)
        .max();
    if longest.unwrap_or(0) <= limits::EXPRESSION_BYTES {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::TooLarge,
        format!(
            "the expression would have {} bytes, DynamoDB allows {}: too many attributes change at once, or the condition says \
             too much. Keep some of the fields in a nested object, or ask for less in `when`",
            longest.unwrap_or(0),
            limits::EXPRESSION_BYTES
        ),
    ))
}

fn too_large(message: String) -> Error {
    Error::new(ErrorKind::TooLarge, message)
}
