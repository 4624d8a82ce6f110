use dyno::{DyObject, Lazy};

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(key, version)]
    id: u64,
    #[dyno(encrypt, ttl)]
    expires: u64,
    #[dyno(shard, created)]
    created: Lazy<Part>,
    #[dyno(flatten, updated)]
    part: Part,
    #[dyno(version, updated)]
    count: u64,
}

#[derive(DyObject)]
#[dyno(table = "Sessions", key = "ID")]
struct Session {
    #[dyno(ttl, with = form, alias = "until")]
    expires: u64,
    #[dyno(version, with = form)]
    version: u64,
    #[dyno(skip, created)]
    created: u64,
}

#[derive(DyObject)]
#[dyno(table = "Parts", key = "ID")]
struct Part {
    text: String,
}

#[derive(DyObject)]
#[dyno(table = "Notes", key = "ID")]
struct Note {
    #[dyno(version, alias = "rev")]
    version: u64,
    #[dyno(created, alias = "born")]
    created: u64,
    #[dyno(updated, alias = "changed")]
    updated: u64,
}

fn main() {}
