use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "", sort = "")]
struct User {
    #[dyno(rename = "")]
    name: String,
    #[dyno(alias = "")]
    email: String,
}

#[derive(DyObject)]
#[dyno(table = "Events", key = "id", tag = "", context = "")]
enum Event {
    #[dyno(rename = "")]
    Created,
}

fn main() {}
