//! A store of its own for each test, and the objects that most tests keep in it.

use dyno::{DyObject, Saved, Store};
use dyno_testkit::Recorder;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "USER", sort = "AT")]
pub(crate) struct Order {
    #[dyno(key)]
    pub(crate) user: String,
    #[dyno(sort)]
    pub(crate) at: String,
    pub(crate) total: u64,
    pub(crate) note: Option<String>,
}

pub(crate) fn order(user: &str, at: &str, total: u64) -> Order {
    Order {
        user: user.into(),
        at: at.into(),
        total,
        note: None,
    }
}

pub(crate) async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    (store, recorder)
}

/// Orders of three users, ten each, one an hour.
pub(crate) async fn orders() -> (Store, Recorder) {
    let (store, recorder) = store().await;
    store.ensure_tables::<Order>().await.unwrap();
    for user in ["ada", "ken", "naomi"] {
        for hour in 0..10 {
            let order = order(user, &format!("2026-01-01T{hour:02}"), hour);
            store.save(order).await.unwrap();
        }
    }
    recorder.take();
    (store, recorder)
}

pub(crate) fn totals(found: &[Saved<Order>]) -> Vec<u64> {
    found.iter().map(|order| order.total).collect()
}
