use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "id", sort = "at")]
struct User {
    id: String,
    #[dyno(rename = "at")]
    since: u64,
    #[dyno(alias = "id")]
    name: String,
}

fn main() {}
