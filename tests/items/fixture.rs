//! A table of visits, by site and page, in a store of its own for each test.

use dyno::items::Items;
use dyno::table::{IndexSpec, TableSpec};
use dyno::{AttributeValue, Item, KeyKind, Store};
use dyno_testkit::{Fault, FaultClient, Recorder, Request, wrap};

pub(crate) fn visits(store: &Store) -> Items {
    store.items("Visits", "site").sort("page")
}

pub(crate) async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    make_tables(&store).await;
    recorder.take();
    (store, recorder)
}

/// A store whose requests meet faults, the same without, and what the first sends.
pub(crate) async fn faulty(
    script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
) -> (Store, Store, Recorder) {
    let client = dyno_testbed::Service::new().inline().client();
    let sound = Store::new(client.clone());
    make_tables(&sound).await;
    let recorder = Recorder::new();
    let faulty = wrap(&client, |http| FaultClient::new(http, script));
    let faulty = Store::new(faulty).with_interceptor(recorder.clone());
    (faulty, sound, recorder)
}

async fn make_tables(store: &Store) {
    let spec = TableSpec::new("Visits", "site", KeyKind::S)
        .with_sort("page", KeyKind::S)
        .with_global_index(
            IndexSpec::new("by_day")
                .with_key("day", KeyKind::S)
                .with_sort("page", KeyKind::S),
        )
        .with_local_index(IndexSpec::new("by_count").with_sort("count", KeyKind::N));
    store.ensure_specs([spec]).await.unwrap();
}

pub(crate) fn item(site: &str, page: &str, count: u64) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    [
        ("site".to_owned(), text(site)),
        ("page".to_owned(), text(page)),
        ("count".to_owned(), AttributeValue::N(count.to_string())),
    ]
    .into()
}

pub(crate) fn count(item: &Item) -> u64 {
    item["count"].as_n().unwrap().parse().unwrap()
}

pub(crate) fn pages(items: &[Item]) -> Vec<&str> {
    items
        .iter()
        .map(|item| item["page"].as_s().unwrap().as_str())
        .collect()
}
