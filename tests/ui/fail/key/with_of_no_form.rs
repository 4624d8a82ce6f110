use dyno::DyObject;

mod hex {
    use dyno::AttributeValue;

    pub fn to_value(number: &u32) -> Result<AttributeValue, String> {
        Ok(AttributeValue::S(format!("{number:x}")))
    }

    pub fn from_value(_: AttributeValue) -> Result<u32, String> {
        Ok(0)
    }
}

#[derive(DyObject)]
#[dyno(table = "Colors", key = "ID")]
struct Color {
    #[dyno(key, with = hex)]
    id: u32,
}

fn main() {}
