//! The order, as objects of dyno.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use dyno_core::{DyObject as _, Key, Path, Store};
use dyno_derive::DyObject;

use super::Operation;
use crate::server;

/// How many shards the order has.
pub(super) const LINES: u32 = 20;

/// How much text each shard has.
pub(super) const TEXT: u32 = 1000;

/// The line that is written by its path.
pub(super) const WRITTEN: u32 = 3;

/// What is written there.
const ANOTHER: &str = "another";

/// An order with its lines beside it, each an item of its own.
#[derive(Clone, Debug, DyObject, PartialEq)]
#[dyno(crate = dyno_core, table = "OrdersAndLines", key = "customer", sort = "number")]
struct Order {
    #[dyno(key)]
    customer: String,
    #[dyno(sort)]
    number: String,
    #[dyno(shard(table = "OrdersAndLines"))]
    lines: Vec<Line>,
}

#[derive(Clone, Debug, DyObject, PartialEq)]
#[dyno(crate = dyno_core, table = "OrdersAndLines", key = "customer", sort = "number")]
struct Line {
    article: String,
    count: u32,
}

/// Orders in a store. The last one that was saved is the one that is loaded, written and deleted.
pub(super) struct Orders {
    store: Store,
    number: u32,
}

impl Orders {
    /// The tables are made, and everything was done once.
    pub(super) async fn on(client: Client) -> Self {
        let store = Store::new(client);
        let made = store.ensure_tables::<Order>().await;
        made.expect("the server is empty");
        let mut orders = Self { store, number: 0 };
        orders.prove().await;
        orders
    }

    /// Does this once, and says how long it took.
    pub(super) async fn time(&mut self, operation: Operation) -> Duration {
        let Self { store, number } = self;
        if let Operation::Save = operation {
            *number += 1;
        }
        let order = order(*number);
        let key = order.key();
        let began = Instant::now();
        match operation {
            Operation::Save => {
                let saved = store.save(order).if_absent().await;
                drop(saved.expect("a new order can be saved"));
            }
            Operation::Load => {
                let loaded = store.load::<Order>(key).await;
                drop(loaded.expect("the order is there"));
            }
            Operation::WritePath => {
                let written = store.write_path(key, written(), ANOTHER).await;
                written.expect("the order is there");
            }
            Operation::Delete => {
                let deleted = store.delete::<Order>(key).await;
                deleted.expect("the order is there");
            }
        }
        began.elapsed()
    }

    /// Looks at what came of each operation.
    async fn prove(&mut self) {
        self.time(Operation::Save).await;
        let mut expected = order(self.number);
        assert_eq!(self.loaded().await.as_ref(), Some(&expected));
        self.time(Operation::WritePath).await;
        let mut lines = expected.lines.iter_mut();
        let line = lines.find(|line| line.count == WRITTEN);
        let line = line.expect("there are more lines");
        ANOTHER.clone_into(&mut line.article);
        assert_eq!(self.loaded().await.as_ref(), Some(&expected));
        self.time(Operation::Delete).await;
        assert_eq!(self.loaded().await, None);
    }

    async fn loaded(&self) -> Option<Order> {
        let key = order(self.number).key();
        let loaded = self.store.load::<Order>(key).optional().await;
        Some(loaded.expect("it can be asked")?.into_object())
    }
}

/// A client of a server, which asks each thing once.
pub(super) fn client(endpoint: &str) -> Client {
    let config = server::config(endpoint).retry_config(RetryConfig::disabled());
    Client::from_conf(config.build())
}

impl Order {
    fn key(&self) -> Key {
        Key::from((self.customer.as_str(), self.number.as_str()))
    }
}

fn order(number: u32) -> Order {
    let line = |count| Line {
        article: "a".repeat(TEXT as usize),
        count,
    };
    Order {
        customer: "acme".to_owned(),
        number: format!("{number:06}"),
        lines: (0..LINES).map(line).collect(),
    }
}

fn written() -> Path<Order, String> {
    Order::paths().lines().index(WRITTEN).article()
}
