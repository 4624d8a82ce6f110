use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    name: String,
    age: u32,
    member: bool,
    tags: Vec<String>,
}

#[derive(DyObject)]
#[dyno(table = "Homes", key = "ID")]
struct Home {
    city: String,
}

fn main() {
    let user = User::fields();
    let update = || User::update("u");
    let _ = update().set(user.age(), "18");
    let _ = update().set(user.name(), 18);
    let _ = update().add(user.age(), "1");
    let _ = update().add(user.member(), true);
    let _ = update().subtract(user.name(), "x");
    let _ = update().delete(user.tags(), ["a"]);
    let _ = update().append(user.name(), ["a"]);
    let _ = update().append(user.tags(), [1]);
    let _ = update().set(Home::fields().city(), "x");
    let _ = update().when(Home::fields().city().eq("x"));
}
