use dyno::{DyObject, Lazy};

#[derive(DyObject)]
#[dyno(table = "Photos", key = "IDX")]
struct Photo {
    width: u64,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    photo: Lazy<Photo>,
    #[dyno(encrypt)]
    option: Option<Lazy<Photo>>,
    #[dyno(shard)]
    list: Vec<Lazy<Photo>>,
    #[dyno(flatten)]
    flat: Lazy<Photo>,
}

fn main() {}
