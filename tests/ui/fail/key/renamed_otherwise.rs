use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID", sort = "AT")]
struct User {
    #[dyno(key, rename = "user_id")]
    id: String,
    #[dyno(sort, rename = "AT")]
    at: u64,
}

fn main() {}
