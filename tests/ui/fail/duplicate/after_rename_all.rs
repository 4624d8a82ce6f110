use dyno::DyObject;

#[derive(DyObject)]
#[dyno(rename_all = "camelCase")]
struct User {
    first_name: String,
    #[allow(non_snake_case)]
    firstName: String,
}

fn main() {}
