//! Reads several items at one moment, with `TransactGetItems`.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsError;
use aws_sdk_dynamodb::types::{Get, TransactGetItem};
use dyno_value::Item;

use super::{Store, service};
use crate::commit::{Reason, refusal_of};
use crate::error::{Error, ErrorKind, Result, incomplete};
use crate::plan::Address;

/// What came of one try.
pub(super) enum AtOnce {
    /// The items that exist.
    Read(BTreeMap<Address, Item>),
    /// Another try may succeed; why this one did not.
    NotYet(Error),
}

/// Reads items at one moment, if nothing is in the way.
///
/// # Errors
///
/// The items are larger together than one request reads, the request is wrong, or was not answered.
pub(super) async fn fetch_at_once(store: &Store, wanted: &[Address]) -> Result<AtOnce> {
    let Some(first) = wanted.first() else {
        return Ok(AtOnce::Read(BTreeMap::new()));
    };
    let client = store.clients().of(first.region).reads.clone();
    let get = |address: &Address| {
        let get = Get::builder()
            .table_name(address.table)
            .set_key(Some(address.to_item()))
            .build();
        get.map(|get| TransactGetItem::builder().get(get).build())
            .map_err(incomplete)
    };
    let gets = wanted.iter().map(get).collect::<Result<_>>()?;
    let sent = client
        .transact_get_items()
        .set_transact_items(Some(gets))
        .set_return_consumed_capacity(store.asks_for_capacity())
        .send()
        .await;
    let error = match sent {
        Ok(answer) => {
            store.note_read(answer.consumed_capacity());
            let items = answer.responses.unwrap_or_default().into_iter();
            let items = wanted
                .iter()
                .cloned()
                .zip(items.map(|response| response.item));
            let found = items.filter_map(|(address, item)| Some((address, item?)));
            return Ok(AtOnce::Read(found.collect()));
        }
        Err(error) => error,
    };
    if let SdkError::ServiceError(refused) = &error
        && let TransactGetItemsError::TransactionCanceledException(cancelled) = refused.err()
    {
        store.note_cancelled_read(wanted.len());
        let reasons = cancelled.cancellation_reasons().iter();
        return not_read(reasons.map(service::reason).collect(), wanted);
    }
    let said = error.as_service_error().and_then(|error| error.message());
    if said.is_some_and(says_too_large) {
        return Err(too_large());
    }
    let tables: Vec<_> = wanted.iter().map(|address| address.table).collect();
    Err(store.failure(error, &tables))
}

/// What the reasons say of a read that was cancelled.
fn not_read(reasons: Vec<Reason>, wanted: &[Address]) -> Result<AtOnce> {
    let has = |kind: fn(&Reason) -> bool| reasons.iter().any(kind);
    if has(Reason::is_conflict) || !has(Reason::is_any) {
        return Ok(AtOnce::NotYet(contended()));
    }
    if has(Reason::is_throttled) {
        let why = "the service throttled a read at one moment until the last try; try again later or raise the table's capacity";
        return Ok(AtOnce::NotYet(Error::new(ErrorKind::Throttled, why)));
    }
    let mut messages = reasons
        .iter()
        .filter_map(|reason| reason.message.as_deref());
    if messages.any(says_too_large) {
        return Err(too_large());
    }
    let place = reasons.iter().position(Reason::is_any);
    let place = place.and_then(|place| wanted.get(place));
    let error = refusal_of(reasons);
    Err(match place {
        Some(place) => error
            .and(&format!(
                " (table `{}`, key `{}`)",
                place.table,
                place.key()
            ))
            .in_table(place.table),
        None => error,
    })
}

/// The error of a read that others were in the way of until the last try.
pub(super) fn contended() -> Error {
    Error::new(
        ErrorKind::Contended,
        "other clients kept changing what was read at one moment; try again later",
    )
}

/// "The aggregate size of the items in the transaction exceeded 4 MB", in the words of servers.
fn says_too_large(message: &str) -> bool {
    message.contains("aggregate size of the items")
        || message.contains("Collection size of items exceeded")
}

fn too_large() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "the items are larger together than the 4 MB that can be read at one moment; load fewer objects together, or leave shards \
         out with `Lazy` fields",
    )
}
