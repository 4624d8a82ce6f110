use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(flatten)]
    name: String,
}

#[derive(DyObject)]
enum Event {
    Renamed(String),
}

fn main() {}
