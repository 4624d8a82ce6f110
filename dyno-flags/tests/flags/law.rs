//! What holds for every sequence of operations, in every layout.

use std::collections::BTreeMap;

use dyno_core::Store;
use dyno_flags::{Descriptor, FeatureStore, Kind};
use dyno_testbed::Service;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::fixture::{TABLE, item};

const KEYS: [&str; 3] = ["a", "b", "c"];
const KINDS: [Kind; 2] = [Kind::Flag, Kind::Segment];

#[derive(Clone, Debug)]
enum Step {
    Delete(usize, usize, u64),
    Init(Vec<(usize, usize, u64)>),
    Upsert(usize, usize, u64),
}

fn step() -> impl Strategy<Value = Step> {
    let place = || (0..KINDS.len(), 0..KEYS.len(), 0..6_u64);
    prop_oneof![
        place().prop_map(|(kind, key, version)| Step::Delete(kind, key, version)),
        place().prop_map(|(kind, key, version)| Step::Upsert(kind, key, version)),
        vec(place(), 0..4).prop_map(Step::Init),
    ]
}

type Model = BTreeMap<(Kind, &'static str), Descriptor>;

/// Only a higher version wins.
fn put(model: &mut Model, kind: Kind, key: &'static str, new: Descriptor) -> bool {
    let standing = model.get(&(kind, key)).map(Descriptor::version);
    let wins = standing < Some(new.version());
    if wins {
        model.insert((kind, key), new);
    }
    wins
}

async fn follows_the_model(flags: &FeatureStore, other: &FeatureStore, steps: Vec<Step>) {
    let mut model = Model::new();
    for step in steps {
        match step {
            Step::Delete(kind, key, version) => {
                let (kind, key) = (KINDS[kind], KEYS[key]);
                let deleted = flags.delete(kind, key, version).await.unwrap();
                let tombstone = Descriptor::tombstone(kind, version);
                assert_eq!(deleted, put(&mut model, kind, key, tombstone));
            }
            Step::Upsert(kind, key, version) => {
                let (kind, key) = (KINDS[kind], KEYS[key]);
                let new = item(key, version);
                let written = flags.upsert(kind, key, new.clone()).await.unwrap();
                assert_eq!(written, put(&mut model, kind, key, new));
            }
            Step::Init(all) => {
                model = all
                    .into_iter()
                    .map(|(kind, key, version)| {
                        ((KINDS[kind], KEYS[key]), item(KEYS[key], version))
                    })
                    .collect();
                let all = model.clone().into_iter();
                let all = all.map(|((kind, key), item)| (kind, key, item));
                other.init(all).await.unwrap();
            }
        }
        for kind in KINDS {
            let all = other.all(kind).await.unwrap();
            assert!(all.unreadable().is_empty());
            for key in KEYS {
                let expected = model.get(&(kind, key));
                assert_eq!(all.get(key), expected);
                assert_eq!(flags.get(kind, key).await.unwrap().as_ref(), expected);
            }
        }
    }
}

fn in_a_runtime(steps: Vec<Step>, layout: impl Fn(FeatureStore) -> FeatureStore) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::new(Service::new().inline().client());
        let flags = || layout(FeatureStore::new(&store, TABLE));
        flags().ensure_table().await.unwrap();
        Box::pin(follows_the_model(&flags(), &flags(), steps)).await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_official_layout_follows_the_model(steps in vec(step(), 1..20)) {
        in_a_runtime(steps, |flags| flags);
    }

    #[test]
    fn sets_of_their_own_follow_the_model(steps in vec(step(), 1..20)) {
        in_a_runtime(steps, |flags| flags.prefix("p").atomic_init().large_items());
    }
}
