//! Several types in one table.

use dyno::table::TableSpec;
use dyno::{DyObject, ErrorKind};

use crate::fixture::{Order, Profile, Report, Task, shop};

#[tokio::test]
async fn each_type_finds_its_own_whatever_the_pages() {
    let (store, _) = shop().await;
    for limit in [1, 2, 3, 7, 100] {
        assert_eq!(store.scan::<Order>().limit(limit).await.unwrap().len(), 12);
        assert_eq!(store.scan::<Profile>().limit(limit).await.unwrap().len(), 2);
        assert_eq!(store.scan::<Report>().limit(limit).await.unwrap().len(), 4);
        let of_tenant = store.query::<Order>().of("acme").limit(limit);
        assert_eq!(of_tenant.await.unwrap().len(), 6);
        let raw = store.query::<Profile>().key("TENANT#acme").sort().ge("A");
        assert_eq!(raw.limit(limit).await.unwrap().len(), 1);
    }
    assert_eq!(store.scan::<Order>().count().await.unwrap(), 12);
    assert_eq!(store.scan::<Profile>().count().await.unwrap(), 2);
    assert_eq!(store.scan::<Report>().count().await.unwrap(), 4);
    let raw = store.query::<Profile>().key("TENANT#acme").sort().ge("A");
    assert_eq!(raw.count().await.unwrap(), 1);
    assert_eq!(store.scan::<Order>().take(5).await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_whole_partition_is_one_query_for_each_type() {
    let (store, recorder) = shop().await;
    let (profiles, orders, reports) = tokio::try_join!(
        store.query::<Profile>().of("acme").into_future(),
        store.query::<Order>().of("acme").into_future(),
        store.query::<Report>().of("acme").into_future(),
    )
    .unwrap();
    assert_eq!((profiles.len(), orders.len(), reports.len()), (1, 6, 2));
    assert_eq!(recorder.take().len(), 3);
}

#[test]
fn types_of_one_table_make_one_specification() {
    let specs = [
        TableSpec::of::<Order>().unwrap(),
        TableSpec::of::<Profile>().unwrap(),
        TableSpec::of::<Report>().unwrap(),
    ];
    let merged = TableSpec::merged(specs.into_iter().flatten()).unwrap();
    let text: String = merged.iter().map(TableSpec::to_string).collect();
    assert_eq!(
        text,
        "table `App`: key `PK` (a string), sort `SK` (a string); on demand\n"
    );
}

#[test]
fn types_that_name_the_keys_of_a_table_differently_do_not_share_it() {
    #[derive(DyObject, Debug)]
    #[dyno(
        table = "App",
        key(name = "pk", template = "USER#{id}"),
        sort(template = "PROFILE")
    )]
    struct Other {
        id: u64,
    }
    let specs = [
        TableSpec::of::<Order>().unwrap(),
        TableSpec::of::<Other>().unwrap(),
    ];
    let error = TableSpec::merged(specs.into_iter().flatten()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    let words = error.to_string();
    for part in ["share table `App`", "different keys", "`PK`", "`pk`"] {
        assert!(words.contains(part), "{words}");
    }
    assert_eq!(Other { id: 1 }.id, 1);
}

#[derive(DyObject, Debug)]
#[dyno(table = "Notes", key = "ID")]
struct Note {
    title: String,
    #[dyno(shard(table = "Parts"))]
    text: Text,
}

#[derive(DyObject, Debug)]
#[dyno(table = "Parts", key = "ID")]
struct Text {
    text: String,
}

/// Tells no type, as `Note` tells the one of its table.
#[derive(DyObject, Debug)]
#[dyno(table = "Notes", key = "ID")]
struct Title {
    title: String,
}

#[derive(DyObject, Debug)]
#[dyno(table = "Notes", key = "ID")]
struct Draft {
    title: String,
    #[dyno(shard(table = "Parts"))]
    text: Text,
}

#[derive(DyObject, Debug)]
#[dyno(table = "Notes", key = "ID", tag = "Draft")]
struct TaggedDraft {
    title: String,
    #[dyno(shard(table = "Parts"))]
    text: Text,
}

mod older {
    use super::Text;

    #[derive(dyno::DyObject, Debug)]
    #[dyno(table = "Notes", key = "ID")]
    pub(super) struct Note {
        text: String,
        #[dyno(shard(table = "Parts"))]
        more: Text,
    }
}

/// An enum says its tag elsewhere.
#[derive(DyObject, Debug)]
#[dyno(table = "Notes", key = "ID")]
enum Choice {
    Yes {
        #[dyno(encrypt)]
        why: String,
    },
}

#[tokio::test]
async fn types_of_one_table_and_tag_would_be_taken_for_each_other() {
    let (store, recorder) = crate::fixture::empty();
    let made = store.ensure_tables::<Note>().and::<Draft>().await;
    let checked = store.check_tables::<Draft>().and::<Note>().await;
    let migrated = store.migrate_tables::<Note>().and::<Draft>().await;
    for error in [
        made.unwrap_err(),
        checked.unwrap_err(),
        migrated.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidShape);
        let words = error.to_string();
        for part in ["`Note`", "`Draft`", "`#[dyno(tag = ", "table `Notes`"] {
            assert!(words.contains(part), "{words}");
        }
    }
    let of_one_name = store.ensure_tables::<Note>().and::<older::Note>();
    let error = of_one_name.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(recorder.take().is_empty());
    let apart = store.ensure_tables::<Note>().and::<TaggedDraft>();
    apart.and::<Note>().await.unwrap();
    store
        .check_tables::<Note>()
        .and::<Title>()
        .and::<Choice>()
        .await
        .unwrap();
}

#[tokio::test]
async fn indexes_of_one_type_are_of_the_table_and_pass_over_the_others() {
    #[derive(DyObject, Debug)]
    #[dyno(table = "App", key = "TENANT#{tenant}", sort = "BUG#{id}", tag = "Bug")]
    struct Bug {
        tenant: String,
        id: u32,
        #[dyno(index(name = "by-state", key))]
        state: String,
    }
    let (store, _) = crate::fixture::empty();
    let specs = [
        TableSpec::of::<Task>().unwrap(),
        TableSpec::of::<Bug>().unwrap(),
        TableSpec::of::<Order>().unwrap(),
    ];
    let merged = TableSpec::merged(specs.into_iter().flatten()).unwrap();
    assert_eq!(merged.len(), 1);
    store.ensure_specs(merged).await.unwrap();
    for id in 0..3 {
        let (tenant, state) = (format!("t{id}"), "open".to_owned());
        let bug = Bug {
            tenant: tenant.clone(),
            id,
            state: state.clone(),
        };
        store.save(bug).await.unwrap();
        store.save(Task { tenant, id, state }).await.unwrap();
    }
    let tasks = || {
        store
            .query::<Task>()
            .index(Task::indexes().by_state())
            .key("open")
    };
    assert_eq!(tasks().count().await.unwrap(), 3);
    for limit in [1, 2, 100] {
        let found = tasks().limit(limit).await.unwrap();
        assert_eq!(found.len(), 3);
        assert!(
            found
                .iter()
                .all(|task| task.state == "open" && task.tenant == format!("t{}", task.id))
        );
    }
    let bugs = store
        .query::<Bug>()
        .index(Bug::indexes().by_state())
        .key("open");
    assert_eq!(
        bugs.take(2)
            .await
            .unwrap()
            .iter()
            .map(|bug| bug.tenant.len() + bug.state.len())
            .sum::<usize>(),
        12
    );
    let first = store.load::<Bug>(Bug::key_of(("t0", 0))).await.unwrap();
    assert_eq!(first.id, 0);
}

#[tokio::test]
async fn types_without_a_tag_of_their_own_are_told_apart_by_their_keys() {
    #[derive(DyObject, Debug)]
    #[dyno(table = "App", key = "TENANT#{tenant}", sort = "CAT#{name}")]
    struct Cat {
        tenant: String,
        name: String,
    }

    #[derive(DyObject, Debug)]
    #[dyno(table = "App", key = "TENANT#{tenant}", sort = "DOG#{number}")]
    struct Dog {
        tenant: String,
        number: u8,
    }
    let (store, _) = shop().await;
    let tenant = || "acme".to_owned();
    store
        .save(Cat {
            tenant: tenant(),
            name: "tom".into(),
        })
        .await
        .unwrap();
    store
        .save(Dog {
            tenant: tenant(),
            number: 1,
        })
        .await
        .unwrap();
    let cats = store.scan::<Cat>().await.unwrap();
    assert_eq!(
        (cats.len(), cats[0].name.as_str(), cats[0].tenant.as_str()),
        (1, "tom", "acme")
    );
    assert_eq!(store.scan::<Cat>().count().await.unwrap(), 1);
    let dogs = store.scan::<Dog>().await.unwrap();
    assert_eq!(
        (dogs.len(), dogs[0].number, dogs[0].tenant.as_str()),
        (1, 1, "acme")
    );
    assert_eq!(store.scan::<Dog>().count().await.unwrap(), 1);
    let key = Cat::key_of(("acme", "tom"));
    let error = store.load::<Dog>(key).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    assert!(error.to_string().contains("`DOG#{number}`"), "{error}");
}
