use dyno::DyObject;

#[derive(DyObject)]
enum Shape {
    Point(f64, f64),
    Empty(),
    Circle(#[dyno(encrypt)] Circle),
    #[dyno(rename_all = "camelCase")]
    Unit,
}

#[derive(DyObject)]
struct Circle {
    radius: f64,
}

fn main() {}
