use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(alias = "email", alias = "name", alias = "mail", alias = "mail")]
    name: String,
    #[dyno(alias = "mail")]
    email: String,
}

fn main() {}
