use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Addresses", key = "IDX")]
struct Address {
    city: String,
}

#[derive(DyObject)]
#[dyno(table = "Users")]
struct User {
    #[dyno(key, shard)]
    id: String,
    #[dyno(shard, flatten)]
    home: Address,
    #[dyno(shard, skip)]
    work: Option<Address>,
    #[dyno(shard, with = module)]
    other: Address,
}

fn main() {}
