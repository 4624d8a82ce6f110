//! Specifications as Terraform.

use std::collections::{BTreeMap, BTreeSet};

use dyno_core::KeyKind;
use dyno_core::table::{Billing, IndexSpec, Projection, StreamView, TableSpec, Throughput};
use dyno_terraform::{Terraform, to_terraform};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::read::{shop, testdata};

#[test]
fn the_text_is_as_it_was() {
    let text = shop().to_terraform().unwrap();
    let path = testdata("shop_written.tf");
    if std::env::var_os("DYNO_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(path).unwrap());
    let again = Terraform::new().text(&text).unwrap();
    assert_eq!(again, shop());
}

#[test]
fn labels_are_what_terraform_takes_and_different() {
    let named = |name: &str| TableSpec::new(name, "id", KeyKind::S);
    let text = to_terraform(&[named("1.a"), named("1_a"), named("_1_a")]).unwrap();
    let tables = Terraform::new().text(&text).unwrap();
    let labels: Vec<_> = tables.iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["_1_a", "_1_a_2", "_1_a_3"]);
}

#[test]
fn what_no_table_can_be_is_not_written() {
    let error = to_terraform(&[TableSpec::new("a table", "id", KeyKind::S)]).unwrap_err();
    assert!(error.to_string().contains("table `a table`"), "{error}");
}

fn kinds() -> impl Strategy<Value = KeyKind> {
    select(vec![KeyKind::S, KeyKind::N, KeyKind::B])
}

/// Names of attributes and values of tags, with all that strings of Terraform write otherwise.
fn odd() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,4}",
        "[a-z$%{}\"\\\\#~ \n\t\r\u{1}\u{e9}\u{1f600}]{1,8}"
    ]
}

fn units() -> impl Strategy<Value = Throughput> {
    (1_u32..=3, 1_u32..=3).prop_map(|(reads, writes)| Throughput::new(reads, writes))
}

fn projections() -> impl Strategy<Value = Projection> {
    prop_oneof![
        Just(Projection::All),
        Just(Projection::KeysOnly),
        prop::collection::btree_set(odd(), 1..3).prop_map(Projection::include),
    ]
}

/// Name, how many attributes of the partition and of the sort key, contents, throughput.
type Parts = (String, usize, usize, Projection, Option<Throughput>);

fn indexes() -> impl Strategy<Value = Vec<Parts>> {
    let index = (
        "[a-z.]{3,6}",
        1_usize..=3,
        0_usize..=3,
        projections(),
        option::of(units()),
    );
    prop::collection::vec(index, 0..4)
}

fn tables() -> impl Strategy<Value = TableSpec> {
    let keys = prop::collection::btree_map(odd(), kinds(), 8);
    let shape = (keys, any::<bool>(), indexes(), indexes());
    let views = select(vec![
        StreamView::Both,
        StreamView::Keys,
        StreamView::New,
        StreamView::Old,
    ]);
    let kept = (
        option::of(units()),
        option::of(odd()),
        option::of(views),
        any::<(bool, bool)>(),
        prop::collection::btree_map(odd(), odd(), 0..3),
        option::of("[a-z]{2}-[a-z]{4}-[1-3]"),
    );
    ("[a-zA-Z0-9_.-]{3,9}", shape, kept).prop_map(|(name, shape, kept)| {
        let (keys, sorted, global, local) = shape;
        let keys: Vec<_> = keys.into_iter().collect();
        let part = |at: usize| keys.iter().cycle().nth(at).cloned().unwrap();
        let (units, ttl, view, (recovery, protection), tags, region) = kept;
        let (key, kind) = part(0);
        let mut spec = TableSpec::new(name, key, kind);
        if sorted {
            let (sort, kind) = part(1);
            spec = spec.with_sort(sort, kind);
        }
        let mut names = BTreeSet::new();
        for (name, keys, sorts, projection, own) in global {
            if !names.insert(name.clone()) {
                continue;
            }
            let mut index = IndexSpec::new(name).with_projection(projection);
            for at in 0..keys {
                let (key, kind) = part(at + 2);
                index = index.with_key(key, kind);
            }
            for at in 0..sorts {
                let (sort, kind) = part(at + 5);
                index = index.with_sort(sort, kind);
            }
            spec = spec.with_global_index(match (units, own) {
                (Some(units), Some(own)) if own != units => index.with_throughput(own),
                _ => index,
            });
        }
        for (name, at, _, projection, _) in local.into_iter().filter(|_| sorted) {
            if names.insert(name.clone()) {
                let (sort, kind) = part(at);
                let index = IndexSpec::new(name).with_sort(sort, kind);
                spec = spec.with_local_index(index.with_projection(projection));
            }
        }
        if let Some(units) = units {
            spec = spec.with_billing(Billing::Provisioned(units));
        }
        if let Some(ttl) = ttl {
            spec = spec.with_ttl(ttl);
        }
        if let Some(view) = view {
            spec = spec.with_stream(view);
        }
        if recovery {
            spec = spec.with_point_in_time_recovery();
        }
        if protection {
            spec = spec.with_deletion_protection();
        }
        if let Some(region) = region {
            spec = spec.with_region(region);
        }
        let tags: BTreeMap<String, String> = tags;
        tags.into_iter()
            .fold(spec, |spec, (name, value)| spec.with_tag(name, value))
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same(specs in prop::collection::vec(tables(), 0..3)) {
        let text = to_terraform(&specs).unwrap();
        let read = Terraform::new().text(&text).unwrap();
        prop_assert_eq!(read.specs(), specs, "{}", text);
        prop_assert_eq!(&read.to_terraform().unwrap(), &text);
    }
}

#[test]
fn labels_of_tables_are_written_as_terraform_takes_them() {
    let yaml = "schemas:
  my.table: [{type: HashKey, name: id, data_type: STRING}]
  2fa_codes: [{type: HashKey, name: id, data_type: STRING}]
  my_table: [{type: HashKey, name: id, data_type: STRING}]
default_throughput: {read: 1, write: 1}
";
    let tables = Terraform::new().yaml(yaml).unwrap();
    let read = Terraform::new()
        .text(&tables.to_terraform().unwrap())
        .unwrap();
    let labels: Vec<_> = read.iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["my_table", "_2fa_codes", "my_table_2"]);
    assert_eq!(read.specs(), tables.specs());
}

#[test]
fn what_terraform_would_compose_is_not_written() {
    let users = || TableSpec::new("users", "id", KeyKind::S);
    let odd = "e\u{301}";
    for spec in [
        TableSpec::new("users", odd, KeyKind::S),
        users().with_sort(odd, KeyKind::S),
        users().with_ttl(odd),
        users().with_tag(odd, "a"),
        users().with_tag("a", odd),
        users().with_global_index(IndexSpec::new("abc").with_key(odd, KeyKind::S)),
        users().with_global_index(
            IndexSpec::new("abc")
                .with_key("id", KeyKind::S)
                .with_projection(Projection::include([odd])),
        ),
    ] {
        let error = to_terraform(&[spec]).unwrap_err();
        assert_eq!(error.kind(), dyno_core::ErrorKind::InvalidShape);
        assert_eq!(
            error.to_string(),
            format!(
                "table `users` has `{odd}`, whose letters Terraform would compose (NFC), so that it would be another; write it \
                 composed"
            )
        );
    }
}
