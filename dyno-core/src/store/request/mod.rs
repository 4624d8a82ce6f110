//! Requests of a commit as the SDK sends them, and its answers as the commit reads them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use dyno_value::Item;

use super::Store;
use super::service;
use crate::commit::{Action, Answer, Expressions, Known, Request, Returns};
use crate::error::{Error, ErrorKind, Result, incomplete};
use crate::units::CapacityUnits;

/// Sends one request, once.
///
/// Futures of the SDK take some kilobytes: each has a place of its own, so that those around it are not moved with them.
pub(super) async fn send(store: &Store, request: Request) -> Result<Answer> {
    let metered = store.asks_for_capacity().is_some().then(|| request.clone());
    let answer = match request {
        Request::Single(action) => single(store, *action).await,
        Request::Transact { token, actions } => transact(store, token, actions).await?,
    };
    if let Some(units) = metered.and_then(|request| units_of_refused(&request, &answer)) {
        store.note_refused(units);
    }
    Ok(answer)
}

/// What a request consumed that was refused for a condition, as far as request and answer tell.
fn units_of_refused(request: &Request, answer: &Answer) -> Option<CapacityUnits> {
    fn known(standing: Option<&Item>) -> Known<'_> {
        standing.map_or(Known::Absent, Known::Item)
    }
    match answer {
        Answer::ConditionFailed(standing) => {
            Some(request.write_units(&|_| known(standing.as_ref())))
        }
        Answer::Cancelled(reasons) => Some(request.write_units(&|address| {
            let mut actions = request.actions().iter().zip(reasons);
            let reason = actions.find(|(action, _)| action.address() == address);
            reason.map_or(Known::Unknown, |(_, reason)| match &reason.item {
                Some(item) => Known::Item(item),
                None => Known::Unknown,
            })
        })),
        _ => None,
    }
}

/// Sets table, condition and placeholders, which puts, updates and deletes name alike, alone and in a transaction.
macro_rules! conditional {
    ($builder:expr, $table:expr, $expressions:expr) => {{
        let expressions: Expressions = $expressions;
        $builder
            .table_name($table)
            .set_condition_expression(expressions.condition)
            .set_expression_attribute_names(names_of(expressions.names))
            .set_expression_attribute_values(values_of(expressions.values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }};
}

/// The answer to a single write; a failed condition brings the item that stands there.
macro_rules! answer_of {
    ($store:expr, $sent:expr, $error:ident, $table:expr) => {
        match $sent {
            Ok(answer) => {
                $store.note_written(answer.consumed_capacity.as_slice());
                Answer::Applied
            }
            Err(SdkError::ServiceError(refused))
                if refused.err().is_conditional_check_failed_exception() =>
            {
                match refused.into_err() {
                    $error::ConditionalCheckFailedException(failed) => {
                        Answer::ConditionFailed(failed.item)
                    }
                    _ => Answer::ConditionFailed(None),
                }
            }
            Err(error) => service::answer(error, &[&$store.physical_name($table)]),
        }
    };
}

async fn single(store: &Store, action: Action) -> Answer {
    let client = store
        .clients()
        .of(action.address().region)
        .item_commits
        .clone();
    let table = action.address().table;
    match action {
        Action::Check { .. } => Answer::Refused(Error::new(
            ErrorKind::Service,
            "a check was to be sent by itself; this is a fault of dyno",
        )),
        Action::Put {
            item, condition, ..
        } => {
            let condition = condition.unwrap_or_default();
            let put = client
                .put_item()
                .set_item(Some(Arc::unwrap_or_clone(item)))
                .set_return_values(condition.returns.map(return_value))
                .set_return_consumed_capacity(store.asks_for_capacity());
            let mut sent = Box::pin(conditional!(put, table, condition).send()).await;
            let returned = sent.as_mut().ok().and_then(|sent| sent.attributes.take());
            with_old(answer_of!(store, sent, PutItemError, table), returned)
        }
        Action::Update {
            address,
            mut expressions,
        } => {
            let update = client
                .update_item()
                .set_update_expression(expressions.update.take())
                .set_return_values(expressions.returns.map(return_value))
                .set_return_consumed_capacity(store.asks_for_capacity());
            let returns = expressions.returns.is_some();
            let update = conditional!(update, table, expressions).set_key(Some(address.to_item()));
            let mut sent = Box::pin(update.send()).await;
            let returned = sent.as_mut().ok().and_then(|sent| sent.attributes.take());
            match answer_of!(store, sent, UpdateItemError, table) {
                Answer::Applied if returns => Answer::Returned(returned.unwrap_or_default()),
                answer => answer,
            }
        }
        Action::Delete { address, condition } => {
            let condition = condition.unwrap_or_default();
            let delete = client
                .delete_item()
                .set_key(Some(address.to_item()))
                .set_return_values(condition.returns.map(return_value))
                .set_return_consumed_capacity(store.asks_for_capacity());
            let mut sent = Box::pin(conditional!(delete, table, condition).send()).await;
            let returned = sent.as_mut().ok().and_then(|sent| sent.attributes.take());
            with_old(answer_of!(store, sent, DeleteItemError, table), returned)
        }
    }
}

/// The answer to what took the place of an item, with that item if it was asked for and there was one.
fn with_old(answer: Answer, old: Option<Item>) -> Answer {
    match (answer, old) {
        (Answer::Applied, Some(old)) if !old.is_empty() => Answer::Returned(old),
        (answer, _) => answer,
    }
}

async fn transact(store: &Store, token: String, actions: Vec<Action>) -> Result<Answer> {
    let tables: Vec<_> = actions
        .iter()
        .map(|action| action.address().table)
        .collect();
    let region = actions.first().and_then(|action| action.address().region);
    let client = store.clients().of(region).commits.clone();
    let items = actions
        .into_iter()
        .map(transact_item)
        .collect::<Result<_>>()?;
    let transact = client
        .transact_write_items()
        .client_request_token(token)
        .set_transact_items(Some(items))
        .set_return_consumed_capacity(store.asks_for_capacity());
    let sent = Box::pin(transact.send()).await;
    Ok(match sent {
        Ok(answer) => {
            store.note_written(answer.consumed_capacity());
            Answer::Applied
        }
        Err(error) => {
            let tables: Vec<_> = tables
                .iter()
                .map(|name| store.physical_name(name))
                .collect();
            let tables: Vec<_> = tables.iter().map(String::as_str).collect();
            service::transaction_answer(error, &tables)
        }
    })
}

fn transact_item(action: Action) -> Result<TransactWriteItem> {
    let table = action.address().table;
    let transaction = TransactWriteItem::builder();
    Ok(match action {
        Action::Check { address, condition } => {
            let check = conditional!(ConditionCheck::builder(), table, condition);
            let check = check.set_key(Some(address.to_item())).build();
            transaction.condition_check(check.map_err(incomplete)?)
        }
        Action::Put {
            item, condition, ..
        } => {
            let put = conditional!(Put::builder(), table, condition.unwrap_or_default());
            transaction.put(
                put.set_item(Some(Arc::unwrap_or_clone(item)))
                    .build()
                    .map_err(incomplete)?,
            )
        }
        Action::Update {
            address,
            mut expressions,
        } => {
            let update = Update::builder().set_update_expression(expressions.update.take());
            let update = conditional!(update, table, expressions).set_key(Some(address.to_item()));
            transaction.update(update.build().map_err(incomplete)?)
        }
        Action::Delete { address, condition } => {
            let delete = conditional!(Delete::builder(), table, condition.unwrap_or_default());
            transaction.delete(
                delete
                    .set_key(Some(address.to_item()))
                    .build()
                    .map_err(incomplete)?,
            )
        }
    }
    .build())
}

fn return_value(returns: Returns) -> ReturnValue {
    match returns {
        Returns::New => ReturnValue::AllNew,
        Returns::Old => ReturnValue::AllOld,
    }
}

fn names_of(names: BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!names.is_empty()).then(|| names.into_iter().collect())
}

fn values_of(values: BTreeMap<String, AttributeValue>) -> Option<Item> {
    (!values.is_empty()).then(|| values.into_iter().collect())
}

#[cfg(feature = "embedded")]
#[cfg(test)]
mod tests;
