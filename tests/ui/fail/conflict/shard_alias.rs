use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Addresses", key = "IDX")]
struct Address {
    city: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(shard, alias = "house")]
    home: Address,
}

fn main() {}
