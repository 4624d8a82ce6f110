use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(encypt)]
    name: String,
    #[dyno(table = "Users")]
    email: String,
    #[dyno(hash_key)]
    id: String,
}

fn main() {}
