use dyno::DyObject;

#[derive(DyObject)]
enum Never {}

fn main() {}
