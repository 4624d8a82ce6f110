use dyno::DyObject;

#[derive(DyObject)]
#[dyno(tabel = "Users", key = "id", shard, banana)]
struct User {
    name: String,
}

fn main() {}
