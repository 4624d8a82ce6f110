//! Nothing of the prelude is in scope.
#![no_implicit_prelude]

#[derive(::dyno::DyObject)]
#[dyno(table = "Roots", loader = rules)]
struct Root {
    #[dyno(key)]
    id: ::std::string::String,
    #[dyno(default)]
    count: u64,
    #[dyno(shard)]
    leaf: Leaf,
    #[dyno(flatten)]
    extra: ::std::collections::BTreeMap<::std::string::String, u64>,
    #[dyno(skip)]
    cached: ::std::vec::Vec<u8>,
}

#[derive(::dyno::DyObject)]
#[dyno(table = "Leaves", key = "IDX")]
enum Leaf {
    Green { shade: u8 },
    Red,
}

#[derive(::dyno::DyObject)]
#[dyno(table = "Roots", key = "ROOT#{id}", sort = "AT#{at}")]
enum Event {
    Sent { id: ::std::string::String, at: u64 },
    Read { id: ::std::string::String, at: u64 },
}

#[::core::prelude::v1::test]
fn keys_are_made_of_fields() {
    for event in [
        Event::Sent {
            id: ::std::borrow::ToOwned::to_owned("a"),
            at: 5,
        },
        Event::Read {
            id: ::std::borrow::ToOwned::to_owned("a"),
            at: 5,
        },
    ] {
        ::std::assert!(::dyno::Stored::key_parts(&event).len() == 2);
    }
}

fn rules() -> ::dyno::Rules {
    ::dyno::Rules::new()
}

#[::core::prelude::v1::test]
fn a_loader_is_named() {
    let loader = <Root as ::dyno::Object>::loader();
    ::std::assert!(loader.is_some());
    ::std::assert!([Leaf::Red, Leaf::Green { shade: 1 }].len() == 2);
    let _ = |root: &Root| (root.leaf.shade(), root.cached.len());
}

impl Leaf {
    fn shade(&self) -> u8 {
        match self {
            Self::Green { shade } => *shade,
            Self::Red => 0,
        }
    }
}
