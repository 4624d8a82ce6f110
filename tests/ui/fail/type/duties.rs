use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(version)]
    version: String,
}

#[derive(DyObject)]
#[dyno(table = "Sessions", key = "ID")]
struct Session {
    #[dyno(ttl)]
    expires: String,
}

#[derive(DyObject)]
#[dyno(table = "Posts", key = "ID")]
struct Post {
    #[dyno(created)]
    created: String,
    #[dyno(updated)]
    updated: Option<bool>,
}

fn main() {}
