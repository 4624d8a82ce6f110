use std::collections::BTreeMap;

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Orders", key = "IDX")]
struct Order {
    total: u64,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(shard)]
    orders: Vec<Option<Order>>,
    #[dyno(shard)]
    by_number: BTreeMap<u64, Order>,
    #[dyno(shard)]
    matrix: Vec<Vec<Order>>,
}

fn main() {}
