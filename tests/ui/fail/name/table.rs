use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Us", key = "id")]
struct Short {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "My Users", key = "id")]
struct Spaced {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "", key = "id")]
struct Empty {
    name: String,
}

fn main() {}
