use dyno::DyObject;

struct Opaque;

#[derive(DyObject)]
struct User {
    name: String,
    opaque: Opaque,
    again: Opaque,
    list: Vec<Opaque>,
}

fn main() {}
