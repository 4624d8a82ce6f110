use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Lines", key = "IDX")]
struct Line {
    total: u64,
}

#[derive(DyObject)]
#[dyno(table = "Orders", key = "ID")]
struct Order {
    #[dyno(shard(table = "My Lines"))]
    first: Line,
    #[dyno(shard(table = "L"))]
    second: Line,
}

fn main() {}
