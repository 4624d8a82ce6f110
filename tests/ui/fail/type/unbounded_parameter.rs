use dyno::DyObject;

#[derive(DyObject)]
struct Page<T> {
    items: Vec<T>,
}

fn main() {}
