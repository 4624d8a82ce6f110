//! Types that share a table.

use dyno::{DyObject, ErrorKind, Store};

use crate::fixture::store;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "All", key = "ID", tag = "Cat")]
struct Cat {
    name: String,
    #[dyno(shard)]
    toy: Toy,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "All", key = "ID", tag = "Dog")]
struct Dog {
    name: String,
    #[dyno(shard)]
    toy: Toy,
}

/// Stands in the table of the objects that have it.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "All", key = "ID", tag = "Toy")]
struct Toy {
    colour: String,
}

/// A plain object, which does not say what it is.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "All", key = "ID", tag = "Fish")]
struct Fish {
    fins: u32,
}

fn toy() -> Toy {
    Toy {
        colour: "red".into(),
    }
}

async fn zoo() -> Store {
    let (store, _) = store().await;
    store.ensure_tables::<Cat>().await.unwrap();
    for name in ["a", "b", "c"] {
        let (cat, dog) = (format!("cat-{name}"), format!("dog-{name}"));
        let name = name.to_owned();
        let object = Cat {
            name: name.clone(),
            toy: toy(),
        };
        store.save(object).key(cat).await.unwrap();
        store.save(Dog { name, toy: toy() }).key(dog).await.unwrap();
    }
    store.delete::<Dog>("dog-b").await.unwrap();
    store
}

#[tokio::test]
async fn each_type_finds_its_own() {
    let store = zoo().await;
    for limit in [1, 2, 3, 100] {
        assert_eq!(store.scan::<Cat>().limit(limit).await.unwrap().len(), 3);
        assert_eq!(store.scan::<Dog>().limit(limit).await.unwrap().len(), 2);
    }
    assert_eq!(store.scan::<Cat>().take(3).await.unwrap().len(), 3);
    assert_eq!(store.scan::<Cat>().count().await.unwrap(), 3);
    assert_eq!(store.scan::<Dog>().count().await.unwrap(), 2);
    assert_eq!(store.query::<Dog>().key("cat-a").await.unwrap().len(), 0);
    let not = !Dog::fields().name().eq("a".to_owned());
    let found = store.scan::<Dog>().filter(not).await.unwrap();
    assert_eq!((found.len(), found[0].name.as_str()), (1, "c"));
}

#[tokio::test]
async fn a_plain_object_is_taken_for_one_of_the_type_unless_a_filter_says_otherwise() {
    let store = zoo().await;
    assert!(store.scan::<Fish>().await.unwrap().is_empty());
    store.save(Fish { fins: 2 }).key("fish").await.unwrap();
    assert_eq!(store.scan::<Fish>().await.unwrap().len(), 1);
    assert_eq!(store.scan::<Fish>().count().await.unwrap(), 1);

    let error = store.scan::<Cat>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DoesNotFit);
    assert_eq!(error.key().unwrap().to_string(), "fish");
    let cats = || store.scan::<Cat>().filter(Cat::fields().name().exists());
    assert_eq!(cats().await.unwrap().len(), 3);
    assert_eq!(cats().count().await.unwrap(), 3);
}
