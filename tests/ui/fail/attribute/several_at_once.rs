use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "U", key = "", regoin = "us-east-2")]
struct User {
    #[dyno(encrypt, plain)]
    name: String,
    #[dyno(rename = "name")]
    email: String,
}

fn uses() {
    let user = User { name: String::new(), email: String::new() };
    let value = dyno::Attribute::to_value(&user);
    drop(value);
}

fn main() {}
