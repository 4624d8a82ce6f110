//! What somebody writes who uses the SDK alone.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

use super::objects::{Flat, Line, Nested};

/// How rows name it.
pub(crate) const BASELINE: &str = "the SDK and conversions by hand";

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Conversions written by hand.
pub(crate) trait ByHand: Sized {
    const TABLE: &'static str;

    fn to_item(&self) -> Item;

    /// `None` where an attribute is missing, or is of another type.
    fn from_item(item: Item) -> Option<Self>;
}

impl ByHand for Flat {
    const TABLE: &'static str = "Flat";

    fn to_item(&self) -> Item {
        let mut item = HashMap::with_capacity(10);
        item.insert("customer".to_owned(), string(&self.customer));
        item.insert("order".to_owned(), string(&self.order));
        item.insert("name".to_owned(), string(&self.name));
        item.insert("email".to_owned(), string(&self.email));
        item.insert("city".to_owned(), string(&self.city));
        item.insert("age".to_owned(), number(&self.age));
        item.insert("balance".to_owned(), number(&self.balance));
        item.insert("score".to_owned(), number(&self.score));
        item.insert("active".to_owned(), AttributeValue::Bool(self.active));
        if let Some(note) = &self.note {
            item.insert("note".to_owned(), string(note));
        }
        item
    }

    fn from_item(mut item: Item) -> Option<Self> {
        Some(Self {
            customer: take_string(&mut item, "customer")?,
            order: take_string(&mut item, "order")?,
            name: take_string(&mut item, "name")?,
            email: take_string(&mut item, "email")?,
            city: take_string(&mut item, "city")?,
            age: take_number(&mut item, "age")?,
            balance: take_number(&mut item, "balance")?,
            score: take_number(&mut item, "score")?,
            active: *item.get("active")?.as_bool().ok()?,
            note: match item.remove("note") {
                Some(AttributeValue::S(note)) => Some(note),
                Some(_) => return None,
                None => None,
            },
        })
    }
}

impl ByHand for Nested {
    const TABLE: &'static str = "Nested";

    fn to_item(&self) -> Item {
        let labels = self.labels.iter();
        let labels = labels.map(|(name, label)| (name.clone(), string(label)));
        let lines = self
            .lines
            .iter()
            .map(|line| AttributeValue::M(line.to_map()));
        HashMap::from([
            ("customer".to_owned(), string(&self.customer)),
            ("order".to_owned(), string(&self.order)),
            ("labels".to_owned(), AttributeValue::M(labels.collect())),
            ("lines".to_owned(), AttributeValue::L(lines.collect())),
        ])
    }

    fn from_item(mut item: Item) -> Option<Self> {
        let Some(AttributeValue::M(labels)) = item.remove("labels") else {
            return None;
        };
        let Some(AttributeValue::L(lines)) = item.remove("lines") else {
            return None;
        };
        Some(Self {
            customer: take_string(&mut item, "customer")?,
            order: take_string(&mut item, "order")?,
            labels: labels
                .into_iter()
                .map(|(name, label)| match label {
                    AttributeValue::S(label) => Some((name, label)),
                    _ => None,
                })
                .collect::<Option<BTreeMap<_, _>>>()?,
            lines: lines
                .into_iter()
                .map(Line::from_value)
                .collect::<Option<_>>()?,
        })
    }
}

impl Line {
    fn to_map(&self) -> Item {
        HashMap::from([
            ("product".to_owned(), string(&self.product)),
            ("quantity".to_owned(), number(&self.quantity)),
            ("cents".to_owned(), number(&self.cents)),
        ])
    }

    fn from_value(value: AttributeValue) -> Option<Self> {
        let AttributeValue::M(mut map) = value else {
            return None;
        };
        Some(Self {
            product: take_string(&mut map, "product")?,
            quantity: take_number(&mut map, "quantity")?,
            cents: take_number(&mut map, "cents")?,
        })
    }
}

pub(crate) async fn put<T: ByHand>(client: &Client, object: &T) {
    let put = client.put_item().table_name(T::TABLE);
    let put = put.set_item(Some(object.to_item()));
    put.send().await.expect("the answer is canned");
}

pub(crate) async fn get<T: ByHand>(client: &Client, customer: &str, order: &str) -> T {
    let get = client.get_item().table_name(T::TABLE).consistent_read(true);
    let get = get
        .key("customer", string(customer))
        .key("order", string(order));
    let answer = get.send().await.expect("the answer is canned");
    let item = answer.item.expect("the item is there");
    T::from_item(item).expect("the item fits")
}

pub(crate) async fn query<T: ByHand>(client: &Client, customer: &str) -> Vec<T> {
    let query = client.query().table_name(T::TABLE);
    let query = query
        .key_condition_expression("#c = :c")
        .expression_attribute_names("#c", "customer")
        .expression_attribute_values(":c", string(customer));
    let answer = query.send().await.expect("the answer is canned");
    let items = answer.items.unwrap_or_default().into_iter();
    items
        .map(|item| T::from_item(item).expect("the item fits"))
        .collect()
}

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: &impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn take_string(item: &mut Item, name: &str) -> Option<String> {
    match item.remove(name)? {
        AttributeValue::S(text) => Some(text),
        _ => None,
    }
}

fn take_number<T: std::str::FromStr>(item: &mut Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
