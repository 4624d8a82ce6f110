//! What somebody writes who uses the SDK alone, for parts that may be larger than an item.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;

use crate::sharded::hand::{self, Item, PARTS, take_number, take_string};
use crate::sharded::objects::{Part, Parted};

/// Bytes of text that fit an item.
const PIECE: usize = 390_000;

/// Puts all pieces of all parts at once, and then the root, which lists them.
pub(super) async fn save<T: Parted>(client: &Client, object: &T) {
    let parts = T::PARTS.iter().zip(object.parts());
    let items: Vec<Item> = parts
        .flat_map(|(name, part)| pieces(hand::key_of(object.id(), name), part))
        .collect();
    let keys: Vec<AttributeValue> = items
        .iter()
        .filter_map(|item| item.get("IDX").cloned())
        .collect();
    let puts = items.into_iter().map(|item| {
        let put = client.put_item().table_name(PARTS);
        put.set_item(Some(item)).send()
    });
    try_join_all(puts).await.expect("it is written");
    hand::put_root_with(client, object, keys).await;
}

fn pieces(key: String, part: &Part) -> impl Iterator<Item = Item> {
    let texts = part.text.as_bytes().chunks(PIECE).enumerate();
    texts.map(move |(number, text)| {
        let text = String::from_utf8_lossy(text).into_owned();
        let mut item = Item::from([
            ("IDX".to_owned(), AttributeValue::S(piece_key(&key, number))),
            ("text".to_owned(), AttributeValue::S(text)),
        ]);
        if number == 0 {
            item.insert("title".to_owned(), hand::string(&part.title));
            item.insert("number".to_owned(), hand::number(part.number));
        }
        item
    })
}

/// Gets the root, and then all pieces that it lists.
pub(super) async fn load<T: Parted>(client: &Client, id: &str) -> T {
    let (root, mut items) = hand::load_items::<T>(client, id).await;
    let part = |name: &str| joined(&hand::key_of(id, name), &mut items);
    T::from_items(root, part).expect("the items fit")
}

fn joined(key: &str, items: &mut HashMap<String, Item>) -> Option<Part> {
    let mut first = items.remove(&piece_key(key, 0))?;
    let mut text = take_string(&mut first, "text")?;
    let mut number = 1;
    while let Some(mut piece) = items.remove(&piece_key(key, number)) {
        text.push_str(&take_string(&mut piece, "text")?);
        number += 1;
    }
    Some(Part {
        title: take_string(&mut first, "title")?,
        number: take_number(&mut first, "number")?,
        text,
    })
}

fn piece_key(key: &str, number: usize) -> String {
    if number == 0 {
        key.to_owned()
    } else {
        format!("{key}#{number}")
    }
}
