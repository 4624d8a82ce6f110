use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Lines", key = "IDX")]
struct Line {
    total: u64,
}

#[derive(DyObject)]
#[dyno(table = "Orders", key = "ID")]
struct Order {
    #[dyno(shard = "Others")]
    a: Line,
    #[dyno(shard())]
    b: Line,
    #[dyno(shard(tabel = "Others"))]
    c: Line,
    #[dyno(shard(table = Others))]
    d: Line,
    #[dyno(shard(independent))]
    e: Line,
    #[dyno(shard(table = "Others", table = "More"))]
    f: Line,
    #[dyno(shard(key = "ID"))]
    g: Line,
    #[dyno(shard, table = "Others")]
    h: Line,
    #[dyno(shard(table = "Others" "More"))]
    i: Line,
    #[dyno(shard, shard(table = "Others"))]
    j: Line,
    #[dyno(shard, chunked = 4)]
    k: Line,
}

fn main() {}
