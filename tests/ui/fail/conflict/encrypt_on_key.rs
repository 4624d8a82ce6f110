use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users")]
struct User {
    #[dyno(key, encrypt)]
    id: String,
    #[dyno(encrypt, sort)]
    at: u64,
}

fn main() {}
