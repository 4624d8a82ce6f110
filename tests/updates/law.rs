//! An update that the service works out leaves the same object as the same change in Rust.

use std::collections::{BTreeMap, BTreeSet};

use dyno::{DyObject, Update};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

use crate::fixture::{Counter, Home};

/// A change, to be made by the service and in Rust.
#[derive(Clone, Debug)]
enum Change {
    AddCount(u32),
    AddFloor(i8),
    AddScore(i32),
    AddSum(String, i64),
    AddTags(Vec<String>),
    Append(Vec<String>),
    DeleteTags(Vec<String>),
    Prepend(Vec<String>),
    RemoveHome,
    RemoveLog(u32),
    RemoveSum(String),
    SetCity(String),
    SetHome(Option<(String, i8)>),
    SetLog(u32, String),
    SetName(String),
    SetNoteIfAbsent(String),
    SetSumIfAbsent(String, i64),
    SubtractCount(u32),
}

impl Change {
    fn update(&self, update: Update<Counter>) -> Update<Counter> {
        let fields = Counter::fields();
        match self.clone() {
            Self::AddCount(count) => update.add(fields.count(), count),
            Self::AddFloor(floors) => update.add(fields.home().floor(), floors),
            Self::AddScore(score) => update.add(fields.score(), f64::from(score)),
            Self::AddSum(name, sum) => update.add(fields.sums().key(name), sum),
            Self::AddTags(tags) => update.add(fields.tags(), tags),
            Self::Append(log) => update.append(fields.log(), log),
            Self::DeleteTags(tags) => update.delete(fields.tags(), tags),
            Self::Prepend(log) => update.prepend(fields.log(), log),
            Self::RemoveHome => update.remove(fields.home()),
            Self::RemoveLog(index) => update.remove(fields.log().index(index)),
            Self::RemoveSum(name) => update.remove(fields.sums().key(name)),
            Self::SetCity(city) => update.set(fields.home().city(), city),
            Self::SetHome(home) => {
                let home = home.map(|(city, floor)| Home { city, floor });
                update.set(fields.home(), home)
            }
            Self::SetLog(index, text) => update.set(fields.log().index(index), text),
            Self::SetName(name) => update.set(fields.name(), name),
            Self::SetNoteIfAbsent(note) => update.set_if_absent(fields.note(), note),
            Self::SetSumIfAbsent(name, sum) => update.set_if_absent(fields.sums().key(name), sum),
            Self::SubtractCount(count) => update.subtract(fields.count(), count),
        }
    }

    /// `None`: it cannot be made.
    fn make(&self, to: &mut Counter) -> Option<()> {
        match self.clone() {
            Self::AddCount(count) => to.count = to.count.checked_add(count)?,
            Self::AddFloor(floors) => {
                let home = to.home.as_mut()?;
                home.floor = home.floor.checked_add(floors)?;
            }
            Self::AddScore(score) => *to.score.get_or_insert(0.0) += f64::from(score),
            Self::AddSum(name, sum) => {
                let before = to.sums.entry(name).or_insert(0);
                *before = before.checked_add(sum)?;
            }
            Self::AddTags(tags) => to.tags.get_or_insert_default().extend(tags),
            Self::Append(log) => to.log.extend(log),
            Self::DeleteTags(gone) => {
                if let Some(tags) = &mut to.tags {
                    tags.retain(|tag| !gone.contains(tag));
                    if tags.is_empty() {
                        to.tags = None;
                    }
                }
            }
            Self::Prepend(log) => drop(to.log.splice(0..0, log)),
            Self::RemoveHome => to.home = None,
            Self::RemoveLog(index) => {
                to.log.get(index as usize)?;
                to.log.remove(index as usize);
            }
            Self::RemoveSum(name) => drop(to.sums.remove(&name)),
            Self::SetCity(city) => to.home.as_mut()?.city = city,
            Self::SetHome(home) => to.home = home.map(|(city, floor)| Home { city, floor }),
            Self::SetLog(index, text) => *to.log.get_mut(index as usize)? = text,
            Self::SetName(name) => to.name = name,
            Self::SetNoteIfAbsent(note) => drop(to.note.get_or_insert(note)),
            Self::SetSumIfAbsent(name, sum) => drop(to.sums.entry(name).or_insert(sum)),
            Self::SubtractCount(count) => to.count = to.count.checked_sub(count)?,
        }
        Some(())
    }

    /// Changes of one place are not made together; this says which changes have one.
    fn place(&self) -> &'static str {
        match self {
            Self::AddCount(_) | Self::SubtractCount(_) => "count",
            Self::AddFloor(_) | Self::RemoveHome | Self::SetCity(_) | Self::SetHome(_) => "home",
            Self::AddScore(_) => "score",
            Self::AddSum(..) | Self::RemoveSum(_) | Self::SetSumIfAbsent(..) => "sums",
            Self::AddTags(_) | Self::DeleteTags(_) => "tags",
            Self::Append(_) | Self::Prepend(_) | Self::RemoveLog(_) | Self::SetLog(..) => "log",
            Self::SetName(_) => "name",
            Self::SetNoteIfAbsent(_) => "note",
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    "[ab\u{e9}\u{1d49c}]{1,2}"
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![0_u32..5, Just(u32::MAX), Just(u32::MAX - 3)]
}

fn floor() -> impl Strategy<Value = i8> {
    prop_oneof![-5_i8..5, Just(i8::MIN), Just(i8::MAX)]
}

fn sum() -> impl Strategy<Value = i64> {
    prop_oneof![-5_i64..5, Just(i64::MIN), Just(i64::MAX)]
}

fn counters() -> impl Strategy<Value = Counter> {
    let home = proptest::option::of((text(), floor()));
    let start = (
        text(),
        count(),
        proptest::option::of(text()),
        proptest::option::of((-50_i32..50).prop_map(f64::from)),
        proptest::option::of(btree_set(text(), 1..3)),
        vec(text(), 0..3),
        btree_map("[ab]", sum(), 0..3),
        home,
    );
    start.prop_map(|(name, count, note, score, tags, log, sums, home)| {
        let tags: Option<BTreeSet<String>> = tags;
        let sums: BTreeMap<String, i64> = sums;
        Counter {
            id: "c".into(),
            name,
            count,
            note,
            score,
            tags,
            log,
            sums,
            home: home.map(|(city, floor)| Home { city, floor }),
        }
    })
}

fn change() -> impl Strategy<Value = Change> {
    let texts = || vec(text(), 1..3);
    prop_oneof![
        count().prop_map(Change::AddCount),
        floor().prop_map(Change::AddFloor),
        (-50_i32..50).prop_map(Change::AddScore),
        ("[ab]", sum()).prop_map(|(name, sum)| Change::AddSum(name, sum)),
        texts().prop_map(Change::AddTags),
        texts().prop_map(Change::Append),
        texts().prop_map(Change::DeleteTags),
        texts().prop_map(Change::Prepend),
        Just(Change::RemoveHome),
        (0_u32..3).prop_map(Change::RemoveLog),
        "[ab]".prop_map(Change::RemoveSum),
        text().prop_map(Change::SetCity),
        proptest::option::of((text(), floor())).prop_map(Change::SetHome),
        (0_u32..3, text()).prop_map(|(index, text)| Change::SetLog(index, text)),
        text().prop_map(Change::SetName),
        text().prop_map(Change::SetNoteIfAbsent),
        ("[ab]", sum()).prop_map(|(name, sum)| Change::SetSumIfAbsent(name, sum)),
        count().prop_map(Change::SubtractCount),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn service_and_rust_agree(start in counters(), updates in vec(vec(change(), 1..5), 1..8)) {
        let test = async {
            let store = dyno_testbed::store();
            store.ensure_tables::<Counter>().await.unwrap();
            store.save(start.clone()).await.unwrap();
            let mut now = start;
            for mut changes in updates {
                changes.sort_by_key(Change::place);
                changes.dedup_by_key(|change| change.place());
                let update = store.update::<Counter>("c");
                let update = changes.iter().fold(update, |update, change| change.update(update));
                let mut after = now.clone();
                let possible = changes.iter().all(|change| change.make(&mut after).is_some());
                let returned = update.returning_new().await;
                prop_assert_eq!(returned.is_ok(), possible, "{:?} of {:?}: {:?}", changes, now, returned);
                if let Ok(returned) = returned {
                    prop_assert_eq!(&*returned, &after, "{:?}", changes);
                    now = after;
                }
                let loaded = store.load::<Counter>("c").await.unwrap();
                prop_assert_eq!(&*loaded, &now, "{:?}", changes);
            }
            Ok(())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(test)?;
    }
}
