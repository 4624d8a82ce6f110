use dyno::DyObject;

#[derive(DyObject)]
struct Address {
    #[dyno(version)]
    version: u64,
    #[dyno(ttl)]
    expires: u64,
    #[dyno(created)]
    created: u64,
    #[dyno(updated)]
    updated: u64,
}

fn main() {}
