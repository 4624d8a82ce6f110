use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users")]
struct User {
    #[dyno(key, sort)]
    id: String,
}

#[derive(DyObject)]
#[dyno(table = "Events", key = "id", sort = "id")]
struct Event {
    name: String,
}

fn main() {}
