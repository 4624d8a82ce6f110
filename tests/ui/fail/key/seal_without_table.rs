use dyno::DyObject;

#[derive(DyObject)]
#[dyno(seal)]
struct User {
    name: String,
}

fn main() {}
