//! Keys of secondary indexes while several programs write: each is what the stored fields make, or the later write is refused.

use std::collections::{BTreeMap, BTreeSet};

use dyno::document::Shape;
use dyno::{AttributeValue, DyObject, ErrorKind, Item, Key, Saved, Store};
use dyno_testkit::Recorder;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::fixture::{empty, put, stored_item};

/// With a key that is there only if both of its fields are.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "JOB#{id}",
    tag = "Job",
    index(name = "gsi1", key = "W#{worker}#{region}", sort = "{rank}#{id}")
)]
struct Job {
    tenant: String,
    id: u32,
    worker: Option<u16>,
    region: Option<String>,
    #[dyno(default)]
    rank: u8,
    note: String,
}

fn key() -> Key {
    Job::key_of(("acme", 1))
}

fn job(worker: Option<u16>, region: Option<&str>) -> Job {
    Job {
        tenant: "acme".into(),
        id: 1,
        worker,
        region: region.map(str::to_owned),
        rank: 0,
        note: String::new(),
    }
}

async fn store() -> (Store, Recorder) {
    let (store, recorder) = empty();
    store.ensure_tables::<Job>().await.unwrap();
    recorder.take();
    (store, recorder)
}

/// What a reader makes of the fields as they stand, by the format.
fn made(item: &Item) -> BTreeMap<&'static str, String> {
    let text = |name: &str| item.get(name).and_then(|text| text.as_s().ok()).cloned();
    let number = |name: &str| -> Option<u64> {
        let number = item.get(name)?.as_n().ok()?;
        number.parse().ok()
    };
    let partition = number("worker").zip(text("region"));
    let partition = partition.map(|(worker, region)| format!("W#{worker:05}#{region}"));
    let sort = number("rank").zip(number("id"));
    let sort = sort.map(|(rank, id)| format!("{rank:03}#{id:010}"));
    let made = [("GSI1PK", partition), ("GSI1SK", sort)];
    made.into_iter()
        .filter_map(|(name, key)| Some((name, key?)))
        .collect()
}

fn keys_of(item: &Item) -> BTreeMap<&'static str, String> {
    let names = ["GSI1PK", "GSI1SK"].into_iter();
    let keys = names.filter_map(|name| Some((name, item.get(name)?.as_s().unwrap().clone())));
    keys.collect()
}

async fn assert_law(store: &Store, after: &str) {
    let item = stored_item(store, &key()).await;
    assert_eq!(keys_of(&item), made(&item), "after {after}: {item:?}");
}

/// Two programs, in either order.
fn in_turn<'a, T>(is_turned: bool, first: &'a mut T, second: &'a mut T) -> [&'a mut T; 2] {
    if is_turned {
        [second, first]
    } else {
        [first, second]
    }
}

async fn two(store: &Store) -> [Saved<Job>; 2] {
    let first = store.load::<Job>(key()).await.unwrap();
    let second = store.load::<Job>(key()).await.unwrap();
    [first, second]
}

#[tokio::test]
async fn two_saves_of_fields_of_one_key_do_not_pass_each_other() {
    for (region, moved) in [(None, "eu"), (Some("eu"), "us")] {
        for is_turned in [false, true] {
            let (store, _) = store().await;
            store.save(job(None, region)).await.unwrap();
            let [mut first, mut second] = two(&store).await;
            first.worker = Some(1);
            second.region = Some(moved.into());
            let [winner, loser] = in_turn(is_turned, &mut first, &mut second);
            winner.save().await.unwrap();
            let error = loser.save().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert_law(&store, "one of two saves").await;
        }
    }
}

#[tokio::test]
async fn a_save_in_a_transaction_does_not_pass_another_either() {
    for is_turned in [false, true] {
        let (store, _) = store().await;
        store.save(job(None, Some("eu"))).await.unwrap();
        let [mut first, mut second] = two(&store).await;
        first.worker = Some(1);
        second.region = Some("us".into());
        let [winner, loser] = in_turn(is_turned, &mut first, &mut second);
        store.transaction().save(winner).await.unwrap();
        let error = store.transaction().save(loser).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_law(&store, "one of two transactions").await;
    }
}

#[tokio::test]
async fn a_save_does_not_pass_an_update_in_place() {
    let (store, _) = store().await;
    store.save(job(None, Some("eu"))).await.unwrap();
    let fields = Job::fields;
    let [mut first, mut second] = two(&store).await;
    store
        .update::<Job>(key())
        .set(fields().worker(), 1_u16)
        .set(fields().region(), "eu".to_owned())
        .await
        .unwrap();
    first.region = Some("us".into());
    assert_eq!(first.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_law(&store, "an update and a refused save").await;

    store
        .update::<Job>(key())
        .remove(fields().worker())
        .await
        .unwrap();
    assert_law(&store, "an update that takes the key away").await;
    second.region = Some("us".into());
    second.save().await.unwrap();
    assert_law(&store, "a save").await;
    store
        .update::<Job>(key())
        .set(fields().worker(), 1_u16)
        .set(fields().region(), "eu".to_owned())
        .await
        .unwrap();
    assert_law(&store, "an update after a save").await;
}

#[tokio::test]
async fn saves_of_other_fields_pass_each_other_still() {
    let (store, _) = store().await;
    store.save(job(Some(1), Some("eu"))).await.unwrap();
    let [mut first, mut second] = two(&store).await;
    first.worker = Some(2);
    second.note = "late".into();
    first.save().await.unwrap();
    second.save().await.unwrap();
    let loaded = store.load::<Job>(key()).await.unwrap();
    assert_eq!((loaded.worker, loaded.note.as_str()), (Some(2), "late"));
    assert_law(&store, "two saves").await;
}

#[tokio::test]
async fn variants_do_not_pass_each_other() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(
        table = "App",
        key = "TENANT#{tenant}",
        sort = "JOB#{id}",
        tag = "Job",
        index(name = "gsi1", key = "W#{worker}#{region}", sort = "{rank}#{id}")
    )]
    enum State {
        Waiting {
            tenant: String,
            id: u32,
            region: String,
            rank: u8,
        },
        Running {
            tenant: String,
            id: u32,
            region: String,
            rank: u8,
            worker: u16,
        },
    }
    let waiting = |region: &str| State::Waiting {
        tenant: "acme".into(),
        id: 1,
        region: region.into(),
        rank: 1,
    };
    let running = State::Running {
        tenant: "acme".into(),
        id: 1,
        region: "eu".into(),
        rank: 1,
        worker: 1,
    };
    for is_turned in [false, true] {
        let (store, _) = store().await;
        let mut first = store.save(waiting("eu")).await.unwrap();
        let mut second = store.load::<State>(key()).await.unwrap();
        *first = running.clone();
        *second = waiting("us");
        let [winner, loser] = in_turn(is_turned, &mut first, &mut second);
        winner.save().await.unwrap();
        let error = loser.save().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_law(&store, "one of two variants").await;
    }
}

/// As a program stored it that knew neither the index nor the field with a default.
async fn put_older(store: &Store) {
    store.save(job(Some(1), Some("eu"))).await.unwrap();
    let mut item = stored_item(store, &key()).await;
    for name in ["GSI1PK", "GSI1SK", "rank"] {
        item.remove(name);
    }
    put(store, item).await;
}

#[tokio::test]
async fn a_default_is_written_with_the_key_that_is_made_of_it() {
    let (store, recorder) = store().await;
    put_older(&store).await;
    recorder.take();
    let mut loaded = store.load::<Job>(key()).await.unwrap();
    loaded.save().await.unwrap();
    assert_eq!(recorder.take().len(), 2);
    let item = stored_item(&store, &key()).await;
    assert_eq!(item.get("rank"), Some(&AttributeValue::N("0".into())));
    assert_eq!(item["GSI1SK"].as_s().unwrap(), "000#0000000001");
    assert_law(&store, "a save of a default").await;
    recorder.take();
    loaded.save().await.unwrap();
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn what_a_document_writes_is_found_again_once_the_type_has_saved_it() {
    let (store, _) = store().await;
    store.save(job(Some(1), Some("eu"))).await.unwrap();
    let shape = Shape::root("App", "PK").sort("SK").tag("Job");
    let jobs = store.documents(shape);
    let write = jobs.write_path(key(), "$.worker", 2);
    write.await.unwrap();
    let item = stored_item(&store, &key()).await;
    assert_eq!(item["GSI1PK"].as_s().unwrap(), "W#00001#eu");
    for mut found in store.scan::<Job>().await.unwrap() {
        found.save().await.unwrap();
    }
    let item = stored_item(&store, &key()).await;
    assert_eq!(item["GSI1PK"].as_s().unwrap(), "W#00002#eu");
    assert_law(&store, "a save of what a document wrote").await;
}

#[tokio::test]
async fn the_page_after_a_cursor_of_a_made_key_follows_it() {
    let (store, _) = store().await;
    for id in 1..=3 {
        let mut job = job(Some(1), Some("eu"));
        job.id = id;
        store.save(job).await.unwrap();
    }
    let jobs = || {
        store
            .query::<Job>()
            .index(Job::indexes().gsi1())
            .of((1, "eu"))
    };
    let first = jobs().page(2).await.unwrap();
    let ids = |page: &[Saved<Job>]| -> Vec<u32> { page.iter().map(|job| job.id).collect() };
    assert_eq!(ids(first.objects()), [1, 2]);
    let text = first.cursor().unwrap().to_string();
    let rest = jobs().from(text.parse().unwrap()).page(2).await.unwrap();
    assert_eq!(ids(rest.objects()), [3]);
    assert!(rest.cursor().is_none());
}

/// What a program does next, with one of two objects that it loaded, or with the stored one.
#[derive(Clone, Debug)]
enum Deed {
    Load(bool),
    Worker(bool, Option<u16>),
    Region(bool, Option<&'static str>),
    Rank(bool, u8),
    Note(bool),
    Save(bool),
    SaveInTransaction(bool),
    Put(Option<u16>, Option<&'static str>),
    SetBoth(u16, &'static str),
    RemoveWorker,
    WriteRegion(Option<&'static str>),
    WriteRank(u8),
    /// Another program, that knows neither the index nor the rank.
    PutOlder,
}

fn deed() -> impl Strategy<Value = Deed> {
    let worker = || proptest::option::of(1..3_u16);
    let region = || proptest::option::of(proptest::sample::select(vec!["eu", "us"]));
    prop_oneof![
        2 => any::<bool>().prop_map(Deed::Load),
        3 => (any::<bool>(), worker()).prop_map(|(at, worker)| Deed::Worker(at, worker)),
        3 => (any::<bool>(), region()).prop_map(|(at, region)| Deed::Region(at, region)),
        1 => (any::<bool>(), 0..2_u8).prop_map(|(at, rank)| Deed::Rank(at, rank)),
        1 => any::<bool>().prop_map(Deed::Note),
        5 => any::<bool>().prop_map(Deed::Save),
        1 => any::<bool>().prop_map(Deed::SaveInTransaction),
        1 => (worker(), region()).prop_map(|(worker, region)| Deed::Put(worker, region)),
        1 => (1..3_u16, proptest::sample::select(vec!["eu", "us"])).prop_map(|(worker, region)| Deed::SetBoth(worker, region)),
        1 => Just(Deed::RemoveWorker),
        1 => region().prop_map(Deed::WriteRegion),
        1 => (0..2_u8).prop_map(Deed::WriteRank),
        1 => Just(Deed::PutOlder),
    ]
}

fn one_of([first, second]: &mut [Saved<Job>; 2], is_second: bool) -> &mut Saved<Job> {
    if is_second { second } else { first }
}

async fn does(store: &Store, held: &mut [Saved<Job>; 2], deed: &Deed) -> Result<(), ErrorKind> {
    let fields = Job::fields;
    let update = || store.update::<Job>(key());
    let done = match deed.clone() {
        Deed::Load(at) => one_of(held, at).reload().await,
        Deed::Worker(at, worker) => {
            one_of(held, at).worker = worker;
            Ok(())
        }
        Deed::Region(at, region) => {
            one_of(held, at).region = region.map(str::to_owned);
            Ok(())
        }
        Deed::Rank(at, rank) => {
            one_of(held, at).rank = rank;
            Ok(())
        }
        Deed::Note(at) => {
            one_of(held, at).note.push('x');
            Ok(())
        }
        Deed::Save(at) => one_of(held, at).save().await,
        Deed::SaveInTransaction(at) => {
            let saved = store.transaction().save(one_of(held, at)).await;
            return saved.map(drop).map_err(|error| error.kind());
        }
        Deed::Put(worker, region) => {
            let saved = store.save(job(worker, region)).await;
            return saved.map(drop).map_err(|error| error.kind());
        }
        Deed::SetBoth(worker, region) => {
            let update = update().set(fields().worker(), worker);
            update.set(fields().region(), region.to_owned()).await
        }
        Deed::RemoveWorker => update().remove(fields().worker()).await,
        Deed::WriteRegion(region) => {
            let region = region.map(str::to_owned);
            let write = store.write_path::<Job, _>(key(), Job::paths().region(), region);
            write.await
        }
        Deed::WriteRank(rank) => {
            let write = store.write_path::<Job, _>(key(), Job::paths().rank(), rank);
            write.await
        }
        Deed::PutOlder => {
            put_older(store).await;
            Ok(())
        }
    };
    done.map_err(|error| error.kind())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_is_written_the_keys_are_what_the_fields_make(
        older in any::<bool>(), deeds in proptest::collection::vec(deed(), 1..24),
    ) {
        Runtime::new().unwrap().block_on(async {
            let (store, _) = store().await;
            store.save(job(None, Some("eu"))).await.unwrap();
            // The keys that another program left out, and nobody has written since.
            let mut left_out = BTreeSet::new();
            if older {
                put_older(&store).await;
                left_out.extend(["GSI1PK", "GSI1SK"]);
            }
            let mut held = two(&store).await;
            for deed in &deeds {
                if let Err(kind) = does(&store, &mut held, deed).await {
                    prop_assert_eq!(kind, ErrorKind::Conflict, "{:?} of {:?}", deed, deeds);
                }
                if matches!(deed, Deed::PutOlder) {
                    left_out.extend(["GSI1PK", "GSI1SK"]);
                }
                let item = stored_item(&store, &key()).await;
                let (stored, made) = (keys_of(&item), made(&item));
                for name in ["GSI1PK", "GSI1SK"] {
                    if stored.get(name) == made.get(name) {
                        left_out.remove(name);
                    } else {
                        let is_left_out = left_out.contains(name) && !stored.contains_key(name);
                        prop_assert!(is_left_out, "{} after {:?} of {:?}: {:?}", name, deed, deeds, item);
                    }
                }
            }
            Ok(())
        })?;
    }
}
