//! Orders of requests: all of them, or one that follows from a seed.

use std::{collections::BTreeSet, pin::Pin, time::Duration};

use aws_sdk_dynamodb::Client;
use dyno_embedded::Engine;
use dyno_testkit::{
    Fault, FaultClient, Late, RandomFaults, Schedule, ScheduledStep, SplitBatches, create_table,
    dump, wrap,
};
use tokio::time::{Instant, sleep};

use crate::support::{count, get, item, keys, n, put, users};

/// Reads and writes, like a program that takes no care.
async fn increment(client: &Client) {
    let before = get(client, "a").await;
    let before = before.as_ref().and_then(count);
    let before: u64 = before.map_or(0, |count| count.as_n().unwrap().parse().unwrap());
    put(client, item("a", before + 1)).await.unwrap();
}

/// Three actors; what is stored at the end.
async fn race(schedule: &Schedule) -> String {
    let client = users().await;
    let scheduled = schedule.attach(&client);
    schedule.run((0..3).map(|_| increment(&scheduled))).await;
    let items = dump(&client, "Users").await.unwrap();
    let count = items.first().and_then(count);
    count.unwrap().as_n().unwrap().clone()
}

fn lines(schedule: &Schedule) -> Vec<String> {
    schedule
        .steps()
        .iter()
        .map(ScheduledStep::to_string)
        .collect()
}

#[tokio::test]
async fn every_order_is_tried_once() {
    let mut orders = BTreeSet::new();
    let mut results = BTreeSet::new();
    let tried = Schedule::every(async |schedule| {
        results.insert(race(&schedule).await);
        assert!(orders.insert(lines(&schedule)), "{schedule:?}");
    });
    // (2 + 2 + 2)! / (2! 2! 2!)
    assert_eq!(tried.await, 90);
    assert_eq!(orders.len(), 90);
    assert_eq!(results.into_iter().collect::<Vec<_>>(), ["1", "2", "3"]);
}

#[tokio::test]
async fn a_seed_gives_the_same_run_again() {
    let mut results = BTreeSet::new();
    let mut orders = BTreeSet::new();
    for seed in 0..100 {
        let schedule = Schedule::seeded(seed);
        let result = race(&schedule).await;
        let again = Schedule::seeded(seed);
        assert_eq!(race(&again).await, result);
        assert_eq!(again.steps(), schedule.steps());
        let listed = Schedule::chosen(schedule.choices());
        assert_eq!(race(&listed).await, result);
        assert_eq!(lines(&listed), lines(&schedule));
        results.insert(result);
        orders.insert(lines(&schedule));
    }
    assert_eq!(results.len(), 3);
    assert!(orders.len() > 50, "{}", orders.len());
}

#[tokio::test]
async fn a_schedule_prints_what_repeats_it() {
    let schedule = Schedule::seeded(5);
    race(&schedule).await;
    let printed = schedule.to_string();
    let choices = schedule.choices();
    assert_eq!(
        printed,
        format!("a schedule of seed 5, the choices {choices:?}")
    );
    let debug = format!("{schedule:?}");
    assert!(debug.contains("GetItem Users*1"), "{debug}");
    assert_eq!(schedule.steps()[0].request().operation(), "GetItem");
    assert!(schedule.steps()[0].request().number() < 3);
    assert!(schedule.steps()[0].actor().is_some());
}

#[tokio::test]
async fn outside_of_a_run_requests_pass() {
    let schedule = Schedule::seeded(1);
    let client = schedule.attach(&users().await);
    put(&client, item("a", 1)).await.unwrap();
    assert_eq!(get(&client, "a").await, Some(item("a", 1)));
    assert!(schedule.steps().is_empty());
    assert!(
        schedule
            .run(Vec::<std::future::Ready<()>>::new())
            .await
            .is_empty()
    );
    assert_eq!(schedule.run([std::future::ready(1)]).await, [1]);
}

/// An order in which a sleeper comes first can only come up when time passes before the choice.
#[tokio::test(start_paused = true)]
async fn actors_sleep_without_waiting() {
    let start = Instant::now();
    let mut orders = BTreeSet::new();
    for seed in 0..20 {
        let schedule = Schedule::seeded(seed);
        let client = schedule.attach(&users().await);
        let actors: Vec<Pin<Box<dyn Future<Output = ()> + '_>>> = vec![
            Box::pin(async {
                sleep(Duration::from_secs(30)).await;
                put(&client, item("a", 1)).await.unwrap();
            }),
            Box::pin(async { put(&client, item("a", 2)).await.unwrap() }),
        ];
        schedule.run(actors).await;
        orders.insert(lines(&schedule));
    }
    assert_eq!(orders.len(), 2);
    assert_eq!(start.elapsed(), Duration::from_mins(10));
}

/// The second actor waits for the first one, not for time or a request.
#[tokio::test(start_paused = true)]
async fn an_actor_that_waits_for_another_one_does_not_stop_the_run() {
    for seed in 0..10 {
        let schedule = Schedule::seeded(seed);
        let client = schedule.attach(&users().await);
        let lock = tokio::sync::Mutex::new(());
        let actor = async || {
            let _guard = lock.lock().await;
            increment(&client).await;
        };
        schedule.run((0..3).map(|_| actor())).await;
        let items = dump(&client, "Users").await.unwrap();
        assert_eq!(count(&items[0]), Some(&n(3)), "{schedule}");
    }
}

/// A request that its actor drops while it waits is not delivered and is in nobody's way.
#[tokio::test(start_paused = true)]
async fn a_request_given_up_while_it_waits_never_arrives() {
    let schedule = Schedule::seeded(1);
    let client = schedule.attach(&users().await);
    let timeouts = schedule
        .run((0..2).map(|number| {
            let client = &client;
            let mut request = Box::pin(put(client, item("a", number)));
            async move {
                std::future::poll_fn(|context| {
                    assert!(request.as_mut().poll(context).is_pending());
                    std::task::Poll::Ready(())
                })
                .await;
                drop(request);
                get(client, "a").await
            }
        }))
        .await;
    assert_eq!(timeouts, [None, None]);
    assert_eq!(lines(&schedule).len(), 2);
}

#[tokio::test]
async fn parts_of_a_batch_are_ordered_one_by_one() {
    let mut seen = BTreeSet::new();
    for seed in 0..30 {
        let schedule = Schedule::seeded(seed);
        let client = schedule.attach(&users().await);
        let torn = wrap(&client, |http| SplitBatches::new(http, seed));
        let actors: [Pin<Box<dyn Future<Output = usize> + '_>>; 2] = [
            Box::pin(async {
                put(&client, item("a", 1)).await.unwrap();
                put(&client, item("b", 1)).await.unwrap();
                0
            }),
            Box::pin(async {
                let batch = torn.batch_get_item();
                let batch = batch.request_items("Users", keys(&["a", "b"]));
                let found = batch.send().await.unwrap().responses.unwrap();
                let found = found.get("Users").map_or(&[][..], |items| items);
                found
                    .iter()
                    .map(|item| usize::from(item["ID"].as_s().unwrap() == "b") + 1)
                    .sum()
            }),
        ];
        seen.insert(schedule.run(actors).await[1]);
        assert_eq!(schedule.steps().len(), 4);
    }
    // Nothing, only the first, only the second although it was written later, both.
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_ghost_comes_at_any_later_moment_or_never() {
    let mut ends = BTreeSet::new();
    for seed in 0..40 {
        let schedule = Schedule::seeded(seed);
        let client = schedule.attach(&users().await);
        let faulty = wrap(&client, |http| {
            FaultClient::new(http, |request| match request.number() {
                0 => Fault::Ghost(Late::Anytime),
                _ => Fault::Pass,
            })
        });
        schedule
            .run([async {
                put(&faulty, item("a", 0)).await.unwrap_err();
                put(&faulty, item("a", 1)).await.unwrap();
                put(&faulty, item("a", 2)).await.unwrap();
            }])
            .await;
        let steps = schedule.steps();
        let ghost = steps.iter().position(|step| step.actor().is_none());
        assert_eq!(schedule.waiting(), usize::from(ghost.is_none()));
        let items = dump(&client, "Users").await.unwrap();
        let expected = if ghost == Some(2) { n(0) } else { n(2) };
        assert_eq!(count(&items[0]), Some(&expected), "{schedule:?}");
        ends.insert(ghost);
    }
    let ends: Vec<_> = ends.into_iter().collect();
    assert!(
        ends.contains(&None) && ends.contains(&Some(0)) && ends.contains(&Some(1)),
        "{ends:?}"
    );
}

/// Everything at once: seeds for the order, for the faults, and for the batches.
#[tokio::test(start_paused = true)]
async fn schedules_with_faults_repeat_exactly() {
    let engine = Engine::in_memory().unwrap().inline();
    create_table(&engine.client(), "Users", "ID", None)
        .await
        .unwrap();
    let run = async |seed: u64| {
        let schedule = Schedule::seeded(seed);
        let client = schedule.attach(&engine.client());
        let faults = RandomFaults::seeded(seed).one_in(4);
        let faulty = wrap(&client, |http| {
            FaultClient::new(http, move |request| faults.pick(request))
        });
        let delete = client.delete_item().table_name("Users");
        delete
            .set_key(Some(crate::support::key("a")))
            .send()
            .await
            .unwrap();
        let answers = schedule
            .run((0..3).map(|actor| {
                let faulty = &faulty;
                async move {
                    let mut answers = Vec::new();
                    for number in 0..3 {
                        let number = actor * 10 + number;
                        answers.push(put(faulty, item("a", number)).await.is_ok());
                    }
                    answers
                }
            }))
            .await;
        (
            answers,
            lines(&schedule),
            dump(&client, "Users").await.unwrap(),
        )
    };
    let mut results = BTreeSet::new();
    for seed in 0..100 {
        let first = run(seed).await;
        assert_eq!(run(seed).await, first);
        results.insert(format!("{first:?}"));
    }
    assert!(results.len() > 95, "{}", results.len());
}
