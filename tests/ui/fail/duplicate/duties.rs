use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(version)]
    one: u64,
    #[dyno(version)]
    other: u64,
    #[dyno(ttl)]
    first: u64,
    #[dyno(ttl)]
    second: u64,
    #[dyno(created)]
    born: u64,
    #[dyno(created)]
    begun: u64,
    #[dyno(updated)]
    changed: u64,
    #[dyno(updated)]
    touched: u64,
}

#[derive(DyObject)]
#[dyno(table = "Sessions", key = "ID")]
enum Session {
    Web {
        #[dyno(ttl)]
        expires: u64,
    },
    Phone {
        #[dyno(ttl)]
        until: u64,
    },
}

fn main() {}
