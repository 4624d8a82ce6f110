//! Secondary indexes that no table can have.

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(index(name = "by_city", keys_only))]
struct NoTable {
    #[dyno(index(name = "by_city"))]
    city: String,
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
#[dyno(index(name = "by_nobody", keys_only), index(name = "by_age"), index(name = "by_name", keys_only, include(age)))]
#[dyno(index(name = "by_team", include(nothing, home, rest)), index(name = "by_team", keys_only), index(keys_only))]
struct Users {
    #[dyno(index(key))]
    nameless: String,
    #[dyno(index(name = "by_age"), index(name = "by age"), index(name = "by_name", key, sort))]
    age: u32,
    #[dyno(encrypt, index(name = "by_email"))]
    email: String,
    #[dyno(alias = "group", index(name = "by_team", number, string))]
    team: String,
    #[dyno(index(name = "by_at", local))]
    at: u64,
    #[dyno(index(name = "only_sorted", sort))]
    sorted: u64,
    #[dyno(with = seconds, index(name = "by_time"))]
    time: u64,
    #[dyno(index(name = "by-time"))]
    other: u64,
    #[dyno(shard, index(name = "by_home"))]
    home: Home,
    #[dyno(flatten)]
    rest: std::collections::BTreeMap<String, String>,
}

#[derive(DyObject)]
#[dyno(table = "Homes", key = "ID")]
struct Home {
    city: String,
}

#[derive(DyObject)]
#[dyno(table = "Events", key = "ID", sort = "AT")]
struct Five {
    #[dyno(index(name = "five"))]
    a: String,
    #[dyno(index(name = "five"))]
    b: String,
    #[dyno(index(name = "five"))]
    c: String,
    #[dyno(index(name = "five"))]
    d: String,
    #[dyno(index(name = "five"), index(name = "near", key), index(name = "near", local))]
    e: String,
    #[dyno(index(name = "near", local))]
    f: String,
}

#[derive(DyObject)]
#[dyno(table = "Words", key = "ID")]
struct Words {
    #[dyno(index(name = "by_word", partition))]
    word: String,
}

#[derive(DyObject)]
#[dyno(table = "Shapes", key = "ID", sort = "AT")]
enum Shapes {
    Round {
        #[dyno(index(name = "by_size"))]
        size: u64,
        #[dyno(index(name = "by_name"), index(name = "by_name", sort))]
        name: String,
    },
    Square {
        size: String,
        #[dyno(encrypt)]
        name: String,
        #[dyno(key, index(name = "by_id", local))]
        id: String,
    },
}

mod seconds {}

fn main() {}
