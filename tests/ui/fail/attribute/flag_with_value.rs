use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(encrypt = true)]
    name: String,
    #[dyno(shard(table = "Addresses"))]
    address: String,
}

fn main() {}
