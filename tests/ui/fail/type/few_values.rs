use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "id")]
struct User {
    #[dyno(encrypt, index = "active")]
    active: bool,
    #[dyno(encrypt, index = "answer")]
    answer: Option<bool>,
    #[dyno(encrypt, index = "plan")]
    plan: Plan,
    #[dyno(encrypt(index = "said", low_entropy))]
    said: bool,
}

#[derive(DyObject)]
enum Plan {
    Free,
    Paid,
}

fn main() {}
