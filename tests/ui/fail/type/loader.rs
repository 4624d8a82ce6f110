use dyno::DyObject;

fn secrets() -> String {
    String::new()
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID", loader = secrets)]
struct User {
    name: String,
}

fn main() {}
