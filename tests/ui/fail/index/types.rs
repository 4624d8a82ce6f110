//! Types that are no keys of an index, and indexes that hold no whole objects.

use dyno::{DyObject, Store};

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
#[dyno(index(name = "by_email", keys_only))]
struct User {
    #[dyno(index(name = "by_email"))]
    email: String,
    #[dyno(index(name = "by_flag"))]
    flag: bool,
    #[dyno(index(name = "by_tags"))]
    tags: Vec<String>,
    #[dyno(index(name = "by_status"))]
    status: Status,
}

#[derive(DyObject)]
enum Status {
    Open,
    Done,
}

#[derive(DyObject)]
#[dyno(table = "Other", key = "ID")]
struct Other {
    #[dyno(index(name = "by_name"))]
    name: String,
}

fn main() {
    let store = Store::embedded().unwrap();
    let _ = store.query::<User>().index(User::indexes().by_email());
    let _ = store.query::<User>().index(Other::indexes().by_name());
    let _ = store.query::<User>().index(User::indexes().by_nothing());
}
