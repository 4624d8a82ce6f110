//! Queries by fields give what a filter in Rust over all objects gives.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::{DyObject, Saved};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::fixture::{Order, order, store};

type Bound = (i32, Option<u32>);

fn bound() -> impl Strategy<Value = Bound> {
    (-2..3_i32, proptest::option::of(0..3_u32))
}

fn is_from((day, number): Bound, order: &Order) -> bool {
    (order.day, order.number) >= (day, number.unwrap_or(u32::MIN))
}

fn is_to((day, number): Bound, order: &Order) -> bool {
    (order.day, order.number) <= (day, number.unwrap_or(u32::MAX))
}

/// A string between texts, and a time.
#[derive(DyObject, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[dyno(
    table = "App",
    key(template = "NOTES"),
    sort = "{name}#{at}#{id}",
    tag = "Note"
)]
struct Note {
    name: String,
    at: SystemTime,
    id: u16,
}

/// Names that end in, hold or begin with what ends a string, or begin one another.
const NAMES: &[&str] = &[
    "a",
    "a#",
    "a#b",
    "a b",
    "a$",
    "a$23",
    "a%",
    "ab",
    "#",
    "\u{1}",
    "é",
    "\u{10ffff}",
];

fn note() -> impl Strategy<Value = Note> {
    let name = proptest::sample::select(NAMES);
    (name, 0..3_u64, 0..2_u16).prop_map(|(name, half_seconds, id)| Note {
        name: name.to_owned(),
        at: UNIX_EPOCH + Duration::from_millis(500 * half_seconds),
        id,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn queries_by_strings_and_times_find_exactly_what_fits(
        notes in proptest::collection::btree_set(note(), 0..16), bound in note(), page in 1..5_u32,
    ) {
        Runtime::new().unwrap().block_on(async {
            let (store, _) = store().await;
            store.save_many(notes.clone()).await.unwrap();
            let sort = || store.query::<Note>().of(()).limit(page).sort();
            let (name, at) = (bound.name.as_str(), bound.at);
            let found = |found: dyno::Result<Vec<Saved<Note>>>| -> Vec<Note> {
                found.unwrap().into_iter().map(Saved::into_object).collect()
            };
            let expected = |fits: &dyn Fn(&Note) -> bool| -> Vec<Note> {
                notes.iter().filter(|note| fits(note)).cloned().collect()
            };
            let place = |note: &Note| (note.name.clone(), note.at);
            let of_bound = || place(&bound);
            prop_assert_eq!(found(store.query::<Note>().of(()).limit(page).await), expected(&|_| true));
            prop_assert_eq!(found(sort().fields(name).await), expected(&|note| note.name == name));
            prop_assert_eq!(found(sort().fields((name, at)).await), expected(&|note| place(note) == of_bound()));
            prop_assert_eq!(found(sort().fields_from((name, at)).await), expected(&|note| place(note) >= of_bound()));
            prop_assert_eq!(found(sort().fields_to((name, at)).await), expected(&|note| place(note) <= of_bound()));
            Ok(())
        })?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn queries_find_exactly_what_fits(
        orders in proptest::collection::btree_set((-3..4_i32, 0..3_u32), 0..12),
        lower in bound(), upper in bound(), page in 1..5_u32,
    ) {
        Runtime::new().unwrap().block_on(async {
            let (store, _) = store().await;
            let orders: Vec<_> = orders.into_iter().map(|(day, number)| order("t", day, number)).collect();
            store.save_many(orders.clone()).await.unwrap();
            store.save(order("t2", 0, 0)).await.unwrap();

            let sort = || store.query::<Order>().of("t").limit(page).sort();
            let from = match lower {
                (day, Some(number)) => sort().fields_from((day, number)).await,
                (day, None) => sort().fields_from(day).await,
            };
            let to = match upper {
                (day, Some(number)) => sort().fields_to((day, number)).await,
                (day, None) => sort().fields_to(day).await,
            };
            let begins = match lower {
                (day, Some(number)) => sort().fields((day, number)).await,
                (day, None) => sort().fields(day).await,
            };
            let expected = |fits: &dyn Fn(&Order) -> bool| -> Vec<Order> {
                orders.iter().filter(|order| fits(order)).cloned().collect()
            };
            let found = |found: dyno::Result<Vec<Saved<Order>>>| -> Vec<Order> {
                found.unwrap().into_iter().map(Saved::into_object).collect()
            };
            prop_assert_eq!(found(from), expected(&|order| is_from(lower, order)));
            prop_assert_eq!(found(to), expected(&|order| is_to(upper, order)));
            prop_assert_eq!(found(begins), expected(&|order| is_from(lower, order) && is_to(lower, order)));
            let both = match (lower, upper) {
                ((a, Some(b)), (c, Some(d))) => sort().fields_between((a, b), (c, d)).await,
                ((a, Some(b)), (c, None)) => sort().fields_between((a, b), c).await,
                ((a, None), (c, Some(d))) => sort().fields_between(a, (c, d)).await,
                ((a, None), (c, None)) => sort().fields_between(a, c).await,
            };
            // Bounds the wrong way round are refused.
            if let Ok(both) = both {
                prop_assert_eq!(found(Ok(both)), expected(&|order| is_from(lower, order) && is_to(upper, order)));
            } else {
                prop_assert!((lower.0, lower.1.unwrap_or(0)) > (upper.0, upper.1.unwrap_or(u32::MAX)));
            }
            Ok(())
        })?;
    }
}
