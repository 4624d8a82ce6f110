//! Requests of a commit as the SDK sends them, and its answers as the commit reads them.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use dyno_value::Item;

use super::Store;
use super::service;
use crate::commit::{Action, Answer, Expressions, Request};
use crate::error::{Result, incomplete};

/// Sends one request, once.
pub(super) async fn send(store: &Store, request: Request) -> Result<Answer> {
    match request {
        Request::Single(action) => Ok(single(store, *action).await),
        Request::Transact { token, actions } => transact(store, token, actions).await,
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
    ($sent:expr, $error:ident, $table:expr) => {
        match $sent {
            Ok(_) => Answer::Applied,
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
            Err(error) => service::answer(error, &[$table]),
        }
    };
}

async fn single(store: &Store, action: Action) -> Answer {
    let client = store.clients().of(action.address().region).commits;
    let table = action.address().table;
    match action {
        Action::Put {
            item, condition, ..
        } => {
            let put = conditional!(client.put_item(), table, condition.unwrap_or_default());
            answer_of!(put.set_item(Some(item)).send().await, PutItemError, table)
        }
        Action::Update {
            address,
            mut expressions,
        } => {
            let update = client
                .update_item()
                .set_update_expression(expressions.update.take());
            let update = conditional!(update, table, expressions).set_key(Some(address.to_item()));
            answer_of!(update.send().await, UpdateItemError, table)
        }
        Action::Delete { address, condition } => {
            let delete = conditional!(client.delete_item(), table, condition.unwrap_or_default());
            answer_of!(
                delete.set_key(Some(address.to_item())).send().await,
                DeleteItemError,
                table
            )
        }
    }
}

async fn transact(store: &Store, token: String, actions: Vec<Action>) -> Result<Answer> {
    let tables: Vec<_> = actions
        .iter()
        .map(|action| action.address().table)
        .collect();
    let region = actions.first().and_then(|action| action.address().region);
    let client = store.clients().of(region).commits;
    let items = actions
        .into_iter()
        .map(transact_item)
        .collect::<Result<_>>()?;
    let sent = client
        .transact_write_items()
        .client_request_token(token)
        .set_transact_items(Some(items))
        .send()
        .await;
    Ok(match sent {
        Ok(_) => Answer::Applied,
        Err(error) => service::transaction_answer(error, &tables),
    })
}

fn transact_item(action: Action) -> Result<TransactWriteItem> {
    let table = action.address().table;
    let transaction = TransactWriteItem::builder();
    Ok(match action {
        Action::Put {
            item, condition, ..
        } => {
            let put = conditional!(Put::builder(), table, condition.unwrap_or_default());
            transaction.put(put.set_item(Some(item)).build().map_err(incomplete)?)
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

fn names_of(names: BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!names.is_empty()).then(|| names.into_iter().collect())
}

fn values_of(values: BTreeMap<String, AttributeValue>) -> Option<Item> {
    (!values.is_empty()).then(|| values.into_iter().collect())
}
