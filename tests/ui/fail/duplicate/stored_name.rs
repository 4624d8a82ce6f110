use dyno::DyObject;

#[derive(DyObject)]
struct User {
    name: String,
    #[dyno(rename = "name")]
    nickname: String,
}

fn main() {}
