//! `#[dyno(validate = path)]`: what a type does not accept is not saved, and nothing is sent.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt;

use dyno::{DyObject, ErrorKind, Key};

use crate::fixture::{sent, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "ID", validate = has_lines)]
struct Order {
    #[dyno(key)]
    id: String,
    lines: Vec<Line>,
    #[dyno(flatten)]
    terms: Box<Terms>,
    #[dyno(shard)]
    notes: BTreeMap<String, Note>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(validate = Line::check)]
struct Line {
    count: u32,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(validate = net_days)]
struct Terms {
    days: u32,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "IDX", validate = not_empty)]
struct Note {
    text: String,
}

#[derive(Debug, PartialEq)]
struct NoLines;

impl fmt::Display for NoLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an order has lines")
    }
}

impl std::error::Error for NoLines {}

fn has_lines(order: &Order) -> Result<(), NoLines> {
    if order.lines.is_empty() {
        Err(NoLines)
    } else {
        Ok(())
    }
}

impl Line {
    fn check(&self) -> Result<(), String> {
        if self.count == 0 {
            Err(format!("{} pieces", self.count))
        } else {
            Ok(())
        }
    }
}

fn net_days(terms: &Terms) -> Result<(), &'static str> {
    if terms.days > 90 {
        Err("more than 90 days")
    } else {
        Ok(())
    }
}

fn not_empty(note: &Note) -> Result<(), &'static str> {
    if note.text.is_empty() {
        Err("no text")
    } else {
        Ok(())
    }
}

fn order() -> Order {
    Order {
        id: "o1".into(),
        lines: vec![Line { count: 1 }],
        terms: Box::new(Terms { days: 30 }),
        notes: BTreeMap::from([("first".to_owned(), Note { text: "x".into() })]),
    }
}

#[tokio::test]
async fn an_object_that_is_not_valid_comes_back() {
    let (store, recorder) = store::<Order>().await;
    let empty = Order {
        lines: vec![],
        ..order()
    };
    let error = store.save(empty.clone()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.object()),
        (ErrorKind::NotValid, &empty)
    );
    assert_eq!(error.error().key(), Some(&Key::from("o1")));
    assert!(error.source().unwrap().downcast_ref::<NoLines>().is_some());
    assert!(
        error.to_string().contains("type `Order` does not accept"),
        "{error}"
    );
    assert!(store.save(empty).plan().is_err());

    let mut saved = store.save(order()).await.unwrap();
    recorder.take();
    saved.lines.clear();
    let error = saved.save().await.unwrap_err();
    assert_eq!((error.kind(), saved.lines.len()), (ErrorKind::NotValid, 0));
    assert!(sent(&recorder).is_empty());
}

#[tokio::test]
async fn what_is_inside_is_asked_too() {
    let (store, recorder) = store::<Order>().await;
    let wrong = [
        (
            Order {
                lines: vec![Line { count: 1 }, Line { count: 0 }],
                ..order()
            },
            "lines[1]",
            "0 pieces",
        ),
        (
            Order {
                terms: Box::new(Terms { days: 91 }),
                ..order()
            },
            "",
            "more than 90 days",
        ),
        (
            Order {
                notes: BTreeMap::from([(
                    "b".to_owned(),
                    Note {
                        text: String::new(),
                    },
                )]),
                ..order()
            },
            "notes.b",
            "no text",
        ),
    ];
    for (object, path, why) in wrong {
        let error = store.save(object).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotValid);
        assert_eq!(error.error().path().unwrap().to_string(), path);
        assert_eq!(error.source().unwrap().to_string(), why);
    }
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn no_part_of_a_batch_is_sent() {
    let (store, recorder) = store::<Order>().await;
    let orders = [
        order(),
        Order {
            id: "o2".into(),
            lines: vec![],
            ..order()
        },
    ];
    let error = store.save_many(orders.clone()).await.unwrap_err();
    let kinds: Vec<_> = error.left().map(dyno::SaveError::kind).collect();
    assert_eq!(kinds, [ErrorKind::BatchRefused, ErrorKind::NotValid]);
    let parts = (Order::save_many(orders), Order::delete_many(["o3"]));
    let (saved, deleted) = store.write_together(parts).await;
    assert!(saved.is_err() && deleted.is_err());
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn what_is_stored_is_loaded_whatever_it_is() {
    let (store, _) = store::<Order>().await;
    store.save(order()).await.unwrap();
    store
        .write_path("o1", Order::paths().lines(), Vec::new())
        .await
        .unwrap();
    let loaded = store.load::<Order>("o1").await.unwrap();
    assert!(loaded.lines.is_empty());
    let error = store.save(loaded.into_object()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotValid);
    // What was asked of one object is not asked of the next.
    store.save(order()).await.unwrap();
    assert_eq!(store.load::<Order>("o1").await.unwrap().lines.len(), 1);
}
