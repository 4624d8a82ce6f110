//! What the mapper adds to the SDK with conversions written by hand.

mod hand;
mod objects;
mod samples;
mod served;
mod wire;

use std::fmt::Debug;
use std::hint::black_box;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dyno_core::{Attribute, DyObject, Key, Store};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub(crate) use self::hand::BASELINE;
use self::hand::{ByHand, Item};
use self::objects::{Flat, Nested};
use self::samples::CUSTOMER;
use self::wire::json_of_item;
use crate::measure::compare;
use crate::report::{Allocations, Row};
use crate::turns::{consume, repeat, repeat_async};
use crate::{alloc, canned, runtime};

/// The most that operations may cost.
#[derive(Clone, Copy)]
struct Bounds {
    /// Putting or getting one object.
    one: Option<f64>,
    hundred: Option<f64>,
}

const OF_FLAT: Bounds = Bounds {
    one: Some(1.03),
    hundred: Some(1.05),
};

const NO_BOUNDS: Bounds = Bounds {
    one: None,
    hundred: None,
};

/// The most that a conversion alone may cost.
const CONVERSION: f64 = 1.15;

/// What one operation may allocate besides what code written by hand does.
const MORE_ALLOCATIONS: u64 = 2;

pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    let runtime = runtime::current_thread();
    let flat: Vec<Flat> = (0..100).map(Flat::nth).collect();
    let nested: Vec<Nested> = (0..100).map(Nested::nth).collect();
    conversions("flat", rounds, &flat, report);
    conversions("nested", rounds, &nested, report);
    operations("flat", rounds, &runtime, &flat, OF_FLAT, report);
    operations("nested", rounds, &runtime, &nested, NO_BOUNDS, report);
    report(null(rounds, &runtime, &flat));
    served::run(rounds, report);
}

fn conversions<T: ByHand + DyObject + Clone + PartialEq + Debug>(
    name: &str,
    rounds: usize,
    objects: &[T],
    report: &mut dyn FnMut(Row),
) {
    let object = objects.first().expect("there are objects");
    let item = object.to_item();
    let ours = |object: &T| object.to_value().expect("the object can be stored");
    assert_eq!(ours(object), AttributeValue::M(item.clone()));
    let found = compare(
        rounds,
        |calls| repeat(calls, || ours(black_box(object))),
        |calls| repeat(calls, || black_box(object).to_item()),
    );
    let by_hand = alloc::count(|| drop(object.to_item()));
    report(
        Row::timed(format!("conversion, {name} to item"), BASELINE, found)
            .at_most(CONVERSION)
            .allocations(allowing(by_hand, alloc::count(|| drop(ours(object))))),
    );
    let read = |item: Item| T::from_value(AttributeValue::M(item)).expect("the item fits");
    let read_by_hand = |item: Item| T::from_item(item).expect("the item fits");
    assert_eq!(read(item.clone()), *object);
    assert_eq!(read_by_hand(item.clone()), *object);
    let found = compare(
        rounds,
        |calls| consume(calls, || item.clone(), read),
        |calls| consume(calls, || item.clone(), read_by_hand),
    );
    let (one, other) = (item.clone(), item);
    let by_hand = alloc::count(|| drop(read_by_hand(one)));
    report(
        Row::timed(format!("conversion, {name} from item"), BASELINE, found)
            .at_most(CONVERSION)
            .allocations(allowing(by_hand, alloc::count(|| drop(read(other))))),
    );
}

fn operations<T: ByHand + DyObject + Clone + PartialEq + Debug>(
    name: &str,
    rounds: usize,
    runtime: &Runtime,
    objects: &[T],
    bounds: Bounds,
    report: &mut dyn FnMut(Row),
) {
    let object = objects.first().expect("there are objects");
    let item = object.to_item();
    let order = item.get("order").and_then(|order| order.as_s().ok());
    let order = order.expect("it is text").clone();
    let key = || Key::from((CUSTOMER, order.as_str()));

    let client = canned::client("{}");
    let store = Store::new(client.clone());
    let put = async |object: T| {
        store
            .save(object)
            .await
            .expect("the answer is canned")
            .into_object()
    };
    report(operation(
        format!("canned, put {name}"),
        rounds,
        runtime,
        bounds.one,
        || object.clone(),
        async |object| drop(put(object).await),
        async |object| hand::put(&client, &object).await,
    ));

    let client = canned::client(json!({ "Item": json_of_item(&item) }).to_string());
    let store = Store::new(client.clone());
    runtime.block_on(async {
        assert_eq!(*store.load::<T>(key()).await.expect("it loads"), *object);
    });
    report(operation(
        format!("canned, get {name}"),
        rounds,
        runtime,
        bounds.one,
        || (),
        async |()| drop(store.load::<T>(key()).await.expect("it loads")),
        async |()| drop(hand::get::<T>(&client, CUSTOMER, &order).await),
    ));

    let client = client_of_all(objects);
    let store = Store::new(client.clone());
    let query = async || {
        store
            .query::<T>()
            .key(CUSTOMER)
            .await
            .expect("it is canned")
    };
    runtime.block_on(async {
        let found = query().await;
        let found: Vec<T> = found
            .into_iter()
            .map(dyno_core::Saved::into_object)
            .collect();
        assert_eq!(found, objects);
    });
    report(operation(
        format!("canned, query of 100 {name}"),
        rounds,
        runtime,
        bounds.hundred,
        || (),
        async |()| drop(query().await),
        async |()| drop(hand::query::<T>(&client, CUSTOMER).await),
    ));
}

/// Code written by hand against itself.
fn null(rounds: usize, runtime: &Runtime, objects: &[Flat]) -> Row {
    let client = client_of_all(objects);
    let by_hand = async |()| drop(hand::query::<Flat>(&client, CUSTOMER).await);
    let case = "null, canned query of 100 flat, by hand on both sides".to_owned();
    operation(case, rounds, runtime, None, || (), by_hand, by_hand)
}

/// A client whose every query finds these objects.
fn client_of_all<T: ByHand>(objects: &[T]) -> Client {
    let items = objects.iter();
    let items: Vec<Value> = items
        .map(|object| json_of_item(&object.to_item()))
        .collect();
    let answer = json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items });
    canned::client(answer.to_string())
}

fn operation<I>(
    case: String,
    rounds: usize,
    runtime: &Runtime,
    bound: Option<f64>,
    input: impl Fn() -> I,
    ours: impl AsyncFn(I),
    by_hand: impl AsyncFn(I),
) -> Row {
    let found = compare(
        rounds,
        |calls| runtime.block_on(repeat_async(calls, async || input(), &ours)),
        |calls| runtime.block_on(repeat_async(calls, async || input(), &by_hand)),
    );
    let count = |work: &dyn Fn()| {
        work();
        alloc::count(work)
    };
    let counted_by_hand = count(&|| runtime.block_on(by_hand(input())));
    let counted = count(&|| runtime.block_on(ours(input())));
    let row = Row::timed(case, BASELINE, found);
    let allowed = allowing(counted_by_hand, counted);
    match bound {
        Some(bound) => row.at_most(bound).allocations(allowed),
        None => row.allocations(Allocations {
            allowed: None,
            ..allowed
        }),
    }
}

fn allowing(by_hand: u64, ours: u64) -> Allocations {
    Allocations {
        ours,
        baseline: Some(by_hand),
        allowed: Some(by_hand + MORE_ALLOCATIONS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of its request, which are constants in code written by hand; see `docs/design/costs.md`.
    const OVER: &str = "canned, query of 100 flat";

    #[test]
    fn no_other_case_allocates_more_than_it_may() {
        let mut cases = 0;
        run(0, &mut |row| {
            if row.case() != OVER {
                assert_eq!(row.complaint(), None, "{}", row.case());
            }
            cases += 1;
        });
        assert!(cases >= 10, "{cases}");
    }
}
