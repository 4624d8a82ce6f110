//! Tables that hold several types, objects of many or of large values.

use std::collections::BTreeMap;

use dyno::{DyObject, ErrorKind, Rules};

use super::{Card, card, card_rules};
use crate::file::{key, keys, promoted, retired, setup};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Cards", key = "ID", tag = "Badge")]
struct Badge {
    #[dyno(encrypt)]
    number: String,
}

#[tokio::test]
async fn objects_of_another_type_in_the_table_are_passed_over() {
    let setup = setup::<Card>().await;
    let keys = keys();
    let save = setup.store.save(card()).key("a");
    save.loader(card_rules(&keys)).await.unwrap();
    let badge = Badge { number: "1".into() };
    let save = setup.store.save(badge.clone()).key("b");
    save.loader(card_rules(&keys)).await.unwrap();
    let report = setup
        .store
        .reseal::<Card>()
        .loader(card_rules(&promoted(&keys)))
        .await
        .unwrap();
    assert_eq!((report.objects(), report.passed_over()), (1, 1));
    assert!(report.is_complete());
    let audit = setup.store.audit::<Badge>().await.unwrap();
    assert_eq!((audit.count("2026"), audit.count("2027")), (1, 0));
    let load = setup.store.load::<Badge>("b").loader(card_rules(&keys));
    assert_eq!(*load.await.unwrap(), badge);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Wide", key = "ID")]
struct Wide {
    #[dyno(key)]
    id: String,
    values: BTreeMap<String, String>,
    nested: Vec<Vec<String>>,
}

#[tokio::test]
async fn more_values_than_an_expression_names_take_several_updates() {
    let setup = setup::<Wide>().await;
    let keys = keys();
    let rules = |keys: &dyno::Keyring| {
        let rules = Rules::new().with_keyring(keys.clone()).unwrap();
        rules
            .encrypt_with_primary(["values.*", "nested[*][*]"])
            .unwrap()
    };
    let wide = Wide {
        id: "w".into(),
        values: (0..450)
            .map(|number| (format!("set {number} = :v"), number.to_string()))
            .collect(),
        nested: vec![vec!["a".into(), "b".into()], vec!["c".into()]],
    };
    let save = setup.store.save(wide.clone()).loader(rules(&keys));
    save.await.unwrap();
    setup.recorder.take();
    let reseal = setup.store.reseal::<Wide>();
    let report = reseal.loader(rules(&promoted(&keys))).await.unwrap();
    assert_eq!(report.resealed_from("2026", "2027"), 453);
    assert_eq!(report.changed(), 1);
    assert_eq!(setup.recorder.count("UpdateItem"), 5);
    let load = setup.store.load::<Wide>("w").loader(rules(&retired(&keys)));
    assert_eq!(*load.await.unwrap(), wide);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Bags", key = "IDX")]
struct Bag {
    values: BTreeMap<String, String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Chests", key = "ID")]
struct Chest {
    name: String,
    #[dyno(shard)]
    bag: Bag,
}

/// Values whose item is nearly as large as any may be.
fn large() -> BTreeMap<String, String> {
    let value = |number| (format!("v{number:03}"), "x".repeat(3990));
    (0..100).map(value).collect()
}

#[tokio::test]
async fn what_would_not_fit_its_item_any_more_is_saved_in_pieces_or_reported() {
    let setup = setup::<Chest>().await;
    setup.store.ensure_tables::<Wide>().await.unwrap();
    let long = "long key id ".repeat(5);
    let mut keys = dyno::Keyring::new(key("k"));
    keys.insert(key(&long)).unwrap();
    let rules = |keys: &dyno::Keyring| {
        let rules = Rules::new().with_keyring(keys.clone()).unwrap();
        let patterns = ["name", "values.*", "bag.values.*"];
        rules.encrypt_with_primary(patterns).unwrap()
    };
    let chest = Chest {
        name: "n".into(),
        bag: Bag { values: large() },
    };
    let wide = Wide {
        id: "w".into(),
        values: large(),
        nested: Vec::new(),
    };
    let save = setup.store.save(chest.clone()).key("c");
    save.loader(rules(&keys)).await.unwrap();
    let save = setup.store.save(wide.clone()).loader(rules(&keys));
    save.await.unwrap();
    let bags = || dyno_testkit::dump(&setup.client, "Bags");
    assert_eq!(bags().await.unwrap().len(), 1);
    keys.promote(&long).unwrap();

    let reseal = setup.store.reseal::<Chest>().loader(rules(&keys));
    let report = reseal.await.unwrap();
    assert_eq!((report.failed(), report.values()), (0, 101), "{report:?}");
    assert_eq!(bags().await.unwrap().len(), 2);
    let audit = setup.store.audit::<Chest>().await.unwrap();
    assert_eq!((audit.count("k"), audit.count(&long)), (0, 101));
    let load = setup.store.load::<Chest>("c").loader(rules(&keys));
    assert_eq!(*load.await.unwrap(), chest);

    setup.recorder.take();
    let reseal = setup.store.reseal::<Wide>().loader(rules(&keys));
    let report = reseal.await.unwrap();
    assert_eq!((report.failed(), report.values()), (1, 0));
    assert_eq!(report.failures()[0].error().kind(), ErrorKind::TooLarge);
    assert_eq!(setup.recorder.operations(), ["Scan"]);
    let load = setup.store.load::<Wide>("w").loader(rules(&keys));
    assert_eq!(*load.await.unwrap(), wide);
}
