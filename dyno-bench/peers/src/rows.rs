//! The rows of one peer.

use std::fmt::Debug;

use aws_sdk_dynamodb::Client;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::hand::{self, BASELINE, ByHand, Item};
use crate::measure::compare;
use crate::report::{Allocations, Row};
use crate::samples::CUSTOMER;
use crate::turns::{consume, repeat_async};
use crate::wire::json_of_item;
use crate::{alloc, canned, locked, runtime};

/// Operations as a peer has them.
pub(crate) trait Operations<T>: Sized {
    async fn on(client: Client) -> Self;

    /// An item as the peer stores it. Both sides read this one.
    fn stored(item: Item) -> Item {
        item
    }

    async fn put(&mut self, object: T);

    async fn get(&mut self, order: &str) -> T;

    async fn query(&mut self) -> Vec<T>;
}

/// Measures a peer against code written by hand, and prints each row when it is done.
pub(crate) struct Rows {
    peer: &'static str,
    version: &'static str,
    rounds: usize,
    runtime: Runtime,
}

impl Rows {
    pub(crate) fn of(peer: &'static str, rounds: usize) -> Self {
        Self {
            peer,
            version: locked::version(peer),
            rounds,
            runtime: runtime::current_thread(),
        }
    }

    pub(crate) fn failed(&self, why: String) {
        self.print(Row::not_run(self.name("all"), BASELINE, why));
    }

    /// Measures conversions alone. The peer takes the input, which is made beforehand; its item may have attributes of its own.
    pub(crate) fn conversions<I, T: ByHand + Debug + PartialEq>(
        &self,
        kind: &str,
        object: &T,
        input: impl Fn() -> I,
        to_item: impl Fn(I) -> Item,
        from_item: impl Fn(Item) -> T,
    ) {
        let found = compare(
            self.rounds,
            |calls| consume(calls, &input, &to_item),
            |calls| consume(calls, || object, T::to_item),
        );
        let (one, other) = (input(), object);
        let allocations = counted(|| drop(to_item(one)), || drop(other.to_item()));
        let name = self.name(&format!("conversion, {kind} to item"));
        self.print(Row::timed(name, BASELINE, found).allocations(allocations));

        let item = to_item(input());
        let by_hand = |item: Item| T::from_item(item).expect("the item fits");
        assert_eq!(from_item(item.clone()), *object);
        assert_eq!(by_hand(item.clone()), *object);
        let found = compare(
            self.rounds,
            |calls| consume(calls, || item.clone(), &from_item),
            |calls| consume(calls, || item.clone(), by_hand),
        );
        let (one, other) = (item.clone(), item);
        let allocations = counted(|| drop(from_item(one)), || drop(by_hand(other)));
        let name = self.name(&format!("conversion, {kind} from item"));
        self.print(Row::timed(name, BASELINE, found).allocations(allocations));
    }

    pub(crate) fn operations<P: Operations<T>, T: ByHand + Clone + Debug + PartialEq>(
        &self,
        kind: &str,
        objects: &[T],
    ) {
        let stored = |object: &T| json_of_item(&P::stored(object.to_item()));
        let object = objects.first().expect("there are objects");
        let item = object.to_item();
        let order = item.get("order").and_then(|order| order.as_s().ok());
        let order = order.expect("it is text");

        let client = canned::client("{}");
        let mut peer = self.runtime.block_on(P::on(client.clone()));
        self.operation(
            &format!("canned, put {kind}"),
            || object.clone(),
            async |object| peer.put(object).await,
            async |object| hand::put(&client, &object).await,
        );

        let client = canned::client(json!({ "Item": stored(object) }).to_string());
        let mut peer = self.runtime.block_on(P::on(client.clone()));
        assert_eq!(self.runtime.block_on(peer.get(order)), *object);
        self.operation(
            &format!("canned, get {kind}"),
            || (),
            async |()| drop(peer.get(order).await),
            async |()| drop(hand::get::<T>(&client, CUSTOMER, order).await),
        );

        let items: Vec<Value> = objects.iter().map(stored).collect();
        let answer = json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items });
        let client = canned::client(answer.to_string());
        let mut peer = self.runtime.block_on(P::on(client.clone()));
        assert_eq!(self.runtime.block_on(peer.query()), objects);
        self.operation(
            &format!("canned, query of {} {kind}", objects.len()),
            || (),
            async |()| drop(peer.query().await),
            async |()| drop(hand::query::<T>(&client, CUSTOMER).await),
        );
    }

    fn operation<I>(
        &self,
        case: &str,
        input: impl Fn() -> I,
        mut peer: impl AsyncFnMut(I),
        by_hand: impl AsyncFn(I),
    ) {
        let runtime = &self.runtime;
        let found = compare(
            self.rounds,
            |calls| runtime.block_on(repeat_async(calls, async || input(), &mut peer)),
            |calls| runtime.block_on(repeat_async(calls, async || input(), &by_hand)),
        );
        // Both have run before, and have made what they make once.
        let allocations = counted(
            || runtime.block_on(peer(input())),
            || runtime.block_on(by_hand(input())),
        );
        self.print(Row::timed(self.name(case), BASELINE, found).allocations(allocations));
    }

    fn name(&self, case: &str) -> String {
        format!("{} {}: {case}", self.peer, self.version)
    }

    fn print(&self, row: Row) {
        let row = row
            .detail("peer", self.peer)
            .detail("version", self.version)
            .detail("sdk", locked::version("aws-sdk-dynamodb"));
        println!("{}", row.to_json("peers"));
    }
}

fn counted(peer: impl FnOnce(), by_hand: impl FnOnce()) -> Allocations {
    Allocations {
        ours: alloc::count(peer),
        baseline: Some(alloc::count(by_hand)),
        allowed: None,
    }
}
