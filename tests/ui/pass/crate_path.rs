//! The crate under another name, and through a re-export.

use dyno as renamed;

mod inner {
    pub(crate) mod reexport {
        pub(crate) use dyno::__private;
    }
}

#[derive(dyno::DyObject)]
#[dyno(crate = renamed, table = "Users", key = "ID")]
struct Renamed {
    name: String,
}

#[derive(dyno::DyObject)]
#[dyno(crate = inner::reexport)]
struct Reexported {
    name: String,
}

#[test]
fn shapes_are_there() {
    assert_eq!(<Renamed as dyno::Object>::SHAPE.name(), "Renamed");
    assert_eq!(<Reexported as dyno::Object>::SHAPE.name(), "Reexported");
}
