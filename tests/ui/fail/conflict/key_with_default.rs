use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users")]
struct User {
    #[dyno(key, default, alias = "old")]
    id: String,
    #[dyno(sort, default)]
    at: u32,
}

fn main() {}
