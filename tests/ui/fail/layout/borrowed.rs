use dyno::DyObject;

#[derive(DyObject)]
struct User<'a> {
    name: &'a str,
}

fn main() {}
