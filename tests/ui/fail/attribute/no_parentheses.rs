use dyno::DyObject;

#[derive(DyObject)]
#[dyno]
struct User {
    #[dyno = "name"]
    name: String,
}

fn main() {}
