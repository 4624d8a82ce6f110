//! Pages of queries and scans that are read in parts.

use aws_sdk_dynamodb::{
    Client,
    types::{ReturnConsumedCapacity, Select},
};
use dyno_embedded::Engine;
use dyno_testkit::{Item, Recorder, Schedule, SplitPages, TableSpec, table_with_data, wrap};

use crate::support::{n, s};

fn line(number: u64, count: u64) -> Item {
    Item::from([
        ("Order".to_owned(), s("a")),
        ("Line".to_owned(), s(&format!("{number:02}"))),
        ("Count".to_owned(), n(count)),
    ])
}

async fn lines() -> Client {
    let client = Engine::in_memory().unwrap().inline().client();
    let table = TableSpec::new("Lines", "Order").sort("Line");
    let items = (0..12).map(|number| line(number, 0));
    table_with_data(&client, &table, items).await.unwrap();
    client
}

fn query(client: &Client) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
    let query = client.query().table_name("Lines");
    let query = query.key_condition_expression("#o = :a");
    let query = query.expression_attribute_names("#o", "Order");
    query.expression_attribute_values(":a", s("a"))
}

#[tokio::test]
async fn a_split_page_is_the_page() {
    let client = lines().await;
    for seed in 0..10 {
        let split = wrap(&client, |http| SplitPages::new(http, seed));
        for limit in [None, Some(1), Some(5), Some(12), Some(13)] {
            for forward in [true, false] {
                let ask = |client: &Client| {
                    let query = query(client).set_limit(limit).scan_index_forward(forward);
                    query
                        .return_consumed_capacity(ReturnConsumedCapacity::Total)
                        .send()
                };
                let (whole, parts) = (ask(&client).await.unwrap(), ask(&split).await.unwrap());
                assert_eq!(parts.items, whole.items);
                assert_eq!(
                    (parts.count, parts.scanned_count),
                    (whole.count, whole.scanned_count)
                );
                assert_eq!(
                    parts.last_evaluated_key, whole.last_evaluated_key,
                    "{limit:?}"
                );
                assert!(parts.consumed_capacity.unwrap().capacity_units.unwrap() >= 0.5);
            }
        }
        let counted = |client: &Client| {
            let scan = client.scan().table_name("Lines").select(Select::Count);
            scan.filter_expression("#l > :l")
                .expression_attribute_names("#l", "Line")
                .expression_attribute_values(":l", s("07"))
                .send()
        };
        let (whole, parts) = (
            counted(&client).await.unwrap(),
            counted(&split).await.unwrap(),
        );
        assert_eq!(
            (parts.count, parts.scanned_count),
            (whole.count, whole.scanned_count)
        );
        assert_eq!((parts.count, parts.scanned_count), (4, 12));
    }
}

#[tokio::test]
async fn writes_fall_between_the_parts() {
    let mut torn = 0;
    for seed in 0..10 {
        let client = lines().await;
        let schedule = Schedule::seeded(seed);
        let scheduled = schedule.attach(&client);
        let split = wrap(&scheduled, |http| SplitPages::new(http, seed));
        let (mut read, mut written) = (None, None);
        {
            let reader = async { read = query(&split).send().await.unwrap().items };
            let writer = async {
                for number in [0, 11] {
                    let put = scheduled.put_item().table_name("Lines");
                    let put = put.set_item(Some(line(number, 1))).send().await;
                    written = Some(put.unwrap());
                }
            };
            let actors: [std::pin::Pin<Box<dyn Future<Output = ()> + '_>>; 2] =
                [Box::pin(reader), Box::pin(writer)];
            schedule.run(actors).await;
        }
        let read = read.unwrap();
        assert_eq!((read.len(), written.is_some()), (12, true));
        // The second write is shown and the first one, which came before it, is not.
        torn += usize::from(read[0]["Count"] == n(0) && read[11]["Count"] == n(1));
    }
    assert!(torn > 0);
}

#[tokio::test]
async fn errors_and_other_requests_pass() {
    let client = lines().await;
    let recorder = Recorder::new();
    let split = wrap(&recorder.attach(&client), |http| SplitPages::new(http, 1));
    assert!(query(&split).limit(0).send().await.is_err());
    let missing = split.scan().table_name("Missing").send().await.unwrap_err();
    assert!(
        missing
            .into_service_error()
            .is_resource_not_found_exception()
    );
    assert!(split.list_tables().send().await.is_ok());
    let http = client.config().http_client().unwrap();
    assert_eq!(
        SplitPages::new(http, 7).to_string(),
        "pages split by seed 7"
    );
}
