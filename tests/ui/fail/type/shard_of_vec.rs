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
    orders: Vec<Order>,
}

fn main() {}
