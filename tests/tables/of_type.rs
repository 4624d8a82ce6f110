//! The tables of types.

use dyno::table::TableSpec;
use dyno::{DyObject, ErrorKind, KeyKind};

use crate::fixture::{Note, Place, User};

#[test]
fn root_shards_and_indexes_are_found() {
    let tables = TableSpec::of::<User>().unwrap();
    let text: String = tables.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        "table `Places`: key `IDX` (a string); on demand
table `Users`: key `ID` (a string); on demand
  global index `email__idx`: key `email__idx` (binary); keys only
  global index `email__idx2`: key `email__idx2` (binary); keys only
"
    );
    let [_, users] = tables.as_slice() else {
        panic!("{tables:?}");
    };
    let attributes: Vec<_> = users.attributes().into_iter().collect();
    assert_eq!(
        attributes,
        [
            ("ID", KeyKind::S),
            ("email__idx", KeyKind::B),
            ("email__idx2", KeyKind::B)
        ]
    );
}

#[test]
fn keys_have_the_types_of_their_fields() {
    let [notes] = TableSpec::of::<Note>().unwrap().try_into().unwrap();
    assert_eq!(notes.key().kind(), KeyKind::S);
    assert_eq!(notes.sort().unwrap().kind(), KeyKind::N);
}

#[test]
fn types_that_share_a_table_give_one() {
    #[derive(DyObject)]
    #[dyno(table = "Users", key = "ID")]
    struct Account {
        #[dyno(encrypt(index = "iban"))]
        iban: String,
    }
    let both = TableSpec::of::<User>()
        .unwrap()
        .into_iter()
        .chain(TableSpec::of::<Account>().unwrap());
    let merged = TableSpec::merged(both).unwrap();
    let names: Vec<_> = merged.iter().map(TableSpec::name).collect();
    assert_eq!(names, ["Places", "Users"]);
    assert_eq!(merged[1].global_indexes().count(), 4);
}

#[test]
fn types_that_disagree_on_a_table_are_refused() {
    #[derive(DyObject)]
    #[dyno(table = "Places", key = "name", region = "us-east-2")]
    struct Town {
        #[dyno(key)]
        name: u64,
    }
    #[derive(DyObject)]
    #[dyno(table = "Places", key = "IDX", region = "us-east-2")]
    struct Far {
        city: String,
    }
    let with_place = |other: Vec<TableSpec>| {
        let both = TableSpec::of::<Place>().unwrap().into_iter().chain(other);
        TableSpec::merged(both).unwrap_err()
    };
    let error = with_place(TableSpec::of::<Town>().unwrap());
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert_eq!(
        error.to_string(),
        "two types share table `Places` and declare different keys: key `IDX` (a string) and key `name` (a number)"
    );
    let error = with_place(TableSpec::of::<Far>().unwrap());
    assert_eq!(
        error.to_string(),
        "two types share table `Places` and declare different regions: none and us-east-2"
    );
}
