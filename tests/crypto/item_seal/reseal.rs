//! Walks that bring the seals of stored objects up to date, or take them away.

use dyno::{ErrorKind, Keyring, Shards};

use super::migration::{before_seals, policy};
use super::*;

/// The key of the seals, and a newer one that seals.
fn promoted(setup: &Setup) -> Keyring {
    let mut keys = Keyring::new(setup.keys.seals.clone());
    keys.insert(key("seals-2")).unwrap();
    keys.promote("seals-2").unwrap();
    keys
}

#[tokio::test]
async fn a_reseal_seals_every_item_with_the_primary_keys_of_fields_and_of_seals() {
    let setup = setup().await;
    setup.saved().await;
    let mut seals = Keyring::new(setup.keys.seals.clone());
    seals.insert(key("seals-2")).unwrap();
    seals.promote("seals-2").unwrap();
    let mut fields = Keyring::new(setup.keys.fields.clone());
    fields.insert(key("fields-2")).unwrap();
    fields.promote("fields-2").unwrap();
    let rules = || {
        let rules = Rules::new().with_keyring(fields.clone()).unwrap();
        let rules = rules.encrypt_with_primary(["secret"]).unwrap();
        rules.seal_items(seals.clone()).unwrap()
    };
    let plan = setup.store.reseal::<Contract>().loader(rules()).dry_run();
    let planned = plan.await.unwrap();
    assert_eq!((planned.values(), planned.items_sealed()), (1, 1));

    let reseal = setup.store.reseal::<Contract>().loader(rules());
    let report = reseal.await.unwrap();
    assert_eq!((report.values(), report.items_sealed()), (1, 1), "{report}");
    assert_eq!(report.changed(), 1);
    assert!(report.is_complete());
    for (table, item) in setup.items().await {
        if let Some(seal) = item.get(SEAL) {
            let seal = seal.as_b().unwrap().as_ref();
            assert!(seal[4..].starts_with(b"seals-2"), "{table}");
        }
    }
    seals.retire("seals").unwrap();
    fields.retire("fields").unwrap();
    let rules = Rules::new().with_keyring(fields).unwrap();
    let rules = rules.encrypt_with_primary(["secret"]).unwrap();
    let rules = rules.seal_items(seals).unwrap();
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    assert_eq!(*load.loader(rules.clone()).await.unwrap(), contract());
    let again = setup
        .store
        .reseal::<Contract>()
        .loader(rules)
        .await
        .unwrap();
    assert_eq!(
        (again.values(), again.items_sealed(), again.changed()),
        (0, 0, 0)
    );
}

#[tokio::test]
async fn a_reseal_does_not_seal_what_somebody_changed() {
    let setup = setup().await;
    setup.saved().await;
    let mut root = setup.root().await;
    root.insert("title".to_owned(), AttributeValue::S("forged".into()));
    setup.put("Contracts", root.clone()).await;
    let rules = setup
        .keys
        .without_seals()
        .seal_items(key("seals-2"))
        .unwrap();
    let report = setup
        .store
        .reseal::<Contract>()
        .loader(rules)
        .await
        .unwrap();
    assert_eq!((report.changed(), report.items_sealed()), (0, 0));
    assert!(!report.is_complete());
    let report = setup.store.reseal::<Contract>().await.unwrap();
    assert!(!report.is_complete());
    assert_eq!(setup.root().await, root);
}

#[tokio::test]
async fn a_reseal_gives_seals_to_objects_of_before() {
    let setup = setup().await;
    before_seals(&setup).await;
    let rules = setup.keys.rules().with_read_policy(policy());
    let report = setup
        .store
        .reseal::<Contract>()
        .loader(rules)
        .await
        .unwrap();
    assert_eq!(
        (report.items_sealed(), report.is_complete()),
        (1, true),
        "{report}"
    );
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    assert_eq!(*load.await.unwrap(), contract());
}

#[tokio::test]
async fn a_reseal_reaches_the_lazy_shard_that_a_save_left_with_the_old_key() {
    let setup = setup().await;
    setup.saved().await;
    let mut seals = promoted(&setup);
    let rules = |seals: &Keyring| {
        let rules = setup.keys.without_seals();
        rules.seal_items(seals.clone()).unwrap()
    };
    let load = setup.store.load::<Contract>("c").loader(rules(&seals));
    let mut loaded = load.await.unwrap();
    loaded.title = "lease, signed".into();
    loaded.save().await.unwrap();
    let counts = || async {
        let audit = setup.store.audit::<Contract>().await.unwrap();
        (audit.count("seals"), audit.count("seals-2"))
    };
    assert_eq!(counts().await, (1, 6), "`remark` was not loaded");

    let reseal = || setup.store.reseal::<Contract>().loader(rules(&seals));
    let planned = reseal().dry_run().await.unwrap();
    assert_eq!((planned.items_sealed(), planned.is_complete()), (1, false));
    let before = setup.items().await;
    let report = reseal().await.unwrap();
    assert_eq!((report.items_sealed(), report.is_complete()), (1, true));
    assert_eq!(counts().await, (0, 7));
    let after = setup.items().await;
    let written = before.iter().zip(&after).filter(|(old, new)| old != new);
    let written: Vec<_> = written.map(|((table, _), _)| *table).collect();
    assert_eq!(written, ["Contracts", "Remarks"], "nothing else is written");
    assert_eq!(reseal().await.unwrap().changed(), 0);

    seals.retire("seals").unwrap();
    let load = setup.store.load::<Contract>("c").loader(rules(&seals));
    let loaded = load.await.unwrap();
    assert_eq!(loaded.remark.get().await.unwrap().text, "none");
    let all = setup.store.load::<Contract>("c").shards(Shards::All);
    let all = all.loader(rules(&seals)).await.unwrap();
    assert_eq!(all.title, "lease, signed");
}

#[tokio::test]
async fn a_reseal_takes_away_the_seals_that_shards_kept_when_their_root_lost_its_own() {
    let setup = setup().await;
    setup.saved().await;
    let rules = setup.keys.without_seals().with_read_policy(policy());
    let mut loaded = setup.store.load::<Bare>("c").loader(rules).await.unwrap();
    loaded.limit = 7;
    loaded.save().await.unwrap();
    let audit = setup.store.audit::<Bare>().await.unwrap();
    assert!(audit.count("seals") > 0);

    // Without the exception, and with a new key for fields.
    let mut fields = Keyring::new(setup.keys.fields.clone());
    fields.insert(key("fields-2")).unwrap();
    fields.promote("fields-2").unwrap();
    let rules = Rules::new().with_keyring(fields).unwrap();
    let rules = rules.encrypt_with_primary(["secret"]).unwrap();
    let reseal = || setup.store.reseal::<Bare>().loader(rules.clone());
    let planned = reseal().dry_run().await.unwrap();
    assert_eq!((planned.values(), planned.items_unsealed()), (1, 1));
    let report = reseal().await.unwrap();
    assert_eq!((report.skipped(), report.is_complete()), (0, true));
    assert_eq!((report.values(), report.items_unsealed()), (1, 1));
    let audit = setup.store.audit::<Bare>().await.unwrap();
    assert_eq!(audit.item_seals().count(), 0, "{audit}");
    assert_eq!((audit.count("fields"), audit.count("fields-2")), (0, 1));
    assert_eq!(reseal().await.unwrap().changed(), 0);
    let load = setup.store.load::<Bare>("c").shards(Shards::All);
    let loaded = load.loader(rules.clone()).await.unwrap();
    assert_eq!(*loaded, Bare { limit: 7, ..bare() });
}

#[tokio::test]
async fn a_reseal_takes_seals_away_only_under_the_exception() {
    let setup = setup().await;
    setup.saved().await;
    let before = setup.items().await;
    let reseal = || setup.store.reseal::<Bare>();
    let report = reseal().loader(setup.keys.without_seals()).await.unwrap();
    assert_eq!((report.skipped(), report.changed()), (1, 0));
    assert!(!report.is_complete());
    assert_eq!(setup.items().await, before);

    let rules = setup.keys.without_seals().with_read_policy(policy());
    let report = reseal().loader(rules).await.unwrap();
    assert_eq!((report.skipped(), report.items_unsealed()), (0, 1));
    assert!(report.is_complete());
    let after = setup.items().await;
    assert!(after.iter().all(|(_, item)| !item.contains_key(SEAL)));
    let load = setup.store.load::<Bare>("c").shards(Shards::All);
    assert_eq!(*load.await.unwrap(), bare());
}

#[tokio::test]
async fn an_item_that_is_no_object_of_the_type_is_reported_and_stays_as_it_is() {
    let setup = setup().await;
    setup.saved().await;
    let foreign = Item::from([("ID", "x"), ("kind", "index card")].map(|(name, text)| {
        let name = name.to_owned();
        (name, string(text))
    }));
    setup.put("Contracts", foreign.clone()).await;
    let rules = setup.keys.rules().with_read_policy(policy());
    for dry_run in [true, false] {
        let mut reseal = setup.store.reseal::<Contract>().loader(rules.clone());
        if dry_run {
            reseal = reseal.dry_run();
        }
        let report = reseal.await.unwrap();
        assert_eq!((report.failed(), report.items_sealed()), (1, 0));
        let error = report.failures()[0].error();
        assert_eq!(error.kind(), ErrorKind::DoesNotFit);
        assert!(error.to_string().contains("`.only_if(..)`"), "{error}");
    }
    let is_foreign = |item: &Item| item["ID"] == string("x");
    assert_eq!(setup.item("Contracts", is_foreign).await, foreign);

    let reseal = setup.store.reseal::<Contract>().loader(rules);
    let report = reseal.only_if(|item| !item.contains_key("kind")).await;
    let report = report.unwrap();
    assert_eq!((report.passed_over(), report.is_complete()), (1, true));
}

#[tokio::test]
async fn without_a_key_to_seal_items_with_a_reseal_ends_at_the_first_object() {
    let setup = setup().await;
    for key in ["a", "b", "c"] {
        setup.store.save(contract()).key(key).await.unwrap();
    }
    setup.recorder.take();
    let rules = setup.keys.without_seals();
    let reseal = setup.store.reseal::<Contract>().loader(rules.clone());
    let error = reseal.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert!(error.to_string().contains("`Rules::seal_items`"), "{error}");
    assert_eq!(setup.recorder.operations(), ["Scan"]);

    // A key that seals is all that every object needs: the other is missed by each for itself.
    let rules = rules.seal_items(key("seals-2")).unwrap();
    let reseal = setup.store.reseal::<Contract>().loader(rules);
    let report = reseal.await.unwrap();
    assert_eq!((report.objects(), report.failed()), (3, 3));
}
