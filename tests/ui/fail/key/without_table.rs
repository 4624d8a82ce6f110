use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(key)]
    id: String,
    #[dyno(sort)]
    at: u64,
}

fn main() {}
