use dyno::DyObject;

#[derive(DyObject)]
enum Event {
    #[dyno(encrypt)]
    Created { at: u64 },
    #[dyno(renam = "gone")]
    Deleted,
}

fn main() {}
