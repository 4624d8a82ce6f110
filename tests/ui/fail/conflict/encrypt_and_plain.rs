use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(encrypt, plain)]
    name: String,
}

fn main() {}
