//! `modyne`, on a table with the keys of the objects.

use std::fmt::Debug;
use std::marker::PhantomData;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use modyne::expr::KeyCondition;
use modyne::keys::{FullKey, Key, KeyDefinition, PrimaryKey, PrimaryKeyDefinition};
use modyne::{Aggregate, Entity, EntityExt, ProjectionExt, QueryInput, QueryInputExt, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::hand::{ByHand, Item};
use crate::objects::{Flat, Nested};
use crate::rows::{Operations, Rows};
use crate::samples::CUSTOMER;

pub(crate) fn measure(rows: &Rows) {
    both(rows, "flat", Flat::nth);
    both(rows, "nested", Nested::nth);
}

fn both<T: Stored + Clone + Debug + PartialEq>(rows: &Rows, kind: &str, nth: impl Fn(u32) -> T) {
    // `into_item` takes the object, as `put` does.
    let object = nth(0);
    rows.conversions(kind, &object, || object.clone(), T::into_item, from_item);
    rows.operations::<Database, T>(kind, &(0..100).map(nth).collect::<Vec<_>>());
}

/// What is stored in a [`Database`].
trait Stored:
    ByHand
    + DeserializeOwned
    + Serialize
    + for<'a> Entity<KeyInput<'a> = &'a str, Table = Database, IndexKeys = ()>
    + 'static
{
}

pub(crate) struct Database {
    client: Client,
    table: &'static str,
}

impl Table for Database {
    type PrimaryKey = OrderKey;
    type IndexKeys = ();

    fn table_name(&self) -> &str {
        self.table
    }

    fn client(&self) -> &Client {
        &self.client
    }
}

#[derive(Serialize)]
pub(crate) struct OrderKey {
    customer: String,
    order: String,
}

impl OrderKey {
    fn of(order: &str) -> Self {
        Self {
            customer: CUSTOMER.to_owned(),
            order: order.to_owned(),
        }
    }
}

impl PrimaryKey for OrderKey {
    const PRIMARY_KEY_DEFINITION: PrimaryKeyDefinition = PrimaryKeyDefinition {
        hash_key: "customer",
        range_key: Some("order"),
    };
}

impl Key for OrderKey {
    const DEFINITION: KeyDefinition = KeyDefinition::Primary(Self::PRIMARY_KEY_DEFINITION);
}

macro_rules! stored {
    ($object:ty) => {
        impl Stored for $object {}

        impl Entity for $object {
            type KeyInput<'a> = &'a str;
            type Table = Database;
            type IndexKeys = ();

            fn primary_key(order: &str) -> OrderKey {
                OrderKey::of(order)
            }

            fn full_key(&self) -> FullKey<OrderKey, ()> {
                Self::primary_key(&self.order).into()
            }
        }
    };
}

stored!(Flat);
stored!(Nested);

/// All objects of the customer.
struct Orders<T>(PhantomData<T>);

impl<T: Stored> QueryInput for Orders<T> {
    type Index = OrderKey;
    type Aggregate = Vec<T>;

    fn key_condition(&self) -> KeyCondition<OrderKey> {
        KeyCondition::in_partition(CUSTOMER)
    }
}

fn from_item<T: Stored>(item: Item) -> T {
    <T as ProjectionExt>::from_item(item).expect("the item fits")
}

impl<T: Stored> Operations<T> for Database {
    async fn on(client: Client) -> Self {
        Self {
            client,
            table: T::TABLE,
        }
    }

    fn stored(mut item: Item) -> Item {
        let name = AttributeValue::S(T::ENTITY_TYPE.to_string());
        item.insert(Self::ENTITY_TYPE_ATTRIBUTE.to_owned(), name);
        item
    }

    async fn put(&mut self, object: T) {
        let put = object.put().execute(self);
        put.await.expect("the answer is canned");
    }

    async fn get(&mut self, order: &str) -> T {
        let get = T::get(order).execute_with_consistency(self, true);
        let answer = get.await.expect("the answer is canned");
        from_item(answer.item.expect("the item is there"))
    }

    async fn query(&mut self) -> Vec<T> {
        let query = Orders::<T>(PhantomData).query().execute(self);
        let answer = query.await.expect("the answer is canned");
        let mut orders = Vec::new();
        orders
            .reduce(answer.items.unwrap_or_default())
            .expect("the items fit");
        orders
    }
}
