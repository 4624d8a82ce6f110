use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users")]
struct User {
    name: String,
}

#[derive(DyObject)]
#[dyno(table = "Events", sort = "at")]
enum Event {
    Created { at: u64 },
}

fn main() {}
