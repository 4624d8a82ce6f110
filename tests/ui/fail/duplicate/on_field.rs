use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(rename = "n", encrypt)]
    #[dyno(encrypt, rename = "m")]
    name: String,
    #[dyno(default, default = later)]
    email: String,
}

fn main() {}
