//! Puts and deletes of whole items without conditions, as many in one request as it takes.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemError, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use dyno_value::Item;

use crate::commit::{Answer, item_too_large, unknown};
use crate::error::{Error, ErrorKind, Result, incomplete};
use crate::plan::Address;
use crate::store::{Store, drive, service};

/// What is to stand at a place; `None`: nothing.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) address: Address,
    pub(super) item: Option<Item>,
}

/// Sends these writes, which fit one request and are of one region; says of each why it was not applied, if it was not.
pub(super) async fn send(store: &Store, writes: &[Write]) -> Vec<Option<Error>> {
    let mut open: Vec<&Write> = writes.iter().collect();
    let sent = send_all(store, &mut open).await;
    let left: Vec<&Address> = open.iter().map(|write| &write.address).collect();
    let why = |write: &Write| {
        let error = sent.as_ref().err()?;
        left.contains(&&write.address).then(|| error.twin())
    };
    writes.iter().map(why).collect()
}

/// Sends until nothing is open.
async fn send_all(store: &Store, open: &mut Vec<&Write>) -> Result<()> {
    const MOST_ATTEMPTS: u32 = 10;
    let all = open.len();
    let mut lost = false;
    let mut attempt = 0;
    loop {
        attempt += 1;
        let why = match send_once(store, open).await? {
            Ok(answer) => {
                let unprocessed = answer.unprocessed_items.unwrap_or_default();
                let left = open.iter().copied();
                let left: Vec<_> = left.filter(|write| is_among(write, &unprocessed)).collect();
                if left.len() != unprocessed.values().map(Vec::len).sum::<usize>() {
                    return Err(unknown());
                }
                *open = left;
                if open.is_empty() {
                    return Ok(());
                }
                let why = format!(
                    "the service left {} of {all} writes undone after {attempt} tries; try again later",
                    open.len()
                );
                Error::new(ErrorKind::Throttled, why)
            }
            Err(refused) => match answer_of(store, refused, open) {
                Answer::Lost(error) => {
                    lost = true;
                    error
                }
                Answer::Throttled(error) => error,
                Answer::TooLarge => return Err(judged(item_too_large(), lost)),
                Answer::Refused(error) => return Err(judged(error, lost)),
                // What the other answers speak of are conditions and transactions.
                _ => Error::new(
                    ErrorKind::Contended,
                    "other clients hold some of the items; try again later",
                ),
            },
        };
        if attempt == MOST_ATTEMPTS {
            return Err(judged(why, lost));
        }
        drive::pause(attempt).await?;
    }
}

/// An earlier copy whose answer was lost may have been applied.
fn judged(error: Error, lost: bool) -> Error {
    if lost {
        unknown().with_source(error)
    } else {
        error
    }
}

type Sent = Result<BatchWriteItemOutput, SdkError<BatchWriteItemError, HttpResponse>>;

async fn send_once(store: &Store, open: &[&Write]) -> Result<Sent> {
    let region = open.first().and_then(|write| write.address.region);
    let mut requests: HashMap<String, Vec<WriteRequest>> = HashMap::new();
    for write in open {
        let table = requests.entry(write.address.table.to_owned());
        table.or_default().push(request(write)?);
    }
    // Not repeated by the SDK: whether an answer was lost decides what a refusal means.
    let client = store.clients().of(region).commits;
    let sent = client
        .batch_write_item()
        .set_request_items(Some(requests))
        .set_return_consumed_capacity(store.asks_for_capacity())
        .send()
        .await;
    if let Ok(answer) = &sent {
        store.note_written(answer.consumed_capacity());
    }
    Ok(sent)
}

fn request(write: &Write) -> Result<WriteRequest> {
    let request = WriteRequest::builder();
    let request = if let Some(item) = &write.item {
        let put = PutRequest::builder().set_item(Some(item.clone()));
        request.put_request(put.build().map_err(incomplete)?)
    } else {
        let delete = DeleteRequest::builder().set_key(Some(write.address.to_item()));
        request.delete_request(delete.build().map_err(incomplete)?)
    };
    Ok(request.build())
}

fn is_among(write: &Write, unprocessed: &HashMap<String, Vec<WriteRequest>>) -> bool {
    let of_table = unprocessed.get(write.address.table);
    of_table.into_iter().flatten().any(|request| {
        let put = request.put_request().map(PutRequest::item);
        let item = put.or_else(|| request.delete_request().map(DeleteRequest::key));
        item.is_some_and(|item| write.address.holds(item))
    })
}

fn answer_of(
    store: &Store,
    error: SdkError<BatchWriteItemError, HttpResponse>,
    open: &[&Write],
) -> Answer {
    let physical = |write: &&Write| store.physical_name(write.address.table);
    let tables: Vec<_> = open.iter().map(physical).collect();
    let tables: Vec<_> = tables.iter().map(String::as_str).collect();
    service::answer(error, &tables)
}
