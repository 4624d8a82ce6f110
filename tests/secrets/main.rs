//! Neither clear values nor keys are printed: by no error, no debug output and no log, at any level.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod features;
mod log;

use std::collections::BTreeMap;
use std::fmt::{Debug, Display, Write};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::document::Shape;
use dyno::{
    ConfigLoader, DyObject, EncryptionKey, Error, ErrorKind, FieldPath, Item, Keyring, Lazy,
    MasterKey, ReadOnly, ReadPolicy, Rules, Store, WriteOnly,
};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, wrap};

/// What must not be seen. Each is long enough not to appear by chance.
const NAME: &str = "MARKED-name-7319";
const NUMBER: u64 = 731_955_501_133;
const CITY: &str = "MARKED-city-7320";
const NOTE: &str = "MARKED-note-7321";
const NEW: &str = "MARKED-new-7322";
/// Stored in clear, so the SDK may log it; what dyno prints may not show it.
const CLEAR: &str = "CLEAR-name-7323";
const KEY: [u8; 32] = *b"MARKED-master-key-of-32-bytes-73";

#[derive(DyObject, Clone)]
#[dyno(table = "Accounts", key = "ID")]
struct Account {
    #[dyno(encrypt)]
    name: String,
    #[dyno(encrypt)]
    number: u64,
    #[dyno(shard)]
    address: Address,
    #[dyno(shard)]
    note: Lazy<Note>,
    visits: u64,
}

#[derive(DyObject, Clone)]
#[dyno(table = "Addresses", key = "IDX")]
struct Address {
    #[dyno(encrypt)]
    city: String,
}

#[derive(DyObject, Clone)]
#[dyno(table = "Notes", key = "IDX")]
struct Note {
    #[dyno(encrypt)]
    text: String,
}

/// Values that have no form in DynamoDB, and names that are as secret as what they name.
#[derive(DyObject, Clone)]
#[dyno(table = "Accounts", key = "ID", tag = "Odd", context = "Accounts")]
struct Odd {
    #[dyno(encrypt)]
    huge: u128,
    chosen: u128,
    #[dyno(encrypt)]
    labels: BTreeMap<String, String>,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Accounts", key = "ID", tag = "Odd", context = "Accounts")]
struct OddNumbers {
    #[dyno(encrypt)]
    labels: BTreeMap<String, u64>,
}

/// Conversions that tell more in their errors than a log may hold.
#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Accounts", key = "ID", tag = "Told", context = "Accounts")]
struct Told {
    #[dyno(encrypt, with = telling, index = "pin")]
    pin: String,
    profile: Profile,
}

#[derive(serde::Serialize, serde::Deserialize, Clone, Debug)]
struct Profile {
    kind: String,
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Accounts", key = "ID", tag = "Told", context = "Accounts")]
struct ToldOtherwise {
    profile: ProfileOf,
}

#[derive(serde::Serialize, serde::Deserialize, Clone, Debug)]
struct ProfileOf {
    kind: Kind,
}

#[derive(serde::Serialize, serde::Deserialize, Clone, Debug)]
enum Kind {
    Known,
}

mod telling {
    use dyno::AttributeValue;

    pub(super) fn to_value(pin: &String) -> Result<AttributeValue, String> {
        match pin.len() {
            0..20 => Ok(AttributeValue::S(pin.clone())),
            _ => Err(format!("the pin {pin} is too long")),
        }
    }

    pub(super) fn from_value(value: AttributeValue) -> Result<String, String> {
        match value {
            AttributeValue::S(pin) => Ok(pin),
            other => Err(format!("{other:?}")),
        }
    }
}

/// The same table, as a program of other types sees it.
#[derive(DyObject, Clone)]
#[dyno(table = "Accounts", key = "ID", tag = "Accounts", context = "Accounts")]
struct Mistyped {
    #[dyno(encrypt)]
    name: u64,
    #[dyno(encrypt)]
    number: Vec<String>,
}

fn account() -> Account {
    Account {
        name: NAME.into(),
        number: NUMBER,
        address: Address { city: CITY.into() },
        note: Note { text: NOTE.into() }.into(),
        visits: 1,
    }
}

fn key(id: &str, master: [u8; 32]) -> EncryptionKey {
    EncryptionKey::new(id, MasterKey::from_bytes(master)).unwrap()
}

const FIELDS: [&str; 4] = ["name", "number", "address.city", "note.text"];

fn rules() -> Rules {
    Rules::new().encrypt(FIELDS, key("k1", KEY)).unwrap()
}

/// What was printed otherwise than by logs.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<String>>);

impl Seen {
    fn all(&self, shown: impl Debug + Display) {
        self.debug(&shown);
        writeln!(self.0.lock().unwrap(), "{shown} {shown:#}").unwrap();
    }

    fn debug(&self, shown: impl Debug) {
        writeln!(self.0.lock().unwrap(), "{shown:?} {shown:#?}").unwrap();
    }

    fn error(&self, error: impl Into<Error>) {
        let error = error.into();
        self.all(&error);
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            writeln!(self.0.lock().unwrap(), "{cause} {cause:?}").unwrap();
            source = cause.source();
        }
    }
}

/// Everything that shows one of the secrets.
fn leaks(printed: &str) -> Vec<String> {
    let hex: String = KEY
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let number = NUMBER.to_string();
    let list: Vec<_> = KEY.iter().take(6).map(ToString::to_string).collect();
    let list = list.join(", ");
    let secrets = ["MARKED", &number, &hex, &hex.to_uppercase(), &list];
    let shows = |line: &&str| secrets.iter().any(|secret| line.contains(secret));
    printed
        .lines()
        .filter(shows)
        .map(|line| line.chars().take(400).collect())
        .collect()
}

struct Depends(EncryptionKey);

impl ConfigLoader for Depends {
    fn encryption_key(&self, _: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        matches!(object.get("name"), Some(AttributeValue::S(_))).then(|| self.0.clone())
    }
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn nothing_that_is_printed_shows_a_value_or_a_key() {
    let log = log::at_every_level();
    let seen = Seen::default();
    let store = Store::new(Service::new().client()).with_loader(rules());
    store.ensure_tables::<Account>().await.unwrap();

    lives(&store, &seen).await;
    is_refused(&store, &seen).await;
    has_no_form(&store, &seen).await;
    is_told_by_conversions(&store, &seen).await;
    is_damaged(&store, &seen).await;
    features::are_searched(&store, &seen).await;
    features::are_changed(&store, &seen).await;
    features::are_resealed(&store, &seen).await;
    features::ask_a_source(&store, &seen).await;
    meets_faults(&seen).await;

    let printed = seen.0.lock().unwrap().clone();
    assert_eq!(leaks(&printed), Vec::<String>::new());
    assert!(!printed.contains(CLEAR));
    let logged = log.text();
    assert!(
        logged.contains("TRACE") && logged.contains("PutItem"),
        "the log is on"
    );
    assert_eq!(leaks(&logged), Vec::<String>::new());
    assert_eq!(
        leaks(&format!("a {NAME}")).len(),
        1,
        "a leak would be found"
    );
}

/// The normal life of an object, and the debug output of all that takes part.
async fn lives(store: &Store, seen: &Seen) {
    let save = store.save(account()).key("a");
    seen.debug(&save);
    let mut saved = save.await.unwrap();
    seen.all(saved.save().plan().unwrap());
    saved.name = NEW.into();
    seen.debug(saved.save());
    seen.all(saved.save().plan().unwrap());
    saved.save().await.unwrap();
    let loaded = store.load::<Account>("a").await.unwrap();
    assert_eq!(loaded.note.get().await.unwrap().text, NOTE);
    let write = store.write_path::<Account, String>("a", "address.city", NEW);
    seen.debug(&write);
    write.await.unwrap();
    let name = store.read_path::<Account, String>("a", "name");
    assert_eq!(name.await.unwrap(), NEW);
    seen.debug((store, rules(), key("k1", KEY), MasterKey::from_bytes(KEY)));
    seen.debug(Keyring::new(key("k1", KEY)));
    seen.debug((WriteOnly::new(rules()), ReadOnly::new(rules())));
    let documents = store.documents(Shape::table("Accounts", "ID"));
    let document = documents.read("a").await.unwrap();
    seen.debug((&documents, &document));
    seen.debug(documents.write_path("a", "name", NEW));
}

/// What is refused before a request, or because of what is stored.
async fn is_refused(store: &Store, seen: &Seen) {
    let refused = store.save(account()).loader(Rules::new()).await;
    seen.error(refused.err().unwrap());
    seen.error(
        store
            .save(account())
            .loader(ReadOnly::new(rules()))
            .await
            .err()
            .unwrap(),
    );
    seen.error(store.save(account()).key("").await.err().unwrap());
    let mut large = account();
    large.name = NAME.repeat(40_000);
    seen.error(store.save(large).await.err().unwrap());
    seen.error(
        store
            .load::<Account>("a")
            .loader(Rules::new())
            .await
            .err()
            .unwrap(),
    );
    seen.error(
        store
            .load::<Account>("a")
            .loader(WriteOnly::new(rules()))
            .await
            .err()
            .unwrap(),
    );
    seen.error(store.load::<Mistyped>("a").await.err().unwrap());
    seen.error(
        store
            .read_path::<Mistyped, u64>("a", "name")
            .await
            .err()
            .unwrap(),
    );
    let other = Rules::new().encrypt(FIELDS, key("k1", [7; 32])).unwrap();
    seen.error(
        store
            .load::<Account>("a")
            .loader(other)
            .await
            .err()
            .unwrap(),
    );
    let mut keys = Keyring::new(key("k2", [8; 32]));
    keys.insert(key("k1", KEY)).unwrap();
    keys.retire("k1").unwrap();
    let retired = Rules::new().with_keyring(keys.clone()).unwrap();
    seen.error(
        store
            .load::<Account>("a")
            .loader(retired)
            .await
            .err()
            .unwrap(),
    );
    seen.all(keys.insert(key("k1", [9; 32])).unwrap_err());
    seen.error(
        store
            .write_path::<Account, String>("a", "number", NEW)
            .await
            .err()
            .unwrap(),
    );
    let negative = -i64::try_from(NUMBER).unwrap();
    let write = store.write_path::<Account, i64>("a", "number", negative);
    seen.error(write.await.err().unwrap());
    seen.error(
        store
            .write_path::<Account, String>("a", "nmae", NEW)
            .await
            .err()
            .unwrap(),
    );
    seen.error(
        store
            .save(account())
            .key("a")
            .if_absent()
            .await
            .err()
            .unwrap(),
    );
    seen.all(dyno::check_loader(&Depends(key("k1", KEY)), &account()).unwrap_err());

    let mut first = store.load::<Account>("a").await.unwrap();
    let mut second = store.load::<Account>("a").await.unwrap();
    first.name = NAME.into();
    first.save().await.unwrap();
    second.number += 1;
    seen.error(second.save().await.err().unwrap());
}

async fn is_told_by_conversions(store: &Store, seen: &Seen) {
    let told = |pin: &str, kind: &str| Told {
        pin: pin.into(),
        profile: Profile { kind: kind.into() },
    };
    let loader = || {
        let rules = Rules::new().encrypt(["pin", "profile.kind"], key("k1", KEY));
        let index = dyno::IndexKey::generate("i").unwrap();
        rules.unwrap().index_with(dyno::IndexKeys::new(index))
    };
    let long = "MARKED-pin-of-many-digits";
    let save = store.save(told(long, "x")).loader(loader());
    seen.error(save.await.err().unwrap());
    let save = store.save(told("1", NOTE)).key("told").loader(loader());
    save.await.unwrap();
    let write = store.write_path("told", Told::paths().pin(), long);
    seen.error(write.loader(loader()).await.err().unwrap());
    let find = store.find(Told::paths().pin(), long).loader(loader());
    seen.error(find.await.err().unwrap());
    let index = Told::index_value(Told::paths().pin(), long, &loader());
    seen.error(index.err().unwrap());
    let load = store.load::<ToldOtherwise>("told").loader(loader());
    let error = load.await.err().unwrap();
    assert!(
        error.to_string().contains("holds what is encrypted"),
        "{error}"
    );
    seen.error(error);
    store.delete::<Told>("told").await.unwrap();
}

/// Values that cannot be stored, and one that is read as another type.
async fn has_no_form(store: &Store, seen: &Seen) {
    let odd = |huge, chosen| Odd {
        huge,
        chosen,
        labels: BTreeMap::from([("MARKED-label".to_owned(), NOTE.to_owned())]),
    };
    let loader = || {
        let fields = ["huge", "chosen", "labels"];
        Rules::new().encrypt(fields, key("k1", KEY)).unwrap()
    };
    let unfit = 10_u128.pow(38) + u128::from(NUMBER);
    for odd in [odd(unfit, 1), odd(1, unfit)] {
        let save = store.save(odd).key("odd").loader(loader());
        let error = save.await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        seen.error(error);
    }
    let save = store.save(odd(1, 1)).key("odd").loader(loader());
    save.await.unwrap();
    let error = store.load::<OddNumbers>("odd").await.unwrap_err();
    assert_eq!(error.path().unwrap(), "labels");
    seen.error(error);
    store.delete::<Odd>("odd").await.unwrap();
}

/// Values that somebody changed, and values in clear that are accepted for a while.
async fn is_damaged(store: &Store, seen: &Seen) {
    let client = store.client::<Account>().unwrap();
    let root = dyno_testkit::dump(&client, "Accounts")
        .await
        .unwrap()
        .remove(0);
    let put = |item: Item| {
        client
            .put_item()
            .table_name("Accounts")
            .set_item(Some(item))
            .send()
    };

    let mut damaged = root.clone();
    let mut bytes = root.get("name").unwrap().as_b().unwrap().as_ref().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    damaged.insert("name".to_owned(), AttributeValue::B(bytes.into()));
    put(damaged).await.unwrap();
    seen.error(store.load::<Account>("a").await.err().unwrap());

    let mut moved = root.clone();
    moved.insert("name".to_owned(), root.get("number").unwrap().clone());
    put(moved).await.unwrap();
    seen.error(store.load::<Account>("a").await.err().unwrap());

    let mut clear = root.clone();
    clear.insert("number".to_owned(), AttributeValue::N("12".to_owned()));
    put(clear).await.unwrap();
    seen.error(store.load::<Account>("a").await.err().unwrap());
    let accepting = ReadPolicy::strict().allow_plaintext(["number", "name"], "a test", None);
    let mut unfit = root.clone();
    unfit.insert("name".to_owned(), AttributeValue::S(CLEAR.to_owned()));
    put(unfit).await.unwrap();
    let accepting = rules().with_read_policy(accepting.unwrap());
    let load = store.load::<Mistyped>("a").loader(accepting);
    seen.error(load.await.err().unwrap());
    let mut clear = root.clone();
    clear.insert("number".to_owned(), AttributeValue::N("12".to_owned()));
    put(clear).await.unwrap();
    let policy = ReadPolicy::strict()
        .allow_plaintext(["number"], "a test", None)
        .unwrap();
    let load = store
        .load::<Account>("a")
        .loader(rules().with_read_policy(policy.clone()));
    let mut loaded = load.await.unwrap();
    seen.debug((loaded.exceptions(), &policy));
    loaded.number = NUMBER;
    loaded.save().await.unwrap();
}

/// Requests that are lost, refused or answered by nobody.
async fn meets_faults(seen: &Seen) {
    let faults = [
        Fault::NotDelivered,
        Fault::AnswerLost,
        Fault::ServerErrorBefore,
        Fault::Throttled,
    ];
    for fault in faults {
        let sound = Service::new().client();
        Store::new(sound.clone())
            .ensure_tables::<Account>()
            .await
            .unwrap();
        let failing = wrap(&sound, |http| {
            FaultClient::new(http, move |_| fault.clone())
        });
        let store = Store::new(failing).with_loader(rules());
        match store.save(account()).key("a").await {
            Ok(mut saved) => {
                saved.name = NEW.into();
                if let Err(error) = saved.save().await {
                    seen.error(error);
                }
            }
            Err(error) => {
                seen.debug(&error);
                seen.error(error);
            }
        }
        let write = store.write_path::<Account, String>("a", "name", NEW).await;
        if let Err(error) = write {
            seen.error(error);
        }
        if let Err(error) = store.load::<Account>("a").await {
            seen.error(error);
        }
    }
}
