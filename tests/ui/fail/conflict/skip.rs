use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(skip, default, rename = "x", encrypt)]
    cached: String,
}

fn main() {}
