use dyno_core::items::attr;
use dyno_core::{AttributeValue, Item};

use crate::attempts::{Answer, Attempts};
use crate::attribute::{EXPIRES, LEASE, PAYLOAD, VERSION, WRITE};
use crate::error::{Error, Result};
use crate::expiry::{is_expired, is_not_expired};
use crate::hook::Operation;
use crate::mark::Mark;
use crate::partition::{Partition, Spot};
use crate::pending::awaitable;
use crate::record::Record;
use crate::value::form_of;

/// A number that any number of programs count at the same time; made by [`Partition::counter`].
///
/// It is a record whose value is a number, 0 if there is none. Its version counts the additions.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let visits = kv.partition("site").counter("visits");
/// assert_eq!(visits.add(2).await?, 2);
/// assert_eq!(visits.add(-1).await?, 1);
/// assert_eq!(visits.get().await?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Counter {
    partition: Partition,
    key: String,
}

impl Partition {
    /// The counter with this key. Sends nothing.
    pub fn counter(&self, key: impl Into<String>) -> Counter {
        Counter {
            partition: self.clone(),
            key: key.into(),
        }
    }
}

impl Counter {
    /// Adds a number, which may be negative; see [`Add`].
    pub fn add(&self, number: i64) -> Add {
        Add {
            counter: self.clone(),
            number,
        }
    }

    /// Reads the number; see [`Count`].
    pub fn get(&self) -> Count {
        Count {
            counter: self.clone(),
        }
    }
}

/// Adds to a [`Counter`], and gives the sum.
///
/// One `UpdateItem`, 1 write unit, sent once: if the answer is lost, one consistent `GetItem` says whether it was applied, unless somebody
/// else counted in between. A counter whose record has expired begins at 0, with a second request.
///
/// # Errors
///
/// [`InvalidInput`](Error::InvalidInput) before anything is sent; [`Overflow`](Error::Overflow) if the sum is beyond `i64`, and
/// [`NotACounter`](Error::NotACounter) if the record has another value: nothing was written, but where the value is no whole number;
/// [`OutcomeUnknown`](Error::OutcomeUnknown) with what stands there; [`TableMissing`](Error::TableMissing), [`Store`](Error::Store).
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
/// let left = kv.partition("stock").counter("tea");
/// assert_eq!(left.add(i64::MAX).await?, i64::MAX);
/// assert!(matches!(left.add(1).await, Err(Error::Overflow { .. })));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is added until it is awaited"]
pub struct Add {
    counter: Counter,
    number: i64,
}

/// How often an expired counter may be begun anew by others between two requests.
const ROUNDS: u32 = 4;

impl Add {
    async fn run(self) -> Result<i64> {
        let Counter { partition, key } = &self.counter;
        let spot = partition.at(key)?;
        let add = self.number;
        let own = spot.nonce()?;
        let mark = Mark::of_change(own, None);
        let now = spot.kv().second();
        let mut is_over = false;
        let mut attempts = Attempts::new(&spot, Operation::Add);
        for _ in 0..ROUNDS {
            let update = spot.update().set(WRITE, mark.value()).add(VERSION, 1);
            // A copy of this request that came before: it is not to be counted twice.
            let is_new = !attr(WRITE).eq(mark.value()) & attr(LEASE).missing();
            let update = if is_over {
                let update = update.set(PAYLOAD, add).remove(EXPIRES);
                update.when(is_new & is_expired(now))
            } else {
                let fits = attr(PAYLOAD).between(i64::MIN - add.min(0), i64::MAX - add.max(0));
                let is_none = attr(PAYLOAD).missing();
                let update = update.add(PAYLOAD, add);
                update.when(is_new & (fits | is_none) & is_not_expired(now))
            };
            let (present, is_lost) = match attempts.send(update).await? {
                Answer::Applied(item) => return count_of(&spot, item.as_ref()),
                Answer::Refused(present) => (present, false),
                Answer::Lost => (attempts.look().await?, true),
            };
            if is_marked(present.as_ref(), mark) {
                return count_of(&spot, present.as_ref());
            }
            let record = attempts.standing(present.clone())?;
            if is_lost {
                return Err(attempts.failed(spot.not_found(), record.as_ref()));
            }
            let is_lock = record.as_ref().is_some_and(Record::is_lock);
            is_over = !is_lock && record.is_some_and(|record| record.is_expired(now));
            if !is_over {
                let present = count_of(&spot, present.as_ref())?;
                if present.checked_add(add).is_none() {
                    let place = spot.place;
                    return Err(Error::Overflow {
                        place,
                        present,
                        add,
                    });
                }
            }
        }
        let place = spot.place;
        let why = "it expires as fast as it is counted".to_owned();
        Err(Error::NotACounter { place, why })
    }
}

awaitable!(Add -> i64);

/// Reads a [`Counter`]: 0 if there is none, or it has expired.
///
/// One consistent `GetItem`, 1 read unit.
///
/// # Errors
///
/// [`InvalidInput`](Error::InvalidInput) before anything is sent; [`NotACounter`](Error::NotACounter) if the record has another value;
/// [`TableMissing`](Error::TableMissing), [`Store`](Error::Store).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let left = kv.partition("stock").counter("tea");
/// assert_eq!(left.get().await?, 0);
/// left.add(3).await?;
/// assert_eq!(left.get().await?, 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read until it is awaited"]
pub struct Count {
    counter: Counter,
}

impl Count {
    async fn run(self) -> Result<i64> {
        let Counter { partition, key } = &self.counter;
        let spot = partition.at(key)?;
        let item = spot.read(Operation::Count).await?;
        let record = spot.standing(item.clone())?;
        let now = spot.kv().second();
        if record.is_some_and(|record| record.is_expired(now)) {
            return Ok(0);
        }
        count_of(&spot, item.as_ref())
    }
}

awaitable!(Count -> i64);

fn is_marked(item: Option<&Item>, mark: Mark) -> bool {
    item.and_then(Mark::of_item) == Some(mark)
}

/// The number in the item.
///
/// # Errors
///
/// [`Error::NotACounter`]
fn count_of(spot: &Spot, item: Option<&Item>) -> Result<i64> {
    let Some(item) = item else {
        return Ok(0);
    };
    let why = match item.get(PAYLOAD) {
        _ if item.contains_key(LEASE) => "it is a lock".to_owned(),
        None => return Ok(0),
        Some(AttributeValue::N(digits)) => match digits.parse() {
            Ok(count) => return Ok(count),
            Err(_) => "its value is no whole number of 64 bits".to_owned(),
        },
        other => format!("its value is {}", form_of(other)),
    };
    let place = spot.place.clone();
    Err(Error::NotACounter { place, why })
}
