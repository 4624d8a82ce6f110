use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = id, sort)]
struct User {
    #[dyno(rename = 7)]
    name: String,
}

fn main() {}
