//! Runs a commit: sends what its machine says, and tells it what came of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use aws_smithy_async::rt::sleep::{AsyncSleep, default_async_sleep};
use dyno_value::Item;
use rand::TryRng;
use rand::rngs::SysRng;
use std::collections::{BTreeMap, HashMap};

use super::Store;
use super::service;
use crate::commit::{Action, Answer, Expressions, Fresh, Machine, Request, Step};
use crate::error::{Error, ErrorKind, Result, incomplete};
use crate::plan::Etag;

/// Runs a commit to its end.
pub(super) async fn run<M: Machine>(store: &Store, mut machine: M) -> Result<M::Done> {
    let mut step = machine.begin(fresh()?)?;
    loop {
        let request = match step {
            Step::Done(done) => return Ok(done),
            Step::Send(request) => request,
            Step::Wait { attempt, then } => {
                pause(attempt).await?;
                then
            }
        };
        let answer = send(store, request).await?;
        step = machine.answer(answer, fresh()?)?;
    }
}

/// Waits with full jitter: a random time up to a bound that doubles with each attempt.
pub(super) async fn pause(attempt: u32) -> Result<()> {
    const FIRST: u64 = 20;
    const LONGEST: u64 = 1000;
    let bound = FIRST.saturating_mul(1 << attempt.min(10)).min(LONGEST);
    let mut random = [0; 8];
    fill_random(&mut random)?;
    let wait = Duration::from_millis(u64::from_be_bytes(random) % bound);
    match default_async_sleep() {
        Some(sleep) => {
            sleep.sleep(wait).await;
            Ok(())
        }
        None => Err(Error::new(
            ErrorKind::Service,
            "no timer is available to wait with before the next try",
        )),
    }
}

fn fresh() -> Result<Fresh> {
    let mut etag = [0; 16];
    fill_random(&mut etag)?;
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Ok(Fresh {
        etag: Etag(etag),
        now_micros: u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX),
    })
}

fn fill_random(bytes: &mut [u8]) -> Result<()> {
    SysRng.try_fill_bytes(bytes).map_err(|error| {
        Error::new(
            ErrorKind::Service,
            "the random number generator of the system failed",
        )
        .with_source(error)
    })
}

async fn send(store: &Store, request: Request) -> Result<Answer> {
    match request {
        Request::Single(action) => single(store, *action).await,
        Request::Transact { token, actions } => transact(store, token, actions).await,
    }
}

async fn single(store: &Store, action: Action) -> Result<Answer> {
    let client = store.clients().of(action.address().region).commits;
    let table = action.address().table;
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    Ok(match action {
        Action::Put {
            item, condition, ..
        } => {
            let Expressions {
                condition,
                names,
                values,
                ..
            } = condition.unwrap_or_default();
            let answer = client
                .put_item()
                .table_name(table)
                .set_item(Some(item))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names_of(names))
                .set_expression_attribute_values(values_of(values))
                .return_values_on_condition_check_failure(all_old)
                .send()
                .await;
            match answer {
                Ok(_) => Answer::Applied,
                Err(SdkError::ServiceError(error))
                    if error.err().is_conditional_check_failed_exception() =>
                {
                    match error.into_err() {
                        PutItemError::ConditionalCheckFailedException(failed) => {
                            Answer::ConditionFailed(failed.item)
                        }
                        _ => Answer::ConditionFailed(None),
                    }
                }
                Err(error) => service::answer(error, &[table]),
            }
        }
        Action::Update {
            address,
            expressions:
                Expressions {
                    update,
                    condition,
                    names,
                    values,
                },
        } => {
            let answer = client
                .update_item()
                .table_name(table)
                .set_key(Some(address.to_item()))
                .set_update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names_of(names))
                .set_expression_attribute_values(values_of(values))
                .return_values_on_condition_check_failure(all_old)
                .send()
                .await;
            match answer {
                Ok(_) => Answer::Applied,
                Err(SdkError::ServiceError(error))
                    if error.err().is_conditional_check_failed_exception() =>
                {
                    match error.into_err() {
                        UpdateItemError::ConditionalCheckFailedException(failed) => {
                            Answer::ConditionFailed(failed.item)
                        }
                        _ => Answer::ConditionFailed(None),
                    }
                }
                Err(error) => service::answer(error, &[table]),
            }
        }
        Action::Delete { address, condition } => {
            let Expressions {
                condition,
                names,
                values,
                ..
            } = condition.unwrap_or_default();
            let answer = client
                .delete_item()
                .table_name(table)
                .set_key(Some(address.to_item()))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names_of(names))
                .set_expression_attribute_values(values_of(values))
                .return_values_on_condition_check_failure(all_old)
                .send()
                .await;
            match answer {
                Ok(_) => Answer::Applied,
                Err(SdkError::ServiceError(error))
                    if error.err().is_conditional_check_failed_exception() =>
                {
                    match error.into_err() {
                        DeleteItemError::ConditionalCheckFailedException(failed) => {
                            Answer::ConditionFailed(failed.item)
                        }
                        _ => Answer::ConditionFailed(None),
                    }
                }
                Err(error) => service::answer(error, &[table]),
            }
        }
    })
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
    let answer = client
        .transact_write_items()
        .client_request_token(token)
        .set_transact_items(Some(items))
        .send()
        .await;
    Ok(match answer {
        Ok(_) => Answer::Applied,
        Err(error) => service::transaction_answer(error, &tables),
    })
}

fn transact_item(action: Action) -> Result<TransactWriteItem> {
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    let table = action.address().table;
    let item = TransactWriteItem::builder();
    Ok(match action {
        Action::Put {
            item: body,
            condition,
            ..
        } => {
            let Expressions {
                condition,
                names,
                values,
                ..
            } = condition.unwrap_or_default();
            let put = Put::builder()
                .table_name(table)
                .set_item(Some(body))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names_of(names))
                .set_expression_attribute_values(values_of(values))
                .return_values_on_condition_check_failure(all_old);
            item.put(put.build().map_err(incomplete)?)
        }
        Action::Update {
            address,
            expressions:
                Expressions {
                    update,
                    condition,
                    names,
                    values,
                },
        } => {
            let update = Update::builder()
                .table_name(table)
                .set_key(Some(address.to_item()))
                .set_update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names_of(names))
                .set_expression_attribute_values(values_of(values))
                .return_values_on_condition_check_failure(all_old);
            item.update(update.build().map_err(incomplete)?)
        }
        Action::Delete { address, condition } => {
            let Expressions {
                condition,
                names,
                values,
                ..
            } = condition.unwrap_or_default();
            let delete = Delete::builder()
                .table_name(table)
                .set_key(Some(address.to_item()))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names_of(names))
                .set_expression_attribute_values(values_of(values))
                .return_values_on_condition_check_failure(all_old);
            item.delete(delete.build().map_err(incomplete)?)
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
