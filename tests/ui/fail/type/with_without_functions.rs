use dyno::DyObject;

mod empty {}

#[derive(DyObject)]
struct User {
    #[dyno(with = empty)]
    name: String,
}

fn main() {}
