use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "id", loader = "secrets", crate = "dyno")]
struct User {
    #[dyno(with = "hex")]
    number: u32,
    #[dyno(default = "seven")]
    seven: u64,
    #[dyno(default = Vec::new())]
    list: Vec<String>,
}

fn main() {}
