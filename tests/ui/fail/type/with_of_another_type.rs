use dyno::DyObject;

mod hex {
    use aws_sdk_dynamodb::types::AttributeValue;

    pub fn to_value(number: &u32) -> Result<AttributeValue, String> {
        Ok(AttributeValue::S(format!("{number:x}")))
    }

    pub fn from_value(_: AttributeValue) -> Result<u32, String> {
        Ok(0)
    }
}

#[derive(DyObject)]
struct User {
    #[dyno(with = hex)]
    name: String,
}

fn main() {}
