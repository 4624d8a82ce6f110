use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    name: String,
    age: u32,
    member: bool,
    home: Home,
}

#[derive(DyObject)]
#[dyno(table = "Homes", key = "ID")]
struct Home {
    city: String,
}

fn main() {
    let user = User::fields();
    let _ = user.age().eq("18");
    let _ = user.name().ge(18);
    let _ = user.member().lt(true);
    let _ = user.age().begins_with(1);
    let _ = user.age().contains(1);
    let _ = user.member().size();
    let _ = user.home().between("a", "b");
    let _ = user.age().eq(user.name());
    let _ = user.age().eq(1) & Home::fields().city().eq("x");
}
