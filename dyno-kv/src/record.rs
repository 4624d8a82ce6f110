use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno_core::{AttributeValue, Item};
use serde::de::DeserializeOwned;

use crate::attribute::{EXPIRES, FENCE, ID, LEASE, NAME, PAYLOAD, VERSION, is_reserved};
use crate::error::{Error, Result};
use crate::expiry::second_in;
use crate::mark::{Mark, State};
use crate::place::Place;
use crate::value::{decoded, form_of};
use crate::write::Expires;

/// A record, as it was when it was read or written: key, version, expiry, value and fields.
///
/// It is what [`compare_and_put`](crate::Partition::compare_and_put) and
/// [`compare_and_delete`](crate::Partition::compare_and_delete) compare with what stands there.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let customers = kv.partition("customers");
///
/// let record = customers.put("ada", "Lovelace").ttl(Duration::from_secs(3600)).field("city", "London").await?;
/// assert_eq!((record.key(), record.version()), ("ada", 1));
/// assert_eq!(record.text()?, "Lovelace");
/// assert_eq!(record.field("city"), Some("London"));
/// assert!(record.expires().is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq)]
pub struct Record {
    place: Place,
    partition: String,
    key: String,
    version: u64,
    expires: Option<i64>,
    payload: Option<AttributeValue>,
    fields: BTreeMap<String, AttributeValue>,
    mark: Option<Mark>,
    fence: Option<u64>,
    is_lock: bool,
}

impl Record {
    /// # Errors
    ///
    /// [`Error::Unreadable`]: an attribute is of another type than a record has.
    pub(crate) fn of_item(place: &Place, mut item: Item) -> Result<Self> {
        let partition = text_of(place, &mut item, ID)?;
        let key = text_of(place, &mut item, NAME)?;
        let place = place.clone().in_partition(&partition).at_key(&key);
        let version = number_of(&place, &item, VERSION)?.unwrap_or(0);
        let expires = second_in(&item);
        let fence = number_of(&place, &item, FENCE)?;
        let mark = Mark::of_item(&item);
        let is_lock = item.contains_key(LEASE);
        let payload = item.remove(PAYLOAD);
        let fields = item.into_iter().filter(|(name, _)| !is_reserved(name));
        Ok(Self {
            fields: fields.collect(),
            place,
            partition,
            key,
            version,
            expires,
            payload,
            mark,
            fence,
            is_lock,
        })
    }

    /// The partition.
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How often it was written: 1 at first, one more with each write.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When it expires, if it does.
    pub fn expires(&self) -> Option<SystemTime> {
        let seconds = self.expires?;
        let distance = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
    }

    /// The value as text; empty if an empty one was written, or none. A number is its text.
    ///
    /// # Errors
    ///
    /// [`Error::WrongForm`]: it is something else.
    pub fn text(&self) -> Result<&str> {
        match &self.payload {
            None | Some(AttributeValue::Null(_)) if !self.is_lock => Ok(""),
            Some(AttributeValue::S(text) | AttributeValue::N(text)) => Ok(text),
            _ => Err(self.wrong("a text")),
        }
    }

    /// The value as bytes: standard Base64 text, or binary of other programs; empty if an empty one was written, or none.
    ///
    /// # Errors
    ///
    /// [`Error::WrongForm`]: it is something else, such as text that was not written as bytes.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        match &self.payload {
            None | Some(AttributeValue::Null(_)) if !self.is_lock => Ok(Vec::new()),
            Some(AttributeValue::B(bytes)) => Ok(bytes.clone().into_inner()),
            Some(AttributeValue::S(text)) => decoded(text).ok_or_else(|| {
                let found = "a text that is no Base64".to_owned();
                self.wrong_form("bytes", found)
            }),
            _ => Err(self.wrong("bytes")),
        }
    }

    /// The value as what serde makes of it: what was written with [`Serde`](crate::Serde). Where that takes no null, an empty text.
    ///
    /// # Errors
    ///
    /// [`Error::WrongForm`]: it is something else, or there is none.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T> {
        let wanted = std::any::type_name::<T>();
        let Some(payload) = self.payload.clone() else {
            return Err(self.wrong(wanted));
        };
        let is_null = matches!(payload, AttributeValue::Null(_));
        let read = serde_dynamo::from_attribute_value(payload);
        // An empty text is stored as null.
        let read = read.or_else(|error| {
            let empty = AttributeValue::S(String::new());
            let read = is_null.then(|| serde_dynamo::from_attribute_value(empty));
            read.unwrap_or(Err(error))
        });
        // What serde says may show the value.
        read.map_err(|_| {
            let found = format!("{} that does not fit", form_of(self.payload()));
            self.wrong_form(wanted, found)
        })
    }

    /// The value as it is stored.
    pub fn payload(&self) -> Option<&AttributeValue> {
        self.payload.as_ref()
    }

    /// The field of this name, if it is there and a text, as all are that this store writes.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_s().ok().map(String::as_str)
    }

    /// All fields, by name: every attribute that is not the store's own.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &AttributeValue)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// The fields as a struct.
    ///
    /// # Errors
    ///
    /// [`Error::WrongForm`]: they do not fit.
    pub fn decode_fields<T: DeserializeOwned>(&self) -> Result<T> {
        let fields: HashMap<_, _> = self.fields.clone().into_iter().collect();
        serde_dynamo::from_item(fields).map_err(|_| {
            let found = "a record whose fields do not fit".to_owned();
            self.wrong_form(std::any::type_name::<T>(), found)
        })
    }

    /// The highest token of a lock under which it was written ([`fenced`](crate::Put::fenced)).
    pub fn fence(&self) -> Option<u64> {
        self.fence
    }

    /// Whether it is a lock: it has no value, and its version is a fencing token.
    pub fn is_lock(&self) -> bool {
        self.is_lock
    }

    pub(crate) fn state(&self) -> State {
        State {
            version: self.version,
            mark: self.mark,
        }
    }

    pub(crate) fn is_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// It, as the next version, after these attributes were set.
    pub(crate) fn changed(
        &self,
        attributes: &[(&str, AttributeValue)],
        expires: Expires,
        mark: Mark,
    ) -> Self {
        let mut changed = self.clone();
        changed.version = self.version.saturating_add(1);
        changed.mark = Some(mark);
        match expires {
            Expires::At(second) => changed.expires = Some(second),
            Expires::Kept => {}
            Expires::Removed => changed.expires = None,
        }
        for (name, value) in attributes {
            match (*name, value) {
                (PAYLOAD, payload) => changed.payload = Some(payload.clone()),
                (FENCE, AttributeValue::N(token)) => changed.fence = token.parse().ok(),
                (EXPIRES, _) => {}
                (field, value) => {
                    changed.fields.insert(field.to_owned(), value.clone());
                }
            }
        }
        changed
    }

    fn wrong(&self, expected: &'static str) -> Error {
        let found = if self.is_lock {
            "absent: the record is a lock"
        } else {
            form_of(self.payload())
        };
        self.wrong_form(expected, found.to_owned())
    }

    fn wrong_form(&self, expected: &'static str, found: String) -> Error {
        Error::WrongForm {
            place: self.place.clone(),
            expected,
            found,
        }
    }
}

/// Shows no value.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.fields.keys().collect();
        f.debug_struct("Record")
            .field("partition", &self.partition)
            .field("key", &self.key)
            .field("version", &self.version)
            .field("expires", &self.expires)
            .field("payload", &form_of(self.payload()))
            .field("fields", &fields)
            .finish_non_exhaustive()
    }
}

fn text_of(place: &Place, item: &mut Item, name: &str) -> Result<String> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        other => {
            let why = format!("`{name}` is {}, not a text", form_of(other.as_ref()));
            let place = place.clone();
            Err(Error::Unreadable { place, why })
        }
    }
}

fn number_of<N: std::str::FromStr>(place: &Place, item: &Item, name: &str) -> Result<Option<N>> {
    let why = match item.get(name) {
        None => return Ok(None),
        Some(AttributeValue::N(digits)) => match digits.parse() {
            Ok(number) => return Ok(Some(number)),
            Err(_) => format!("`{name}` is {digits}, not a whole number of 64 bits"),
        },
        other => format!("`{name}` is {}, not a number", form_of(other)),
    };
    let place = place.clone();
    Err(Error::Unreadable { place, why })
}
