use dyno::DyObject;

#[derive(DyObject)]
#[dyno(rename_all = "camel_case")]
struct User {
    name: String,
}

#[derive(DyObject)]
#[dyno(rename_all = "Title Case")]
enum Event {
    Created,
}

fn main() {}
