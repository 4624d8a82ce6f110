use dyno::DyObject;

#[derive(DyObject)]
struct User {
    #[dyno(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[dyno(serialize_with = "write")]
    email: String,
}

fn main() {}
