use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Lines", key = "IDX")]
struct Line {
    total: u64,
}

#[derive(DyObject)]
#[dyno(table = "Orders", key = "ID")]
struct Order {
    #[dyno(shard, independent, chunked)]
    first: Line,
    #[dyno(independent)]
    second: Line,
    #[dyno(chunked)]
    third: Vec<u8>,
    #[dyno(skip, chunked)]
    fourth: u8,
    #[dyno(flatten, independent)]
    fifth: Line,
    #[dyno(shard(table = "Others"), alias = "sechste")]
    sixth: Line,
}

fn main() {}
