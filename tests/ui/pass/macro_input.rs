//! Types written by `macro_rules!`, where every fragment arrives in an invisible group.

use dyno::{Attribute, DyObject};

macro_rules! object {
    ($vis:vis $name:ident, $table:literal, $field:ident: $type:ty, $default:path) => {
        #[derive(DyObject, Debug, PartialEq)]
        #[dyno(table = $table, key = "ID")]
        $vis struct $name {
            #[dyno(default = $default)]
            $field: $type,
            other: Option<$type>,
        }
    };
}

fn seven() -> u64 {
    7
}

object!(pub(crate) Numbers, "Numbers", number: u64, seven);
object!(Texts, "Texts", text: String, String::new);

#[test]
fn written_types_work() {
    let empty = aws_sdk_dynamodb::types::AttributeValue::M([].into());
    assert_eq!(
        Numbers::from_value(empty.clone()).unwrap(),
        Numbers {
            number: 7,
            other: None
        }
    );
    assert_eq!(
        Texts::from_value(empty).unwrap(),
        Texts {
            text: String::new(),
            other: None
        }
    );
}
