//! `flatten`, of objects and of maps.

use std::collections::{BTreeMap, HashMap};

use dyno::{Attribute, DyObject};

use super::{n, names, read, round_trip, s};

#[derive(DyObject, Debug, PartialEq)]
struct User {
    /// Declared before the others, and yet it takes only what they leave.
    #[dyno(flatten)]
    extra: BTreeMap<String, String>,
    name: String,
    #[dyno(flatten)]
    address: Address,
}

#[derive(DyObject, Debug, PartialEq)]
struct Address {
    city: String,
    zip: Option<String>,
    #[dyno(flatten)]
    country: Country,
}

#[derive(DyObject, Debug, PartialEq)]
struct Country {
    country: String,
}

fn user(extra: &[(&str, &str)]) -> User {
    User {
        extra: extra
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        name: "Ann".to_owned(),
        address: Address {
            city: "Nara".to_owned(),
            zip: Some("630".to_owned()),
            country: Country {
                country: "JP".to_owned(),
            },
        },
    }
}

#[test]
fn flattened_attributes_stand_beside_the_others() {
    let user = user(&[("color", "red")]);
    assert_eq!(names(&user), ["city", "color", "country", "name", "zip"]);
    assert_eq!(round_trip(&user), user);
}

#[test]
fn a_map_leaves_what_a_flattened_object_claims() {
    let read: User = read([
        ("name", s("Ann")),
        ("city", s("Nara")),
        ("zip", s("630")),
        ("country", s("JP")),
        ("color", s("red")),
    ])
    .unwrap();
    assert_eq!(read, user(&[("color", "red")]));
}

#[test]
fn a_map_cannot_store_under_the_name_of_a_field() {
    let error = user(&[("city", "Kyoto")])
        .to_value()
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`city`") && error.contains("rename"),
        "{error}"
    );
}

#[test]
fn a_map_cannot_store_under_a_reserved_name() {
    let error = user(&[("_dy_mine", "x")])
        .to_value()
        .unwrap_err()
        .to_string();
    assert!(error.contains("_dy_mine"), "{error}");
}

#[test]
fn an_error_inside_a_flattened_object_names_the_attribute() {
    let error = read::<User>([("name", s("Ann")), ("city", n(1))]).unwrap_err();
    assert!(error.contains("`city`"), "{error}");
}

#[test]
fn a_flattened_enum_brings_its_tag() {
    #[derive(DyObject, Debug, PartialEq)]
    struct Delivery {
        id: u64,
        #[dyno(flatten)]
        state: State,
        #[dyno(flatten)]
        rest: HashMap<String, u64>,
    }

    #[derive(DyObject, Debug, PartialEq)]
    enum State {
        Open,
        Sent { at: u64 },
    }

    for state in [State::Open, State::Sent { at: 5 }] {
        let delivery = Delivery {
            id: 1,
            state,
            rest: HashMap::from([("more".to_owned(), 2)]),
        };
        assert!(names(&delivery).contains(&"_dy_type".to_owned()));
        assert_eq!(round_trip(&delivery), delivery);
    }
}
