use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users")]
struct User {
    #[dyno(key)]
    id: Option<String>,
    #[dyno(sort)]
    at: f64,
}

fn main() {}
