//! Attributes as JSON and back.

use dyno::document::Shape;
use dyno::{AttributeValue, Blob, Document, Item};
use dyno_testkit::{any_attribute_value, any_item};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A document in memory: nothing is asked of it but what it holds.
async fn holding(item: Item) -> Document {
    let store = dyno_testbed::store();
    let documents = store.documents(Shape::root("Json", "ID"));
    documents.ensure_tables().await.unwrap();
    let mut document = documents.write(Item::new()).key("k").await.unwrap();
    *document.item_mut() = item;
    document
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

thread_local! {
    static DOCUMENT: Document = runtime().block_on(holding(Item::new()));
}

fn document(item: Item) -> Document {
    let mut document = DOCUMENT.with(Clone::clone);
    *document.item_mut() = item;
    document
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e100..1e100).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,3}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// JSON of which the numbers have one form: 1.0 is stored as 1.
fn in_one_form(value: &Value) -> Value {
    let mut document = document(Item::new());
    document.set_value(&json!({ "v": value })).unwrap();
    document.value().get("v").unwrap().clone()
}

proptest! {
    #[test]
    fn an_item_whose_json_is_put_back_is_as_it_was(item in any_item()) {
        let mut document = document(item.clone());
        let value = document.value();
        document.set_value(&value).unwrap();
        prop_assert_eq!(document.item(), &item);
        prop_assert_eq!(document.value(), value);
    }

    #[test]
    fn json_comes_back_as_it_was(value in any_json()) {
        let value = in_one_form(&value);
        let mut document = document(Item::new());
        document.set_value(&json!({"v": value})).unwrap();
        prop_assert_eq!(document.value(), json!({"v": value}));
    }

    #[test]
    fn a_change_beside_a_value_leaves_it_alone(value in any_attribute_value(), other in any_json()) {
        let item = Item::from([("a".to_owned(), value.clone()), ("b".to_owned(), AttributeValue::Bool(true))]);
        let mut document = document(item);
        let mut json = document.value();
        json["b"] = other;
        json["c"] = json!(1);
        document.set_value(&json).unwrap();
        prop_assert_eq!(&document.item()["a"], &value);
    }

    #[test]
    fn elements_that_move_keep_their_types(
        values in prop::collection::vec(any_attribute_value(), 1..5),
        at in any::<prop::sample::Index>(),
    ) {
        // Two values that look the same as JSON cannot be told apart once one of them is gone.
        let mut views: Vec<_> = values.iter().map(|value| document(Item::from([("v".to_owned(), value.clone())])).value()).collect();
        views.dedup();
        let all_differ = views.iter().enumerate().all(|(index, view)| !views[..index].contains(view));
        prop_assume!(all_differ && views.len() == values.len());
        let mut document = document(Item::from([("l".to_owned(), AttributeValue::L(values.clone()))]));
        let mut json = document.value();
        let gone = at.index(values.len());
        json["l"].as_array_mut().unwrap().remove(gone);
        document.set_value(&json).unwrap();
        let mut expected = values;
        expected.remove(gone);
        prop_assert_eq!(&document.item()["l"], &AttributeValue::L(expected));
    }
}

#[test]
fn a_number_that_json_would_print_in_other_digits_keeps_its_own_when_it_moves() {
    let nested = AttributeValue::L(vec![AttributeValue::N("600000000000000.3".into())]);
    let list = AttributeValue::L(vec![AttributeValue::Bool(false), nested.clone()]);
    let mut document = document(Item::from([("l".to_owned(), list)]));
    let mut json = document.value();
    json["l"].as_array_mut().unwrap().remove(0);
    document.set_value(&json).unwrap();
    assert_eq!(document.item()["l"], AttributeValue::L(vec![nested]));
}

#[test]
fn numbers_are_exact_or_strings() {
    let view = |text: &str| {
        document(Item::from([(
            "v".to_owned(),
            AttributeValue::N(text.into()),
        )]))
        .value()["v"]
            .clone()
    };
    assert_eq!(view("1"), json!(1));
    assert_eq!(view("-0.50"), json!(-0.5));
    assert_eq!(view("0.1"), json!(0.1));
    assert_eq!(view("18446744073709551615"), json!(u64::MAX));
    assert_eq!(view("-9223372036854775808"), json!(i64::MIN));
    assert_eq!(view("1E+20"), json!(1e20));
    // Halfway between two shortest texts.
    assert_eq!(view("563000000000000.3"), json!(563_000_000_000_000.3));
    assert_eq!(view("18446744073709551617"), json!("18446744073709551617"));
    assert_eq!(
        view("0.12345678901234567890"),
        json!("0.12345678901234567890")
    );
}

#[test]
fn what_changes_keeps_its_kind_where_it_can() {
    let item = Item::from([
        ("b".to_owned(), AttributeValue::B(Blob::new([1]))),
        ("s".to_owned(), AttributeValue::Ss(vec!["a".into()])),
        (
            "n".to_owned(),
            AttributeValue::Ns(vec!["1".into(), "18446744073709551617".into()]),
        ),
        (
            "d".to_owned(),
            AttributeValue::N("18446744073709551617".into()),
        ),
    ]);
    let mut changed = document(item);
    changed
        .set_value(&json!({"b": "AgM=", "s": ["b", "a"], "n": [2, "18446744073709551618"], "d": "18446744073709551619"}))
        .unwrap();
    assert_eq!(changed.item()["b"], AttributeValue::B(Blob::new([2, 3])));
    assert_eq!(
        changed.item()["s"],
        AttributeValue::Ss(vec!["b".into(), "a".into()])
    );
    assert_eq!(
        changed.item()["n"],
        AttributeValue::Ns(vec!["2".into(), "18446744073709551618".into()])
    );
    assert_eq!(
        changed.item()["d"],
        AttributeValue::N("18446744073709551619".into())
    );

    changed
        .set_value(&json!({"b": null, "s": ["a", "a"], "n": ["x"], "d": "text"}))
        .unwrap();
    assert_eq!(changed.item()["b"], AttributeValue::Null(true));
    assert!(changed.item()["s"].is_l() && changed.item()["n"].is_l() && changed.item()["d"].is_s());

    let mut binary = document(Item::from([(
        "b".to_owned(),
        AttributeValue::B(Blob::new([1])),
    )]));
    let error = binary.set_value(&json!({"b": "no base64!"})).unwrap_err();
    assert_eq!(
        error.to_string().split(';').next().unwrap(),
        "field `b`: binary is stored here, which is base64 in JSON, and the new text is not"
    );
    assert_eq!(binary.item()["b"], AttributeValue::B(Blob::new([1])));
}
