use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Figures", key = "ID")]
enum Figure {
    Circle {
        #[dyno(version)]
        version: u64,
    },
    Square {
        #[dyno(version)]
        rev: u64,
    },
    Point {
        x: u64,
    },
}

fn main() {}
