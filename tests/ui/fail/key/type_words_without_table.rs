use dyno::DyObject;

#[derive(DyObject)]
#[dyno(key = "id", sort = "at", region = "us-east-2", tag = "User", context = "User", loader = secrets)]
struct User {
    name: String,
}

fn main() {}
