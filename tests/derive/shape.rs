//! The static table that the derive prints.

use dyno::{DyObject, Object};

#[derive(DyObject)]
#[dyno(
    table = "Roots",
    sort = "AT",
    region = "eu-west-1",
    tag = "root",
    context = "roots-of-2020"
)]
struct Root {
    #[dyno(key, rename = "ID")]
    id: String,
    #[dyno(sort)]
    at: u64,
    #[dyno(encrypt)]
    secret: String,
    #[dyno(plain, alias = "old")]
    public: String,
    #[dyno(shard)]
    leaf: Option<Box<Leaf>>,
    #[dyno(skip)]
    cached: u8,
    inner: Inner,
}

#[derive(DyObject)]
#[dyno(table = "Leaves", key = "IDX")]
enum Leaf {
    Green { shade: u8 },
    Red,
}

#[derive(DyObject)]
struct Inner {
    #[dyno(shard)]
    leaf: Leaf,
}

#[test]
fn the_type_is_described() {
    let table = Root::SHAPE.table().unwrap();
    assert_eq!(table.name(), "Roots");
    assert_eq!(table.key_name(), "ID");
    assert_eq!(table.sort_name(), Some("AT"));
    assert_eq!(table.region_name(), Some("eu-west-1"));
    assert_eq!(Root::SHAPE.name(), "Root");
    assert_eq!(Root::SHAPE.type_tag(), "root");
    assert_eq!(Root::SHAPE.encryption_context(), "roots-of-2020");
    assert_eq!(Leaf::SHAPE.type_tag(), "Leaves");
    assert_eq!(Leaf::SHAPE.encryption_context(), "Leaves");
    assert!(Inner::SHAPE.table().is_none());
    assert_eq!(Inner::SHAPE.type_tag(), "Inner");
}

#[test]
fn fields_have_their_roles_and_privacy() {
    let described: Vec<String> = Root::SHAPE
        .all_fields()
        .map(|field| {
            let (name, role, privacy) = (field.name(), field.field_role(), field.privacy());
            format!("{name} {role:?} {privacy:?} {:?}", field.older_names())
        })
        .collect();
    assert_eq!(
        described,
        [
            "ID PartitionKey AskLoader []",
            "AT SortKey AskLoader []",
            "secret Inline Encrypted []",
            "public Inline Plain [\"old\"]",
            "leaf Shard AskLoader []",
            "inner Inline AskLoader []",
        ]
    );
}

#[test]
fn children_are_reached_from_their_fields() {
    let child = |name| {
        Root::SHAPE
            .all_fields()
            .find(|field| field.name() == name)
            .unwrap()
            .child()
    };
    assert_eq!(child("leaf").unwrap().name(), "Leaf");
    assert_eq!(child("inner").unwrap().name(), "Inner");
    assert!(child("secret").is_none());
    let _ = |root: Root| {
        (
            root.id,
            root.at,
            root.secret,
            root.public,
            root.cached,
            root.inner.leaf,
        )
    };
    let _ = |leaf: Leaf| {
        if let Leaf::Green { shade } = leaf {
            shade
        } else {
            0
        }
    };
}
