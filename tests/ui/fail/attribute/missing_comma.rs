use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users" key = "id")]
struct User {
    #[dyno(encrypt plain)]
    name: String,
    #[dyno("rename")]
    email: String,
}

fn main() {}
