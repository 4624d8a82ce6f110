//! Readers that race a writer never see parts of two versions.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dyno::{ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, Recorder, SplitBatches, dump, wrap};

use crate::fixture::{Person, key, rules};

const LOADS: usize = 10_000;

/// Every item of the object carries the same number, so a mixture shows.
fn version(number: u64) -> Person {
    let mut person = Person::john();
    person.name = number.to_string();
    person.location.visits = number;
    person.location.city = number.to_string();
    person.location.geo.latitude = f64::from(u32::try_from(number).unwrap());
    if let Some(details) = &mut person.details {
        details.hospital = number.to_string();
    }
    person
}

fn is_whole(person: &Person) -> bool {
    let number = person.location.visits;
    *person == version(number)
}

#[tokio::test]
async fn ten_thousand_loads_and_none_torn() {
    let engine = Engine::in_memory().unwrap().inline();
    let secret = key("k1");
    let writer = Store::new(engine.client()).with_loader(rules(&secret));
    writer.ensure_tables::<Person>().await.unwrap();
    let recorder = Recorder::new();
    let split = wrap(&engine.client(), |http| SplitBatches::new(http, 20_26));
    let reader = Store::new(split)
        .with_loader(rules(&secret))
        .with_interceptor(recorder.clone());
    let saved = writer.save(version(0)).key("p").await.unwrap();

    let done = Arc::new(AtomicBool::new(false));
    let writes = Arc::new(AtomicUsize::new(0));
    let writing = tokio::spawn({
        let (done, writes) = (Arc::clone(&done), Arc::clone(&writes));
        let mut saved = saved.clone();
        async move {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                number += 1;
                *saved = version(number);
                saved.save().await.unwrap();
                writes.fetch_add(1, Ordering::Relaxed);
                for _ in 0..50 + number % 100 {
                    tokio::task::yield_now().await;
                }
            }
        }
    });
    let loads = Arc::new(AtomicUsize::new(0));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (reader, loads) = (reader.clone(), Arc::clone(&loads));
            tokio::spawn(async move {
                let mut contended = 0;
                while loads.fetch_add(1, Ordering::Relaxed) < LOADS {
                    match reader.load::<Person>("p").await {
                        Ok(person) => assert!(is_whole(&person), "torn: {person:?}"),
                        Err(error) if error.kind() == ErrorKind::Contended => contended += 1,
                        Err(error) => panic!("{error:?}"),
                    }
                }
                contended
            })
        })
        .collect();
    let mut contended = 0;
    for reader in readers {
        contended += reader.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    let sent = recorder.count("BatchGetItem");
    println!(
        "{LOADS} loads during {} writes: 0 torn, {} requests ({} of them repairs), {contended} contended",
        writes.load(Ordering::Relaxed),
        sent,
        sent.saturating_sub(LOADS),
    );
    assert!(
        sent > LOADS,
        "no load was repaired: the race did not happen"
    );
    assert_eq!(contended, 0);
}

/// Writes the stamp of the object's location as something other than dyno would.
fn set_stamp(engine: &Engine, stamp: [u8; 8]) {
    let request = serde_json::json!({
        "TableName": "Location",
        "Key": {"IDX": {"S": "Person#p/location"}},
        "UpdateExpression": "SET #g = :g",
        "ExpressionAttributeNames": {"#g": "_dy_stamp"},
        "ExpressionAttributeValues": {":g": {"B": base64(stamp)}},
    });
    engine
        .database()
        .update_item(serde_json::from_value(request).unwrap())
        .unwrap();
}

/// Eight bytes as the service's JSON has them.
fn base64(bytes: [u8; 8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = u128::from(u64::from_be_bytes(bytes)) << 2;
    let digit = |place: u32| {
        let six = usize::try_from((bits >> (60 - 6 * place)) & 63).unwrap();
        char::from(*DIGITS.get(six).unwrap())
    };
    (0..11).map(digit).chain(['=']).collect()
}

#[tokio::test]
async fn what_no_batch_shows_whole_is_read_in_one_transaction() {
    let engine = Engine::in_memory().unwrap().inline();
    let secret = key("k1");
    let writer = Store::new(engine.client()).with_loader(rules(&secret));
    writer.ensure_tables::<Person>().await.unwrap();
    writer.save(version(7)).key("p").await.unwrap();
    let location = dump(&engine.client(), "Location").await.unwrap().remove(0);
    let stamp: [u8; 8] = location["_dy_stamp"]
        .as_b()
        .unwrap()
        .as_ref()
        .try_into()
        .unwrap();
    let recorder = Recorder::new();
    let behind = engine.clone();
    let client = wrap(&engine.client(), |http| {
        FaultClient::new(http, move |request| {
            let shown = if request.operation() == "TransactGetItems" {
                stamp
            } else {
                [9; 8]
            };
            set_stamp(&behind, shown);
            Fault::Pass
        })
    });
    let reader = Store::new(client)
        .with_loader(rules(&secret))
        .with_interceptor(recorder.clone());
    assert_eq!(*reader.load::<Person>("p").await.unwrap(), version(7));
    let sent = recorder.take();
    let last = sent.last().unwrap();
    assert_eq!(last.operation(), "TransactGetItems");
    assert_eq!(
        last.tables().keys().collect::<Vec<_>>(),
        ["Location", "Person"],
        "only what did not fit"
    );
}
