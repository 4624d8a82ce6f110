use dyno_core::Item;
use dyno_kv::{Error, Serde};
use dyno_testkit::Fault;
use tokio::time::sleep;

use crate::fixture::{Bench, number, seconds, text};

#[tokio::test(start_paused = true)]
async fn many_count_at_the_same_time_and_nothing_is_lost() {
    let bench = Bench::new().await;
    let add = |number| {
        let visits = bench.partition().counter("visits");
        async move { visits.add(number).await.unwrap() }
    };
    let sums = futures_util::future::join_all((1..=50).map(add)).await;
    assert_eq!(sums.iter().max(), Some(&1275));
    assert_eq!(
        bench.partition().counter("visits").get().await.unwrap(),
        1275
    );
    let record = bench.partition().get("visits").await.unwrap();
    assert_eq!((record.version(), record.text().unwrap()), (50, "1275"));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_never_counted_twice() {
    let bench = Bench::new().await;
    let visits = bench.partition().counter("visits");
    visits.add(1).await.unwrap();
    bench.recorder.take();
    bench.next([Fault::AnswerLost]);
    assert_eq!(visits.add(1).await.unwrap(), 2);
    assert_eq!(bench.sent(), "UpdateItem GetItem");
    bench.next([Fault::AppliedTwice]);
    assert_eq!(visits.add(1).await.unwrap(), 3);
    bench.next([Fault::NotDelivered]);
    match visits.add(1).await.unwrap_err() {
        Error::OutcomeUnknown { present, .. } => {
            assert_eq!(present.unwrap().text().unwrap(), "3");
        }
        other => panic!("{other}"),
    }
    bench.next([Fault::AnswerLost, Fault::NotDelivered]);
    let error = visits.add(1).await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
    assert_eq!(visits.get().await.unwrap(), 4);
}

#[tokio::test(start_paused = true)]
async fn somebody_who_counted_in_between_leaves_it_unknown() {
    let bench = Bench::new().await;
    let gate = dyno_testkit::Gate::new();
    bench.next([Fault::AnswerLost, Fault::Held(gate.clone())]);
    let ours = bench.partition().counter("visits");
    let (outcome, ()) = tokio::join!(async { ours.add(1).await }, async {
        sleep(seconds(1)).await;
        bench.others().counter("visits").add(10).await.unwrap();
        gate.open();
    });
    assert!(
        matches!(outcome, Err(Error::OutcomeUnknown { .. })),
        "{outcome:?}"
    );
    assert_eq!(ours.get().await.unwrap(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_sum_beyond_64_bits_is_refused() {
    let bench = Bench::new().await;
    let counter = bench.partition().counter("n");
    assert_eq!(counter.add(i64::MAX).await.unwrap(), i64::MAX);
    match counter.add(1).await.unwrap_err() {
        Error::Overflow { present, add, .. } => assert_eq!((present, add), (i64::MAX, 1)),
        other => panic!("{other}"),
    }
    assert_eq!(counter.add(-1).await.unwrap(), i64::MAX - 1);
    assert_eq!(counter.add(0).await.unwrap(), i64::MAX - 1);
    let low = bench.partition().counter("low");
    assert_eq!(low.add(i64::MIN).await.unwrap(), i64::MIN);
    assert!(matches!(low.add(-1).await, Err(Error::Overflow { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_counter_is_left_alone() {
    let bench = Bench::new().await;
    let records = bench.partition();
    records.put("text", "hello").await.unwrap();
    records.put("empty", "").await.unwrap();
    records.put("map", Serde(&[1])).await.unwrap();
    records.put("part", Serde(&1.5)).await.unwrap();
    let guard = records.lock("lock", seconds(9)).await.unwrap();
    let before = bench.items().await.len();
    for key in ["text", "empty", "map", "lock"] {
        let counter = records.counter(key);
        let version = bench.item(key).await["version"].clone();
        assert!(
            matches!(counter.add(1).await, Err(Error::NotACounter { .. })),
            "{key}"
        );
        assert!(
            matches!(counter.get().await, Err(Error::NotACounter { .. })),
            "{key}"
        );
        assert_eq!(bench.item(key).await["version"], version);
    }
    let part = records.counter("part");
    assert!(matches!(part.get().await, Err(Error::NotACounter { .. })));
    assert_eq!(bench.items().await.len(), before);
    drop(guard);
}

#[tokio::test(start_paused = true)]
async fn an_expired_counter_begins_at_nothing() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let visits = records.counter("visits");
    visits.add(5).await.unwrap();
    records.touch("visits").ttl(seconds(1)).await.unwrap();
    assert_eq!(visits.add(1).await.unwrap(), 6);
    bench.wait(1);
    assert_eq!(visits.get().await.unwrap(), 0);
    assert_eq!(visits.add(2).await.unwrap(), 2);
    assert_eq!(visits.get().await.unwrap(), 2);
    assert_eq!(records.get("visits").await.unwrap().version(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_number_of_another_program_is_counted_on() {
    let bench = Bench::new().await;
    bench
        .put_item(Item::from([
            ("id".to_owned(), text("customers")),
            ("name".to_owned(), text("n")),
            ("version".to_owned(), number(7)),
            ("payload".to_owned(), number(40)),
        ]))
        .await;
    assert_eq!(bench.partition().counter("n").add(2).await.unwrap(), 42);
}
