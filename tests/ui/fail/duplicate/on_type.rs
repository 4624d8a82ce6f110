use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "id", table = "People")]
#[dyno(key = "id")]
struct User {
    name: String,
}

fn main() {}
