//! Types that share a table.

use dyno::{DyObject, ErrorKind, Store};

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

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Toys", key = "ID")]
struct Toy {
    colour: String,
}

/// A plain object.
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
    let store = Store::embedded().unwrap();
    store.ensure_tables::<Cat>().await.unwrap();
    let cats = ["Tom", "Tim"].map(|name| Cat {
        name: name.into(),
        toy: toy(),
    });
    store.save_many(cats).keys(["tom", "tim"]).await.unwrap();
    let dog = Dog {
        name: "Rex".into(),
        toy: toy(),
    };
    store.save(dog).key("rex").await.unwrap();
    store
}

#[tokio::test]
async fn an_object_of_another_type_is_left_over() {
    let store = zoo().await;
    let error = store
        .load_many::<Cat>(["tom", "rex", "nobody", "tim"])
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    let (done, left) = error.into_parts();
    assert_eq!(done.iter().flatten().count(), 2);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].key().to_string(), "rex");
    let error = store.delete_many::<Cat>(["tom", "rex"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    assert_eq!(error.left().count(), 1);
    assert!(store.load::<Cat>("tom").optional().await.unwrap().is_none());
    assert_eq!(store.load::<Dog>("rex").await.unwrap().name, "Rex");
}

#[tokio::test]
async fn a_batch_replaces_and_deletes_plain_objects_only() {
    let store = zoo().await;
    let fish = || store.save_many([Fish { fins: 2 }, Fish { fins: 3 }]);
    let error = fish().keys(["tom", "nemo"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    assert_eq!(error.into_left()[0].object(), &Fish { fins: 2 });
    assert_eq!(store.load::<Fish>("nemo").await.unwrap().fins, 3);
    let error = store.delete_many::<Fish>(["tom", "nemo"]).await;
    assert_eq!(error.unwrap_err().left().count(), 1);
    assert_eq!(store.load::<Cat>("tom").await.unwrap().name, "Tom");
}

/// A cat as a later version of the program declares it.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "All", key = "ID", tag = "Cat")]
struct CatWithoutToy {
    name: String,
}

#[tokio::test]
async fn a_type_that_lost_its_shards_does_not_leave_them_behind() {
    let store = zoo().await;
    let cat = || CatWithoutToy { name: "Tim".into() };
    let error = store.save_many([cat()]).keys(["tom"]).await.unwrap_err();
    let alone = store.save(cat()).key("tom").await.unwrap_err();
    assert_eq!(error.kind(), alone.kind());
    let error = store.delete_many::<CatWithoutToy>(["tom"]).await;
    let alone = store.delete::<CatWithoutToy>("tom").await;
    assert_eq!(error.unwrap_err().kind(), alone.unwrap_err().kind());
    assert_eq!(store.load::<Cat>("tom").await.unwrap().toy, toy());
}

#[tokio::test]
async fn an_unconditional_batch_takes_whatever_has_the_key_and_leaves_shards_behind() {
    let store = zoo().await;
    let toys = async || dyno_testkit::dump(&store.client::<Toy>().unwrap(), "Toys").await;
    assert_eq!(toys().await.unwrap().len(), 3);
    let cats = store.save_many([CatWithoutToy { name: "Tim".into() }]);
    cats.keys(["tom"]).unconditional().await.unwrap();
    let cat = store.load::<CatWithoutToy>("tom").await.unwrap();
    assert_eq!(cat.name, "Tim");
    let gone = store.delete_many::<CatWithoutToy>(["tim", "rex"]);
    gone.unconditional().await.unwrap();
    assert!(store.load::<Dog>("rex").optional().await.unwrap().is_none());
    assert_eq!(toys().await.unwrap().len(), 3);
}
