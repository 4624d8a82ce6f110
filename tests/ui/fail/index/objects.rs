//! Objects are maps, which are no keys of an index, whatever the field says.

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Jobs", key = "ID")]
struct Job {
    #[dyno(index(name = "by_status", string))]
    status: Status,
    #[dyno(index(name = "by_status", sort, string))]
    next: Option<Status>,
}

#[derive(DyObject)]
enum Status {
    Open,
    Done,
}

fn main() {}
