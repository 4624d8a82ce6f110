use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(key, unique)]
    id: String,
    #[dyno(unique, version)]
    version: u64,
    #[dyno(encrypt, unique)]
    secret: String,
    #[dyno(unique, alias = "mail")]
    email: String,
    #[dyno(unique(table = "Uniques"))]
    phone: String,
    #[dyno(unique(key = "ID", name = "x"))]
    fax: String,
    #[dyno(shard, unique)]
    place: Place,
    #[dyno(unique = "yes")]
    nick: String,
}

#[derive(DyObject)]
struct Place {
    #[dyno(unique)]
    city: String,
}

fn main() {}
