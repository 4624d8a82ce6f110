use dyno_core::items::{Put, When, attr};
use dyno_core::{AttributeValue, Item};

use super::options::{Options, Ready, write_options};
use crate::attempts::{Answer, Attempts};
use crate::attribute::{FENCE, ID, LEASE, NAME, VERSION, WRITE};
use crate::error::{Error, Result};
use crate::expiry::is_expired;
use crate::hook::Operation;
use crate::mark::{Mark, Nonce, Verdict, judge};
use crate::partition::{Partition, Spot};
use crate::pending::awaitable;
use crate::record::Record;
use crate::value::Value;

/// Writes a record where none stands, or one that has expired, and gives it.
///
/// One `PutItem` on the condition that nothing is there, 1 write unit for each 1 KB. Where that meets an expired record, a second one
/// replaces it on the condition that it is still the same: nothing of it survives but its version, which is counted on, and the
/// [fence](Record::fence).
///
/// If an answer is lost, the same request is sent again, up to five times, and what it meets says whether it was applied: the caller
/// learns the truth, unless somebody counted in the record since. A record that somebody deleted in between is created again.
///
/// # Errors
///
/// Those of [`Put`](crate::Put), and [`Exists`](Error::Exists) with the record that stands there: nothing was
/// written, or it was written and somebody deleted it and created another one while an answer was lost.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::{Error, Kv};
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let names = kv.partition("names");
/// names.create("ada", "first").await?;
/// match names.create("ada", "second").await {
///     Err(Error::Exists { present, .. }) => assert_eq!(present.text()?, "first"),
///     other => panic!("{other:?}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Create {
    partition: Partition,
    key: String,
    value: Value,
    options: Options,
}

impl Create {
    pub(crate) fn new(partition: Partition, key: String, value: Value) -> Self {
        Self {
            partition,
            key,
            value,
            options: Options::default(),
        }
    }

    write_options!(expiry);
    write_options!(fields);

    async fn run(self) -> Result<Record> {
        let spot = self.partition.at(&self.key)?;
        let ready = self.options.ready(&spot, Some(self.value))?;
        create(&spot, &ready).await
    }
}

awaitable!(Create -> Record);

/// How often an expired record may be replaced by another one between two requests.
const ROUNDS: u32 = 4;

async fn create(spot: &Spot, ready: &Ready) -> Result<Record> {
    let own = spot.nonce()?;
    let mut attempts = Attempts::new(spot, Operation::Create);
    let mut round = 0;
    // Whether nothing tells what became of a request whose answer was lost.
    let mut is_doubtful = false;
    // The expired record that is to be replaced.
    let mut previous: Option<Record> = None;
    loop {
        attempts.sure(ready.check_held())?;
        let item = created(spot, ready, own, previous.as_ref());
        let put = spot.kv().items().put(item.clone());
        let put = on_condition(put, ready, previous.as_ref());
        let refused = match attempts.send(put).await? {
            Answer::Applied(_) => return spot.record(item),
            Answer::Refused(present) => attempts.standing(present)?,
            Answer::Lost => continue,
        };
        let present = refused.as_ref();
        let state = previous.as_ref().map(Record::state);
        let verdict = judge(own, state, present.map(Record::state));
        if verdict == Verdict::Applied {
            return spot.record(item);
        }
        is_doubtful |= verdict == Verdict::Unknown;
        round += 1;
        let failed = match (ready.check_standing(spot, present), present) {
            (Err(error), _) => Some(error),
            (Ok(()), Some(present)) if !present.is_expired(ready.now) || round == ROUNDS => {
                let place = spot.place.clone();
                let present = Box::new(present.clone());
                Some(Error::Exists { place, present })
            }
            (Ok(()), _) => None,
        };
        match failed {
            Some(error) if is_doubtful => return Err(attempts.failed(error, present)),
            Some(error) => return Err(error),
            None => previous = refused,
        }
    }
}

fn created(spot: &Spot, ready: &Ready, own: Nonce, previous: Option<&Record>) -> Item {
    let state = previous.map(Record::state);
    let version = state.map_or(0, |state| state.version).saturating_add(1);
    let mark = Mark::of_creation(own, state.and_then(|state| state.mark));
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let number = |number: u64| AttributeValue::N(number.to_string());
    let mut item = Item::from([
        (ID.to_owned(), text(&spot.partition.name)),
        (NAME.to_owned(), text(&spot.key)),
        (VERSION.to_owned(), number(version)),
        (WRITE.to_owned(), mark.value()),
    ]);
    if let Some(fence) = previous.and_then(Record::fence) {
        item.insert(FENCE.to_owned(), number(fence));
    }
    let set = ready.attributes().into_iter();
    item.extend(set.map(|(name, value)| (name.to_owned(), value)));
    item
}

fn on_condition(put: Put, ready: &Ready, previous: Option<&Record>) -> When<Put> {
    let stands = match previous {
        None => attr(ID).missing(),
        Some(previous) => previous.state().stands() & is_expired(ready.now),
    };
    put.when(ready.and_unfenced(stands & attr(LEASE).missing()))
}
