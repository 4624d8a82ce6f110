use dyno::DyObject;

#[derive(DyObject)]
struct Address {
    city: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(shard)]
    address: Address,
}

fn main() {}
