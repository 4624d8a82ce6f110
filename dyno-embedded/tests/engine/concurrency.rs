//! Many requests at once, on each kind of runtime and on none.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    task::{Context, Poll, Wake, Waker},
    thread::Thread,
    time::Duration,
};

use aws_sdk_dynamodb::{
    Client,
    types::{StreamSpecification, StreamViewType},
};
use dyno_embedded::{
    Engine,
    dynoxide::{Database, storage_backend::Clock},
};
use tokio::{sync::Notify, task::JoinSet};

use crate::support::{client_with_table, create, get, item, key, n, put};

async fn hundred_tasks_add_up(client: Client) {
    put(&client, item("p", "s", 0)).await;
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        tasks.spawn(async move {
            client
                .update_item()
                .table_name("Things")
                .set_key(Some(key("p", "s")))
                .update_expression("ADD #c :one")
                .expression_attribute_names("#c", "Count")
                .expression_attribute_values(":one", n(1))
                .send()
                .await
                .unwrap();
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    assert_eq!(get(&client, key("p", "s")).await, Some(item("p", "s", 100)));
}

#[tokio::test(flavor = "current_thread")]
async fn a_hundred_tasks_on_one_thread() {
    hundred_tasks_add_up(client_with_table().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_tasks_on_many_threads() {
    hundred_tasks_add_up(client_with_table().await).await;
}

#[tokio::test]
async fn a_hundred_tasks_inline() {
    let client = Engine::in_memory().unwrap().inline().client();
    create(&client, "Things").send().await.unwrap();
    hundred_tasks_add_up(client).await;
}

/// Polls a future with nothing but the standard library.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn no_runtime_is_needed() {
    block_on(async {
        let client = client_with_table().await;
        put(&client, item("p", "s", 1)).await;
        assert_eq!(get(&client, key("p", "s")).await, Some(item("p", "s", 1)));
        let gone = client
            .get_item()
            .table_name("None")
            .set_key(Some(key("p", "s")));
        assert!(gone.send().await.is_err());
    });
}

#[test]
fn one_engine_serves_several_runtimes() {
    let engine = Engine::in_memory().unwrap();
    for round in 0..3 {
        let client = engine.client();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            if round == 0 {
                create(&client, "Things").send().await.unwrap();
            }
            put(&client, item("p", &round.to_string(), round)).await;
            let first = get(&client, key("p", "0")).await;
            assert_eq!(first, Some(item("p", "0", 0)));
        });
    }
}

/// A clock that the engine reads inside a request, and that stands still until it is released.
struct Held {
    reading: Arc<Notify>,
    release: Mutex<Receiver<()>>,
}

impl Held {
    fn engine() -> (Engine, Arc<Notify>, Sender<()>) {
        let reading = Arc::new(Notify::new());
        let (sender, receiver) = channel();
        let clock = Self {
            reading: Arc::clone(&reading),
            release: Mutex::new(receiver),
        };
        let database = Database::memory_with_clock(Arc::new(clock)).unwrap();
        (Engine::from(database), reading, sender)
    }
}

impl Clock for Held {
    fn now_unix_secs(&self) -> u64 {
        self.reading.notify_one();
        // The sender hangs up when the test is over.
        let _ = self.release.lock().unwrap().recv();
        1_000
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now_unix_secs();
        1_000.0
    }
}

/// Creating a table with a stream reads the clock.
async fn slow_request(client: Client) {
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::KeysOnly);
    let stream = stream.build().unwrap();
    create(&client, "Slow")
        .stream_specification(stream)
        .send()
        .await
        .unwrap();
}

/// The slow request ends only after the timer has ticked on the same thread; if the runtime
/// stalled, this test would not end.
#[tokio::test(flavor = "current_thread")]
async fn a_timer_ticks_while_a_request_runs() {
    let (engine, reading, release) = Held::engine();
    let request = tokio::spawn(slow_request(engine.client()));
    reading.notified().await;
    let mut timer = tokio::time::interval(Duration::from_millis(1));
    for _ in 0..10 {
        timer.tick().await;
    }
    assert!(!request.is_finished());
    drop(release);
    request.await.unwrap();
}

/// A paused clock must not run ahead of a request, or timeouts would strike in tests.
#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn a_paused_clock_waits_for_the_engine() {
    let client = client_with_table().await;
    let begin = tokio::time::Instant::now();
    tokio::time::timeout(Duration::from_secs(1), hundred_tasks_add_up(client))
        .await
        .unwrap();
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(flavor = "current_thread")]
async fn a_dropped_request_is_applied_whole_and_blocks_nobody() {
    let (engine, reading, release) = Held::engine();
    let client = engine.client();
    let running = tokio::spawn(slow_request(client.clone()));
    reading.notified().await;
    // More requests than may run at a time, all waiting for the first one.
    let waiting: Vec<_> = (0..5)
        .map(|number| {
            let client = client.clone();
            tokio::spawn(async move { create(&client, &format!("Table{number}")).send().await })
        })
        .collect();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    running.abort();
    for task in &waiting {
        task.abort();
    }
    assert!(running.await.unwrap_err().is_cancelled());
    for task in waiting {
        assert!(task.await.unwrap_err().is_cancelled());
    }
    drop(release);
    // `Table0` may have been on its way to the database; the others waited for a thread.
    let tables = client
        .list_tables()
        .send()
        .await
        .unwrap()
        .table_names
        .unwrap();
    assert!(tables.contains(&"Slow".to_owned()), "{tables:?}");
    assert!(
        tables
            .iter()
            .all(|name| ["Slow", "Table0"].contains(&name.as_str())),
        "{tables:?}"
    );
}
