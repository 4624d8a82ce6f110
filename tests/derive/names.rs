//! `rename`, `rename_all`, `alias`.

use dyno::DyObject;

use super::{names, read, s};

#[derive(DyObject, Debug, PartialEq, Default)]
#[dyno(rename_all = "camelCase")]
struct User {
    first_name: String,
    #[dyno(rename = "LAST")]
    last_name: String,
    #[dyno(alias = "mail", alias = "e-mail")]
    email_address: String,
    r#type: String,
}

#[test]
fn fields_are_stored_under_their_names() {
    assert_eq!(
        names(&User::default()),
        ["LAST", "emailAddress", "firstName", "type"]
    );
}

#[test]
fn an_alias_is_read_when_the_name_is_absent() {
    let with = |name| {
        read::<User>([
            ("LAST", s("")),
            (name, s("a@b")),
            ("firstName", s("")),
            ("type", s("")),
        ])
    };
    for name in ["emailAddress", "mail", "e-mail"] {
        assert_eq!(with(name).unwrap().email_address, "a@b", "{name}");
    }
    assert_eq!(
        with("other").unwrap_err(),
        read::<User>([("LAST", s("")), ("firstName", s(""))]).unwrap_err()
    );
}

#[test]
fn the_name_wins_over_an_alias() {
    let user: User = read([
        ("LAST", s("")),
        ("firstName", s("")),
        ("type", s("")),
        ("mail", s("old")),
        ("emailAddress", s("new")),
    ])
    .unwrap();
    assert_eq!(user.email_address, "new");
}

#[test]
fn an_error_names_the_stored_attribute() {
    let error = read::<User>([("firstName", super::n(1))]).unwrap_err();
    assert!(error.contains("`firstName`"), "{error}");
}
