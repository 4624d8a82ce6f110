use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::plan::shard::{Collection, Place, ShardField};
use crate::shape::{FieldShape, Kind};

fn any_part() -> impl Strategy<Value = KeyValue> {
    prop_oneof![
        any::<String>().prop_map(KeyValue::S),
        "[a#/~%]{0,5}".prop_map(KeyValue::S),
        prop::collection::vec(any::<u8>(), 0..4).prop_map(KeyValue::B),
    ]
}

fn place(tag: &'static str, parts: &[KeyValue]) -> (Shape, Address) {
    let mut parts = parts.iter().cloned();
    let partition = ("ID", parts.next().unwrap_or(KeyValue::S(String::new())));
    let sort = parts.next().map(|sort| ("AT", sort));
    (
        Shape::structure("T", &[]).tag(tag),
        Address {
            table: "T",
            region: None,
            partition,
            sort,
        },
    )
}

fn any_item_of_a_shard() -> impl Strategy<Value = (Vec<String>, bool, u32, [String; 2])> {
    let names = prop::collection::vec("[a/~%#]{0,3}", 1..3);
    (
        names,
        any::<bool>(),
        0_u32..3,
        ["[a/#~%]{0,4}", "[a/#~%t]{0,4}"],
    )
}

fn owner(shape: &Shape, root: &Address) -> String {
    Owner::new(shape, root).text
}

const SIMPLE: TableShape = TableShape::new("S", "IDX");
const COMPOSITE: TableShape = TableShape::new("S", "IDX").sort("AT");
const ROOT: TableShape = TableShape::new("T", "ID").sort("AT");

/// A shard with these names on the way to it, in a table of each kind.
fn shard(placing: usize, names: &[String]) -> ShardField {
    static STORED: [Shape; 2] = [
        Shape::structure("S", &[]).stored(SIMPLE),
        Shape::structure("S", &[]).stored(COMPOSITE),
    ];
    let here = names.iter().fold(Place::root(&ROOT), |place, name| {
        place.entry(Collection::Map, name)
    });
    let field = FieldShape::new("x", || Kind::Opaque(|_| Ok(())));
    let (shape, field) = match placing {
        0 | 1 => (&STORED[placing], field),
        _ => (&STORED[0], field.in_table("T")),
    };
    ShardField::at(&here, &field, shape).unwrap()
}

proptest! {
    #[test]
    fn no_two_objects_of_a_type_own_the_same_shards(
        first in prop::collection::vec(any_part(), 2),
        second in prop::collection::vec(any_part(), 2),
    ) {
        let same_kinds = first.iter().zip(&second).all(|(a, b)| a.kind() == b.kind());
        prop_assume!(same_kinds);
        let ((shape, a), (_, b)) = (place("t", &first), place("t", &second));
        prop_assert_eq!(owner(&shape, &a) == owner(&shape, &b), first == second);
    }

    #[test]
    fn no_two_places_of_an_object_have_the_same_shard_id(
        first in prop::collection::vec("[a/~%#]{1,3}", 1..4),
        second in prop::collection::vec("[a/~%#]{1,3}", 1..4),
    ) {
        let id = |names: &[String]| shard_id(names.iter().map(String::as_str));
        prop_assert_eq!(id(&first) == id(&second), first == second);
    }

    #[test]
    fn no_two_shards_have_the_same_key(
        first in any_item_of_a_shard(),
        second in any_item_of_a_shard(),
        placing in 0_usize..3,
    ) {
        let key = |(names, spare, piece, root): &(Vec<String>, bool, u32, [String; 2])| {
            let root = root.clone().map(KeyValue::S);
            let (shape, address) = place("t", &root);
            let owner = Owner::new(&shape, &address);
            owner.address(&shard(placing, names), *spare, *piece).unwrap().to_item()
        };
        prop_assert_eq!(key(&first) == key(&second), first == second);
    }

    #[test]
    fn a_name_is_read_back_from_its_part_of_an_id(name: String) {
        prop_assert_eq!(unescape(&shard_id([name.as_str()])), Some(name));
    }

    #[test]
    fn a_part_is_the_one_form_of_its_name_or_refused(part in "[a%2357EFef]{0,8}") {
        if let Some(name) = unescape(&part) {
            prop_assert_eq!(shard_id([name.as_str()]), part);
        }
    }
}

#[test]
fn keys_are_as_the_format_says() {
    let (shape, root) = place(
        "Orders",
        &[KeyValue::S("a/b#c".into()), KeyValue::N("7".into())],
    );
    assert_eq!(owner(&shape, &root), "Orders#a%2Fb%23c#7");
    assert_eq!(shard_id(["location", "in/out"]), "location/in%2Fout");
    let names: BTreeMap<_, _> = root.parts().collect();
    assert_eq!(names.len(), 2);
}
