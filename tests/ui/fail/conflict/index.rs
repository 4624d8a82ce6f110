use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "id")]
struct User {
    #[dyno(index = "email")]
    email: String,
    #[dyno(plain, index = "phone")]
    phone: String,
    #[dyno(encrypt(bits = 64, low_entropy))]
    name: String,
    #[dyno(encrypt(index = "a"), index = "b")]
    twice: String,
    #[dyno(skip, encrypt, index = "cached")]
    cached: String,
    #[dyno(shard, encrypt, index = "home")]
    home: Home,
    #[dyno(key, encrypt, index = "id")]
    id: String,
}

#[derive(DyObject)]
#[dyno(table = "Homes", key = "IDX")]
struct Home {
    city: String,
}

fn main() {}
