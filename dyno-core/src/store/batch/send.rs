//! Puts and deletes of whole items without conditions, as many in one request as it takes.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemError, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use dyno_value::Item;
use futures_util::future::BoxFuture;

use super::ending::Destination;
use crate::commit::{Answer, item_too_large, unknown};
use crate::error::{Error, ErrorKind, Result, incomplete};
use crate::plan::Address;
use crate::store::{Store, drive, service};

/// What is to stand at a place; `None`: nothing.
#[derive(Debug)]
pub(in crate::store) struct Write {
    pub(in crate::store) address: Address,
    pub(in crate::store) item: Option<Item>,
}

impl Write {
    pub(super) fn destination(&self, store: &Store) -> Destination {
        Destination {
            store: store.identity(),
            region: self.address.region,
            tables: BTreeSet::from([self.address.table]),
        }
    }
}

/// Sends these writes, which fit one request and are of one region; says of each why it was not applied, if it was not.
pub(in crate::store) async fn send(store: &Store, writes: &[Write]) -> Vec<Option<Error>> {
    if writes.is_empty() {
        return Vec::new();
    }
    let mut left: HashMap<&Address, Error> = send_some(store, writes.iter().collect(), false)
        .await
        .into_iter()
        .collect();
    writes
        .iter()
        .map(|write| left.remove(&write.address))
        .collect()
}

/// Sends them, by halves if the service refuses all for what may be wrong with one. What is left, and why; `lost`: an answer to an
/// earlier copy was.
fn send_some<'a>(
    store: &'a Store,
    mut open: Vec<&'a Write>,
    mut lost: bool,
) -> BoxFuture<'a, Vec<(&'a Address, Error)>> {
    Box::pin(async move {
        let Err(left) = send_all(store, &mut open, &mut lost).await else {
            return Vec::new();
        };
        if left.of_one && open.len() > 1 {
            let others = open.split_off(open.len() / 2);
            let mut left = send_some(store, open, lost).await;
            left.extend(send_some(store, others, lost).await);
            return left;
        }
        let error = judged(left.error, lost);
        let why = |write: &'a Write| (&write.address, error.twin());
        open.into_iter().map(why).collect()
    })
}

/// Why some writes are left.
struct Left {
    error: Error,
    /// Whether one of them may be to blame, and the others be written without it.
    of_one: bool,
}

impl From<Error> for Left {
    fn from(error: Error) -> Self {
        Self {
            error,
            of_one: false,
        }
    }
}

/// Sends until nothing is open.
async fn send_all(store: &Store, open: &mut Vec<&Write>, lost: &mut bool) -> Result<(), Left> {
    /// In a row, without anything done.
    const MOST_IDLE_TRIES: u32 = 10;
    let all = open.len();
    let mut idle = 0;
    loop {
        idle += 1;
        let why = match send_once(store, open).await? {
            Ok(answer) => {
                let unprocessed = answer.unprocessed_items.unwrap_or_default();
                let left = open.iter().copied();
                let left: Vec<_> = left.filter(|write| is_among(write, &unprocessed)).collect();
                if left.len() != unprocessed.values().map(Vec::len).sum::<usize>() {
                    return Err(unknown().into());
                }
                if left.is_empty() {
                    open.clear();
                    return Ok(());
                }
                if left.len() < open.len() {
                    idle = 1;
                }
                *open = left;
                let why = format!(
                    "the service left {} of {all} writes undone after {idle} tries that did nothing; try again later",
                    open.len()
                );
                Error::new(ErrorKind::Throttled, why)
            }
            Err(refused) => {
                let of_one = is_of_one(&refused, open);
                match answer_of(store, refused, open) {
                    Answer::Lost(error) => {
                        *lost = true;
                        error
                    }
                    Answer::Throttled(error) => error,
                    Answer::TooLarge => {
                        let error = item_too_large();
                        return Err(Left { error, of_one });
                    }
                    Answer::Refused(error) => return Err(Left { error, of_one }),
                    // What the other answers speak of are conditions and transactions.
                    _ => Error::new(
                        ErrorKind::Contended,
                        "other clients hold some of the items; try again later",
                    ),
                }
            }
        };
        if idle == MOST_IDLE_TRIES {
            return Err(why.into());
        }
        drive::pause(idle).await?;
    }
}

/// Whether a refusal may be for one of the writes, or for all of them together.
fn is_of_one(error: &SdkError<BatchWriteItemError, HttpResponse>, open: &[&Write]) -> bool {
    const TOO_LARGE: u16 = 413;
    let mut tables = open.iter().map(|write| write.address.table);
    let first = tables.next();
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code);
    match code {
        Some("ValidationException" | "ItemCollectionSizeLimitExceededException") => true,
        Some("ResourceNotFoundException") => tables.any(|table| Some(table) != first),
        _ => {
            let answer = error.raw_response();
            answer.is_some_and(|answer| answer.status().as_u16() == TOO_LARGE)
        }
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
    let client = store.clients().of(region).commits.clone();
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
