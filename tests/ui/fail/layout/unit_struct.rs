use dyno::DyObject;

#[derive(DyObject)]
struct Nothing;

fn main() {}
