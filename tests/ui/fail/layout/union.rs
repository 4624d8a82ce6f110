use dyno::DyObject;

#[derive(DyObject)]
union Bits {
    integer: u32,
    float: f32,
}

fn main() {}
