//! Types that bear the names of the standard library's.

use dyno::{Attribute, DyObject};

#[derive(DyObject, Debug, PartialEq)]
struct Option {
    result: Result,
}

#[derive(DyObject, Debug, PartialEq)]
struct Result {
    string: String,
}

#[derive(DyObject, Debug, PartialEq)]
struct String {
    boxed: Vec,
}

#[derive(DyObject, Debug, PartialEq)]
enum Vec {
    Ok,
    Err,
}

#[test]
fn shadowing_types_round_trip() {
    for boxed in [Vec::Ok, Vec::Err] {
        let option = Option {
            result: Result {
                string: String { boxed },
            },
        };
        assert_eq!(
            Option::from_value(option.to_value().unwrap()).unwrap(),
            option
        );
    }
}
