use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "id", region = "")]
struct Empty {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "id", region = "US East")]
struct Spoken {
    name: String,
}

fn main() {}
