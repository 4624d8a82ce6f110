//! Requests and copies that arrive late, and the exact moment at which they do.

use aws_sdk_dynamodb::{Client, error::SdkError};
use dyno_testkit::{Fault, FaultClient, Gate, Item, Late, dump, wrap};

use crate::support::{count, item, key, n, put, users};

/// A client whose first request has the fault, and one beside it without faults.
fn first_and_others(client: &Client, fault: &Fault) -> (Client, Client) {
    let fault = fault.clone();
    let http = client.config().http_client().unwrap();
    let faults = FaultClient::new(http, move |request| match request.number() {
        0 => fault.clone(),
        _ => Fault::Pass,
    });
    (
        wrap(client, |_| faults.clone()),
        wrap(client, |_| faults.beside(|_| Fault::Pass)),
    )
}

async fn stored(client: &Client) -> Vec<Item> {
    dump(client, "Users").await.unwrap()
}

#[tokio::test]
async fn a_ghost_is_applied_after_the_caller_has_seen_an_error() {
    for others in 0..4 {
        let client = users().await;
        let fault = Fault::Ghost(Late::Past(others));
        let (ghost, other) = first_and_others(&client, &fault);
        match put(&ghost, item("a", 1)).await {
            Err(SdkError::DispatchFailure(failure)) => assert!(failure.is_io()),
            answer => panic!("{answer:?}"),
        }
        for _ in 0..others {
            assert!(stored(&client).await.is_empty(), "not before {others}");
            let get = other.get_item().table_name("Users");
            get.set_key(Some(key("z"))).send().await.unwrap();
        }
        assert_eq!(stored(&client).await, [item("a", 1)]);
    }
}

/// The requests of the caller itself count as well, so what it concludes from a read is wrong.
#[tokio::test]
async fn a_ghost_overtaken_by_its_callers_second_try_overwrites_it() {
    let client = users().await;
    let (faulty, _) = first_and_others(&client, &Fault::Ghost(Late::Past(2)));
    put(&faulty, item("a", 1)).await.unwrap_err();
    let get = faulty
        .get_item()
        .table_name("Users")
        .set_key(Some(key("a")));
    assert!(get.send().await.unwrap().item.is_none());
    put(&faulty, item("a", 2)).await.unwrap();
    assert_eq!(stored(&client).await, [item("a", 1)]);
}

#[tokio::test]
async fn a_repeated_request_is_applied_now_and_later() {
    let client = users().await;
    let (repeated, other) = first_and_others(&client, &Fault::Repeated(Late::Past(2)));
    put(&repeated, item("a", 1)).await.unwrap();
    assert_eq!(stored(&client).await, [item("a", 1)]);
    put(&other, item("a", 2)).await.unwrap();
    assert_eq!(stored(&client).await, [item("a", 2)]);
    put(&other, item("b", 2)).await.unwrap();
    assert_eq!(stored(&client).await, [item("a", 1), item("b", 2)]);
}

#[tokio::test]
async fn a_late_copy_waits_for_its_gate() {
    let client = users().await;
    for (fault, error) in [
        (Fault::Ghost as fn(Late) -> Fault, true),
        (Fault::Repeated, false),
    ] {
        let gate = Gate::new();
        let (late, other) = first_and_others(&client, &fault(Late::Held(gate.clone())));
        assert_eq!(put(&late, item("a", 1)).await.is_err(), error);
        gate.reached().await;
        put(&other, item("a", 2)).await.unwrap();
        assert_eq!(stored(&client).await, [item("a", 2)]);
        gate.open();
        while count(&stored(&client).await[0]) == Some(&n(2)) {
            tokio::task::yield_now().await;
        }
        assert_eq!(stored(&client).await, [item("a", 1)]);
    }
}

#[tokio::test]
async fn a_delayed_request_is_overtaken_by_exactly_so_many() {
    let client = users().await;
    let (delayed, other) = first_and_others(&client, &Fault::DelayedPast(2));
    let writer = tokio::spawn(async move { put(&delayed, item("a", 1)).await });
    tokio::task::yield_now().await;
    put(&other, item("a", 2)).await.unwrap();
    assert!(!writer.is_finished());
    assert_eq!(stored(&client).await, [item("a", 2)]);
    put(&other, item("a", 3)).await.unwrap();
    assert_eq!(stored(&client).await, [item("a", 1)]);
    writer.await.unwrap().unwrap();

    let (none, _) = first_and_others(&client, &Fault::DelayedPast(0));
    put(&none, item("a", 4)).await.unwrap();
}

#[tokio::test]
async fn a_delayed_request_that_was_given_up_never_arrives() {
    let client = users().await;
    for others in [1, u64::MAX] {
        let (delayed, other) = first_and_others(&client, &Fault::DelayedPast(others));
        let writer = tokio::spawn(async move { put(&delayed, item("a", 1)).await });
        tokio::task::yield_now().await;
        writer.abort();
        assert!(writer.await.unwrap_err().is_cancelled());
        for _ in 0..5 {
            put(&other, item("b", 1)).await.unwrap();
        }
        assert_eq!(stored(&client).await, [item("b", 1)]);
    }
}
