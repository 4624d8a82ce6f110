//! Keys of indexes that are made of fields of the wrong types, or asked for by them.

use dyno::DyObject;

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID", index(name = "gsi1", key = "{tags}", sort = "{name}-{age}"))]
struct Types {
    tags: Vec<String>,
    name: Option<String>,
    age: u32,
}

#[derive(DyObject)]
#[dyno(
    table = "Users",
    key = "ID",
    index(name = "gsi1", key = "NAME#{name}", sort = "{age}#{city}"),
    index(name = "parts", key = "{city}", keys_only)
)]
struct User {
    name: String,
    age: Option<u32>,
    city: String,
    #[dyno(index(name = "by_zip", key))]
    zip: String,
}

fn asked_wrongly() {
    let index = || User::query().index(User::indexes().gsi1());
    let _ = index().of(5);
    let _ = index().of(("ada", 5));
    let _ = index().of("ada").sort().fields("36");
    let _ = User::query().of("ada");
    let _ = User::query().index(User::indexes().by_zip()).of("1010");
    let _ = User::query().index(User::indexes().parts()).of("Paris");
}

fn main() {}
