use dyno::DyObject;

#[derive(DyObject)]
struct Point(f64, f64);

#[derive(DyObject)]
struct Wrapper(String);

fn main() {}
