use dyno::DyObject;

use super::fixture::{Note, SortedLine, note, setup};

/// Everything of a thread in one partition of one table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Threads", key = "FORUM", sort = "THREAD")]
struct Thread {
    #[dyno(key)]
    forum: String,
    #[dyno(sort, rename = "THREAD")]
    name: String,
    #[dyno(shard(table = "Threads"))]
    head: Note,
    #[dyno(shard(table = "Threads"))]
    posts: Vec<SortedLine>,
}

/// A shard in another table than its type's.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Homes", key = "ID")]
struct Home {
    #[dyno(shard(table = "HomeNotes"))]
    note: Note,
    #[dyno(shard)]
    other: Note,
}

fn thread(name: &str, posts: u32) -> Thread {
    let post = |number: u32| SortedLine {
        product: number.to_string(),
    };
    Thread {
        forum: "rust".into(),
        name: name.into(),
        head: note("h"),
        posts: (0..posts).map(post).collect(),
    }
}

#[tokio::test]
async fn shards_beside_their_root_load_with_it_in_one_query() {
    let setup = setup::<Thread>().await;
    let mut objects = Vec::new();
    for name in ["t", "t1", "t#Threads", "t#Threads/posts"] {
        let object = thread(name, 90);
        objects.push(setup.store.save(object).await.unwrap());
    }
    setup.recorder.take();
    for saved in &mut objects {
        let loaded = setup.store.load::<Thread>(saved.key()).await.unwrap();
        assert_eq!(*loaded, **saved);
        assert_eq!(setup.sent(), ["Query"]);
        saved.posts.remove(3);
        saved.save().await.unwrap();
        assert_eq!(setup.sent(), ["TransactWriteItems"]);
    }
    for saved in objects {
        setup.store.delete::<Thread>(saved.key()).await.unwrap();
    }
    assert!(setup.dump("Threads").await.is_empty());
}

#[tokio::test]
async fn a_field_may_name_another_table_for_its_shard() {
    let setup = setup::<Home>().await;
    let home = Home {
        note: note("a"),
        other: note("b"),
    };
    setup.saved(home.clone()).await;
    assert_eq!(setup.dump("HomeNotes").await.len(), 1);
    assert_eq!(setup.dump("Notes").await.len(), 1);
    assert_eq!(*setup.store.load::<Home>("k").await.unwrap(), home);
}

macro_rules! wide {
    ($($field:ident)*) => {
        #[derive(DyObject, Clone, Debug, PartialEq)]
        #[dyno(table = "Wide", key = "ID")]
        struct Wide {
            $(#[dyno(shard)] $field: Note,)*
        }

        fn wide() -> Wide {
            Wide { $($field: note(stringify!($field)),)* }
        }
    };
}

wide!(a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20);

#[tokio::test]
async fn an_object_of_twenty_shards_is_one_request_each_way() {
    let setup = setup::<Wide>().await;
    let mut saved = setup.store.save(wide()).key("k").await.unwrap();
    assert_eq!(setup.sent(), ["TransactWriteItems"]);
    assert_eq!(*setup.store.load::<Wide>("k").await.unwrap(), wide());
    assert_eq!(setup.sent(), ["BatchGetItem"]);
    saved.a7.text = "changed".into();
    saved.save().await.unwrap();
    let requests = setup.recorder.take();
    let actions = requests[0].body()["TransactItems"].as_array().unwrap();
    assert_eq!((requests.len(), actions.len()), (1, 2));
    setup.store.delete::<Wide>("k").await.unwrap();
    assert_eq!(setup.sent(), ["TransactWriteItems"]);
}
