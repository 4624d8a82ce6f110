//! The same operations where an engine carries them out: in the process, and behind a server on the loopback interface.
//!
//! Most of the time is the engine's, so that no bound would say much about the mapper.

use std::fmt::Debug;

use aws_sdk_dynamodb::Client;
use dyno_core::{DyObject, Store};
use tokio::runtime::Runtime;

use super::hand::{self, BASELINE, ByHand};
use super::objects::{Flat, Nested};
use super::operation;
use super::samples::CUSTOMER;
use crate::engine;
use crate::report::Row;
use crate::server::{self, Server};

/// One round in so many of those with canned answers: a call takes far longer.
const FEWER: usize = 4;

pub(super) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    let rounds = rounds / FEWER;
    // The engine works on other threads than the client, as it does for any program.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let setting = |name, client: Client| Setting {
        name,
        rounds,
        store: Store::new(client.clone()),
        client,
        runtime: &runtime,
    };
    setting("embedded engine", engine::empty().client()).rows(report);
    let name = "loopback HTTP";
    match runtime.block_on(Server::of(&engine::empty())) {
        Ok(server) => {
            let config = server::config(&server.endpoint()).build();
            setting(name, Client::from_conf(config)).rows(report);
        }
        Err(error) => report(Row::not_run(name, BASELINE, error.to_string())),
    }
}

struct Setting<'a> {
    name: &'static str,
    rounds: usize,
    client: Client,
    /// Of the same client.
    store: Store,
    runtime: &'a Runtime,
}

impl Setting<'_> {
    fn rows(&self, report: &mut dyn FnMut(Row)) {
        self.rows_of("flat", Flat::nth, report);
        self.rows_of("nested", Nested::nth, report);
    }

    fn rows_of<T: ByHand + DyObject + Clone + PartialEq + Debug>(
        &self,
        kind: &str,
        nth: impl Fn(u32) -> T,
        report: &mut dyn FnMut(Row),
    ) {
        let objects: Vec<T> = (0..100).map(nth).collect();
        self.runtime.block_on(async {
            let tables = self.store.ensure_tables::<T>();
            tables.await.expect("the table can be made");
            for object in &objects {
                hand::put(&self.client, object).await;
            }
        });
        let object = objects.first().expect("there are objects");
        let (Self { client, store, .. }, item) = (self, object.to_item());
        let order = item.get("order").and_then(|order| order.as_s().ok());
        let order = order.expect("it is text").as_str();

        let put = async |object: T| store.save(object).await.expect("it is saved");
        let get = async || store.load::<T>((CUSTOMER, order)).await.expect("it loads");
        let query = async || {
            let query = store.query::<T>().key(CUSTOMER);
            query.await.expect("there is such a key")
        };
        self.runtime.block_on(async {
            put(object.clone()).await;
            assert_eq!(*get().await, *object);
            let found = query().await.into_iter();
            let found: Vec<T> = found.map(dyno_core::Saved::into_object).collect();
            assert_eq!(found, objects);
        });
        report(self.row(
            &format!("put {kind}"),
            || object.clone(),
            async |object| drop(put(object).await),
            async |object| hand::put(client, &object).await,
        ));
        report(self.row(
            &format!("get {kind}"),
            || (),
            async |()| drop(get().await),
            async |()| drop(hand::get::<T>(client, CUSTOMER, order).await),
        ));
        report(self.row(
            &format!("query of 100 {kind}"),
            || (),
            async |()| drop(query().await),
            async |()| drop(hand::query::<T>(client, CUSTOMER).await),
        ));
    }

    fn row<I>(
        &self,
        case: &str,
        input: impl Fn() -> I,
        ours: impl AsyncFn(I),
        by_hand: impl AsyncFn(I),
    ) -> Row {
        let case = format!("{}, {case}", self.name);
        operation(case, self.rounds, self.runtime, None, input, ours, by_hand)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_settings_run() {
        let mut rows = Vec::new();
        run(0, &mut |row| rows.push(row));
        assert_eq!(rows.len(), 12);
        for row in rows {
            assert_eq!(row.complaint(), None, "{}", row.case());
        }
    }
}
