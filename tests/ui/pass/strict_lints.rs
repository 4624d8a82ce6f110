//! Lints that are often denied; `fail/output` holds those that a test does not show.
#![deny(
    missing_debug_implementations,
    missing_docs,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unnameable_types,
    unreachable_pub,
    unused,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]
#![expect(
    clippy::redundant_pub_crate,
    reason = "contradicts `unreachable_pub`, which is the one to satisfy"
)]

use dyno::DyObject;

#[derive(DyObject, Debug)]
#[dyno(table = "Strict", key = "ID")]
pub(crate) struct Strict {
    #[dyno(encrypt)]
    pub(crate) name: String,
    #[dyno(default, index(name = "by-count"), index(name = "by_both"))]
    pub(crate) count: u64,
    #[dyno(index(name = "by_both", sort))]
    pub(crate) size: Option<u64>,
    pub(crate) kind: Kind,
    pub(crate) empty: Empty,
}

#[derive(DyObject, Debug)]
#[dyno(
    table = "Strict",
    key = "STRICT#{name}#{count}-{size}",
    sort(template = "{{}}"),
    index(name = "gsi1", key = "SIZE#{size}", sort = "{count}#{lost}#{name}")
)]
pub(crate) struct Templated {
    pub(crate) name: String,
    pub(crate) count: u64,
    pub(crate) size: i8,
    pub(crate) lost: Option<bool>,
}

#[derive(DyObject, Debug)]
#[dyno(
    table = "Strict",
    key = "STRICT#{name}",
    sort = "{size}",
    index(name = "gsi1", key = "{lost}", sort = "{size}", keys_only)
)]
pub(crate) enum TemplatedChoice {
    Large { name: String, size: u64 },
    Small { name: String, size: u64, lost: bool },
}

#[derive(DyObject, Debug)]
pub(crate) enum Kind {
    Named { name: String },
    Unit,
}

#[derive(DyObject, Debug)]
pub(crate) struct Empty {}

#[test]
fn strict_code_compiles() {
    for kind in [
        Kind::Unit,
        Kind::Named {
            name: String::new(),
        },
    ] {
        let strict = Strict {
            name: String::new(),
            count: 0,
            size: None,
            kind,
            empty: Empty {},
        };
        assert_eq!(strict.count, 0);
        let name = String::new();
        for choice in [
            TemplatedChoice::Large {
                name: name.clone(),
                size: 1,
            },
            TemplatedChoice::Small {
                name: name.clone(),
                size: 1,
                lost: false,
            },
        ] {
            assert!(format!("{choice:?}").contains("size"));
        }
        let templated = Templated {
            name,
            count: 0,
            size: 0,
            lost: None,
        };
        assert!(format!("{templated:?}").contains("Templated"));
        assert!(format!("{strict:?}").contains("Strict"));
    }
}
