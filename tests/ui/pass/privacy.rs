//! Private types in private fields, and every visibility of a field.

use dyno::DyObject;

mod inner {
    use dyno::DyObject;

    #[derive(DyObject)]
    pub(crate) struct Visible {
        pub city: String,
        pub(crate) country: String,
        pub(super) zip: String,
        pub(in crate::pass) street: String,
        hidden: Hidden,
    }

    #[derive(DyObject)]
    struct Hidden {
        secret: String,
    }
}

#[derive(DyObject)]
#[dyno(table = "Users", key = "ID")]
struct User {
    address: inner::Visible,
}

#[test]
fn handles_are_as_visible_as_their_fields() {
    let paths = User::paths();
    let address = paths.address();
    let places = [
        address.city().to_string(),
        address.country().to_string(),
        address.zip().to_string(),
        address.street().to_string(),
    ];
    assert_eq!(
        places,
        [
            "address.city",
            "address.country",
            "address.zip",
            "address.street"
        ]
    );
}
