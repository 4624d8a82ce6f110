use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users")]
struct User {
    #[dyno(key)]
    id: String,
    #[dyno(key)]
    email: String,
    #[dyno(sort)]
    at: u64,
    #[dyno(sort)]
    until: u64,
}

fn main() {}
