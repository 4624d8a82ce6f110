//! Back-off takes no time when the clock is paused.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::{Client, config::retry::RetryConfig};
use aws_smithy_async::time::TimeSource;
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, RandomFaults, Recorder, TestClock};
use tokio::time::Instant;

fn retrying(faults: impl Fn(&dyno_testkit::Request) -> Fault + Send + Sync + 'static) -> Client {
    let engine = Engine::in_memory().unwrap().inline();
    let retries = RetryConfig::standard()
        .with_max_attempts(5)
        .with_initial_backoff(Duration::from_secs(30))
        .with_max_backoff(Duration::from_mins(10));
    let config = engine
        .config_builder()
        .time_source(TestClock::new())
        .retry_config(retries)
        .http_client(FaultClient::new(engine.http_client(), faults));
    Client::from_conf(config.build())
}

#[tokio::test(start_paused = true)]
async fn retries_of_the_sdk_cost_no_time() {
    let (real, virtual_time) = (std::time::Instant::now(), Instant::now());
    let clock = TestClock::at(UNIX_EPOCH);
    let recorder = Recorder::new();
    let client = recorder.attach(&retrying(|request| match request.number() {
        0..4 => Fault::ServerErrorBefore,
        _ => Fault::Pass,
    }));
    client.list_tables().send().await.unwrap();
    assert_eq!(recorder.count("ListTables"), 5);
    assert!(virtual_time.elapsed() > Duration::from_secs(1));
    assert_eq!(clock.now(), UNIX_EPOCH + virtual_time.elapsed());
    assert!(real.elapsed() < virtual_time.elapsed());
    assert!(TestClock::new().now() <= SystemTime::now() + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn random_faults_follow_from_seed_and_number() {
    let run = async |seed: u64, one_in: u64| {
        let faults = RandomFaults::seeded(seed).one_in(one_in);
        let recorder = Recorder::new();
        let client = recorder.attach(&retrying(move |request| faults.pick(request)));
        for _ in 0..20 {
            let _ = client.list_tables().send().await;
        }
        recorder.to_string()
    };
    assert_eq!(run(1, 2).await, run(1, 2).await);
    assert_ne!(run(1, 2).await, run(2, 2).await);
    let never = run(1, 0).await;
    assert_eq!(never.matches("-> 200").count(), 20);
    // A list of tables is refused by nothing that only transactions are.
    for name in ["TransactionConflict", "TransactionInProgress"] {
        assert!(!run(3, 1).await.contains(name));
    }
}

#[tokio::test]
async fn random_faults_are_picked_from_a_list() {
    let faults = RandomFaults::seeded(1).one_in(1).of([Fault::Throttled]);
    assert_eq!(faults.seed(), 1);
    let engine = Engine::in_memory().unwrap().inline();
    let http = FaultClient::new(engine.http_client(), move |request| faults.pick(request));
    let client = Client::from_conf(engine.config_builder().http_client(http).build());
    let error = client.list_tables().send().await.unwrap_err();
    assert!(format!("{error:?}").contains("ProvisionedThroughputExceededException"));
}
