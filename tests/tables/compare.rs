//! Differences in words, and what no table can be.

use dyno::KeyKind::{B, N, S};
use dyno::table::{
    Billing, DifferenceKind, IndexSpec, Projection, StreamView, TableSpec, Throughput,
};
use proptest::prelude::*;

fn table() -> TableSpec {
    TableSpec::new("Users", "id", S).with_sort("at", N)
}

fn index() -> IndexSpec {
    IndexSpec::new("by_email").with_key("email", S)
}

fn provisioned(reads: u32, writes: u32) -> Billing {
    Billing::Provisioned(Throughput::new(reads, writes))
}

/// The only difference.
#[track_caller]
fn one(wanted: &TableSpec, found: &TableSpec) -> (DifferenceKind, String) {
    let [difference] = wanted.compare(found).try_into().unwrap();
    (difference.kind(), difference.to_string())
}

macro_rules! differs {
    ($wanted:expr, $found:expr, $kind:ident, $text:expr) => {
        assert_eq!(
            one(&$wanted, &$found),
            (DifferenceKind::$kind, $text.to_owned())
        )
    };
}

#[test]
fn every_kind_of_difference_has_its_words() {
    let plain = table();
    differs!(
        plain,
        TableSpec::new("Users", "id", S),
        Keys,
        "table `Users` exists with other keys: expected key `id` (a string), sort `at` (a number), found key `id` (a string)"
    );
    differs!(
        table().with_global_index(index()),
        plain,
        MissingIndex,
        "table `Users` lacks global index `by_email`: key `email` (a string); all attributes"
    );
    differs!(
        table().with_local_index(IndexSpec::new("by_age").with_sort("age", N)),
        plain,
        MissingIndex,
        "table `Users` lacks local index `by_age`: sort `age` (a number); all attributes"
    );
    differs!(
        plain,
        table().with_global_index(index()),
        SurplusIndex,
        "table `Users` has global index `by_email`, which is not wanted"
    );
    differs!(
        table().with_global_index(index()),
        table().with_global_index(IndexSpec::new("by_email").with_key("email", B)),
        IndexKeys,
        "table `Users` has global index `by_email` with other keys: expected key `email` (a string), found key `email` (binary)"
    );
    let some = |names: &[&str]| {
        let projection = Projection::include(names.iter().copied());
        table().with_global_index(index().with_projection(projection))
    };
    differs!(
        table().with_global_index(index()),
        some(&["name"]),
        Projection,
        "table `Users` has global index `by_email` that holds keys and `name`, and it should hold all attributes"
    );
    differs!(
        some(&["name"]),
        some(&["age", "name"]),
        WiderProjection,
        "table `Users` has global index `by_email` that holds keys and `age`, `name`, and it should hold keys and `name`"
    );
    differs!(
        plain,
        table().with_billing(provisioned(5, 2)),
        Billing,
        "table `Users` is provisioned with 5 reads and 2 writes a second, and should be on demand"
    );
    differs!(
        table().with_billing(provisioned(9, 9)),
        table().with_billing(provisioned(5, 2)),
        Billing,
        "table `Users` has throughput of 5 reads and 2 writes a second, and should have 9 reads and 9 writes a second"
    );
    let indexed = |index| {
        table()
            .with_billing(provisioned(5, 2))
            .with_global_index(index)
    };
    differs!(
        indexed(index()),
        indexed(index().with_throughput(Throughput::new(1, 1))),
        Throughput,
        "table `Users` has index `by_email` with 1 reads and 1 writes a second, and it should have 5 reads and 2 writes a second"
    );
    differs!(
        table().with_ttl("a"),
        table().with_ttl("b"),
        Ttl,
        "table `Users` has items that expire by `b`, and they should by `a`"
    );
    differs!(
        plain,
        table().with_ttl("b"),
        Ttl,
        "table `Users` has items that expire by `b`, and they should not expire"
    );
    differs!(
        table().with_stream(StreamView::Both),
        table().with_stream(StreamView::Keys),
        Stream,
        "table `Users` has a stream of keys, and should have a stream of old and new items"
    );
    differs!(
        table().with_point_in_time_recovery(),
        plain,
        PointInTimeRecovery,
        "table `Users` lacks point-in-time recovery"
    );
    differs!(
        plain,
        table().with_deletion_protection(),
        DeletionProtection,
        "table `Users` has deletion protection, and should not"
    );
    differs!(
        table().with_tag("team", "blue"),
        table().with_tag("team", "red"),
        Tag,
        "table `Users` has tag `team` with value `red`, and it should be `blue`"
    );
    differs!(
        table().with_tag("team", "blue"),
        plain,
        Tag,
        "table `Users` lacks tag `team`, which should be `blue`"
    );
    differs!(
        plain,
        table().with_tag("team", "blue"),
        SurplusTag,
        "table `Users` has tag `team`, which is not wanted"
    );
}

#[test]
fn what_no_table_can_be_is_refused() {
    let long = "x".repeat(256);
    let many = |count: usize| {
        (0..count).fold(table(), |table, number| {
            table.with_global_index(IndexSpec::new(format!("by_{number}")).with_key("email", S))
        })
    };
    let local = |index| table().with_local_index(index);
    let cases = [
        (table().with_name("Us"), "3 to 255 letters, and this has 2"),
        (table().with_name(long), "and this has 256"),
        (table().with_name("Üsers"), "`Ü` is none of them"),
        (
            TableSpec::new("Users", "", S),
            "a key attribute without a name",
        ),
        (
            TableSpec::new("Users", "id", S).with_sort("id", S),
            "`id` as both partition key and sort key",
        ),
        (
            table().with_global_index(IndexSpec::new("by_at").with_key("at", S)),
            "attribute `at` in two keys, as a number and as a string",
        ),
        (
            table()
                .with_global_index(index())
                .with_local_index(IndexSpec::new("by_email").with_sort("email", S)),
            "two indexes called `by_email`",
        ),
        (
            many(21),
            "21 global secondary indexes, and DynamoDB makes 20",
        ),
        (
            table().with_global_index(IndexSpec::new("by_email")),
            "global index `by_email` without a partition key",
        ),
        (local(index()), "with a partition key of its own"),
        (
            local(IndexSpec::new("by_age")),
            "with 0 sort keys instead of one",
        ),
        (
            TableSpec::new("Users", "id", S)
                .with_local_index(IndexSpec::new("by_age").with_sort("age", N)),
            "local index `by_age` and no sort key",
        ),
        (
            table().with_global_index(index().with_projection(Projection::include([""; 0]))),
            "includes no attribute",
        ),
        (
            table().with_global_index(index().with_throughput(Throughput::new(1, 1))),
            "is on demand, and its index `by_email` has throughput",
        ),
        (
            table().with_billing(provisioned(0, 1)),
            "less than one unit a second",
        ),
    ];
    for (spec, part) in cases {
        let error = spec.check().unwrap_err().to_string();
        assert!(error.contains(part), "{part} is not in {error}");
    }
    many(20).check().unwrap();
}

fn any_spec() -> impl Strategy<Value = TableSpec> {
    let kind = || prop::sample::select(vec![S, N, B]);
    let indexes = prop::collection::btree_map("[a-c]{3}", ("[p-r]", any::<bool>()), 0..3);
    let settings = (any::<[bool; 4]>(), "[ab]", 0..3_u32);
    (kind(), indexes, settings).prop_map(|(kind, indexes, (flags, word, units))| {
        let mut spec = TableSpec::new("Users", "id", kind);
        for (name, (key, all)) in indexes {
            let projection = if all {
                Projection::All
            } else {
                Projection::KeysOnly
            };
            let index = IndexSpec::new(name).with_key(key, S);
            spec = spec.with_global_index(index.with_projection(projection));
        }
        let [ttl, stream, recovery, tag] = flags;
        if ttl {
            spec = spec.with_ttl(word.clone());
        }
        if stream {
            spec = spec.with_stream(StreamView::New);
        }
        if recovery {
            spec = spec.with_point_in_time_recovery();
        }
        if tag {
            spec = spec.with_tag("team", word);
        }
        if units > 0 {
            spec = spec.with_billing(provisioned(units, 1));
        }
        spec
    })
}

proptest! {
    #[test]
    fn there_is_no_difference_exactly_if_two_are_equal(a in any_spec(), b in any_spec()) {
        prop_assert_eq!(a.compare(&b).is_empty(), a == b);
        prop_assert!(a.compare(&a.clone()).is_empty());
    }

    #[test]
    fn what_breaks_programs_comes_first(a in any_spec(), b in any_spec()) {
        let differences = a.compare(&b);
        prop_assert!(differences.is_sorted_by_key(|one| !one.kind().breaks_programs()));
    }
}
