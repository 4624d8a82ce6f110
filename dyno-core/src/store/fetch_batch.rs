//! Reads items that fit one request, as far as the service gives them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use dyno_value::Item;

use super::{Store, drive};
use crate::error::{Error, ErrorKind, Result, incomplete};
use crate::plan::{Address, Places};

/// What to read of an item.
#[derive(Clone, Debug, Default)]
pub(super) struct Projection {
    /// The expression; `None` reads the whole item.
    pub(super) text: Option<String>,
    pub(super) names: BTreeMap<String, String>,
}

/// What came of asking for several items.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    pub(super) found: BTreeMap<Address, Item>,
    /// `None`: everything that was asked for was read, found or not.
    pub(super) left: Option<Left>,
}

/// Items that were not read, and why.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) addresses: Vec<Address>,
    pub(super) error: Error,
}

/// Reads these items of one region with one `BatchGetItem`, and what it leaves with the next.
pub(super) async fn fetch_batch(
    store: &Store,
    wanted: &[(Address, Projection)],
    consistent: bool,
) -> Fetched {
    let mut found = BTreeMap::new();
    let mut left: Vec<_> = wanted.iter().collect();
    let fetched = fetch_into(&mut found, &mut left, store, consistent).await;
    let left = fetched.err().map(|error| Left {
        addresses: left.iter().map(|(address, _)| address.clone()).collect(),
        error,
    });
    Fetched { found, left }
}

/// Puts what is read into `found`, and keeps in `left` what is not.
async fn fetch_into(
    found: &mut BTreeMap<Address, Item>,
    left: &mut Vec<&(Address, Projection)>,
    store: &Store,
    consistent: bool,
) -> Result<()> {
    /// In a row, without anything read.
    const MOST_IDLE_TRIES: u32 = 8;
    let wanted = left.len();
    let Some((first, _)) = left.first() else {
        return Ok(());
    };
    let client = store.clients().of(first.region).reads.clone();
    let mut idle = 0;
    loop {
        idle += 1;
        let tables: Vec<_> = tables(left).into_iter().collect();
        let answer = client
            .batch_get_item()
            .set_request_items(Some(requests(left, consistent)?))
            .set_return_consumed_capacity(store.asks_for_capacity())
            .send()
            .await
            .map_err(|error| store.failure(error, &tables));
        let throttled = match answer {
            Ok(answer) => {
                let unread = take_answer(store, answer, left, found)?;
                if unread.is_empty() {
                    left.clear();
                    return Ok(());
                }
                if unread.len() < left.len() {
                    idle = 1;
                }
                *left = unread;
                None
            }
            // So the service says that it has read none of the items.
            Err(error) if error.kind() == ErrorKind::Throttled => Some(error),
            Err(error) => return Err(error),
        };
        if idle == MOST_IDLE_TRIES {
            let why = format!(
                "the service left {} of {} items unread after {idle} tries that read nothing; try again later",
                left.len(),
                wanted
            );
            let error = Error::new(ErrorKind::Throttled, why);
            return Err(match throttled {
                Some(throttled) => error.with_source(throttled),
                None => error,
            });
        }
        drive::pause(idle).await?;
    }
}

/// Puts what was read into `found`, and says what was not.
///
/// # Errors
///
/// The answer speaks of keys that were not asked for.
fn take_answer<'a>(
    store: &Store,
    answer: BatchGetItemOutput,
    asked: &[&'a (Address, Projection)],
    found: &mut BTreeMap<Address, Item>,
) -> Result<Vec<&'a (Address, Projection)>> {
    store.note_read(answer.consumed_capacity());
    let mut responses = answer.responses.unwrap_or_default();
    for table in tables(asked) {
        let places = asked.iter().map(|(address, _)| address);
        let places = Places::of(places.filter(|address| address.table == table));
        for item in responses.remove(table).unwrap_or_default() {
            if let Some(address) = places.place(&item) {
                found.insert(address.clone(), item);
            }
        }
    }
    let unprocessed = answer.unprocessed_keys.unwrap_or_default();
    let unread = unread(asked, &unprocessed);
    let said = unprocessed.values().map(|keys| keys.keys().len());
    if unread.len() == said.sum::<usize>() {
        return Ok(unread);
    }
    let why =
        "the service left keys unread that it was not asked for; nothing is known of the others";
    Err(Error::new(ErrorKind::Service, why))
}

/// The items whose keys are left unprocessed.
fn unread<'a>(
    asked: &[&'a (Address, Projection)],
    unprocessed: &HashMap<String, KeysAndAttributes>,
) -> Vec<&'a (Address, Projection)> {
    let is_left = |(address, _): &&(Address, Projection)| {
        let keys = unprocessed.get(address.table);
        keys.is_some_and(|keys| keys.keys().iter().any(|key| address.holds(key)))
    };
    asked.iter().copied().filter(is_left).collect()
}

fn tables(wanted: &[&(Address, Projection)]) -> BTreeSet<&'static str> {
    wanted.iter().map(|(address, _)| address.table).collect()
}

fn requests(
    wanted: &[&(Address, Projection)],
    consistent: bool,
) -> Result<HashMap<String, KeysAndAttributes>> {
    let mut by_table: BTreeMap<&str, (Vec<Item>, Option<&Projection>)> = BTreeMap::new();
    for (address, projection) in wanted {
        let (keys, shared) = by_table
            .entry(address.table)
            .or_insert_with(|| (Vec::new(), Some(projection)));
        keys.push(address.to_item());
        // A request has one projection per table: items of one table that want different parts are read whole.
        if shared.is_some_and(|shared| {
            shared.text != projection.text || shared.names != projection.names
        }) {
            *shared = None;
        }
    }
    let request = |(table, (keys, projection)): (&str, (Vec<Item>, Option<&Projection>))| {
        let projection = projection.cloned().unwrap_or_default();
        let names = (!projection.names.is_empty()).then(|| projection.names.into_iter().collect());
        let keys = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(consistent)
            .set_projection_expression(projection.text)
            .set_expression_attribute_names(names)
            .build()
            .map_err(incomplete)?;
        Ok((table.to_owned(), keys))
    };
    by_table.into_iter().map(request).collect()
}
