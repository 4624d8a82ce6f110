use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID", validate = named)]
struct User {
    name: String,
}

fn named(user: &User) -> bool {
    !user.name.is_empty()
}

#[derive(DyObject)]
#[dyno(table = "Posts", key = "ID", validate = titled())]
struct Post {
    title: String,
}

fn main() {}
