use dyno::DyObject;

#[derive(DyObject)]
enum Event {
    Created,
    #[dyno(rename = "Created")]
    Made,
    #[dyno(alias = "Made", alias = "Gone", alias = "Deleted")]
    Deleted,
    Gone,
}

fn main() {}
