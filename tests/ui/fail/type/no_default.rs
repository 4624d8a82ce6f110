use dyno::DyObject;

#[derive(DyObject)]
struct Address {
    city: String,
}

#[derive(DyObject)]
struct User {
    #[dyno(default)]
    home: Address,
    #[dyno(skip)]
    work: Address,
}

fn main() {}
