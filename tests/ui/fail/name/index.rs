use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "name__idx")]
struct User {
    #[dyno(encrypt, index = ":lower:v1")]
    email: String,
    #[dyno(encrypt, index = "phone:lower")]
    phone: String,
    #[dyno(encrypt, index = "name")]
    name: String,
    #[dyno(rename = "email__idx2")]
    second: String,
    #[dyno(encrypt, index = "town", rename = "home town")]
    town: String,
}

fn main() {}
