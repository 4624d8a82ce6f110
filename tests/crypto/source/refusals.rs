//! Sources that fail, know no such key, retired it, or give another.

use super::*;

#[tokio::test]
async fn a_source_that_fails_is_an_error_with_its_cause_and_nothing_is_written() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, recorder, key) = saved_with(&vault, "2026").await;
    let before = items(&store).await;
    vault.answers("2026", Answer::Down);
    recorder.take();

    let error = store
        .save(account())
        .loader(vault.rules("2026"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeySource);
    let text = error.to_string();
    assert!(
        text.contains("the key source failed to give key `2026`"),
        "{text}"
    );
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "no route to the vault");
    assert_eq!(error.into_object(), account());

    let path = store.write_path::<Account, String>(key.clone(), "name", "Nara");
    let error = path.loader(vault.rules("2026")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeySource);
    assert!(recorder.take().is_empty(), "nothing was sent");

    let load = store
        .load::<Account>(key.clone())
        .loader(vault.rules("2026"));
    assert_eq!(load.await.unwrap_err().kind(), ErrorKind::KeySource);
    let path = store.read_path::<Account, String>(key, "name");
    let error = path.loader(vault.rules("2026")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeySource);
    assert_eq!(items(&store).await, before);
}

#[tokio::test]
async fn a_key_that_the_source_does_not_know_is_not_given() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, recorder, key) = saved_with(&vault, "2026").await;
    let other = Vault::of(&[("2027", Answer::Key(2))]);
    let load = store.load::<Account>(key).loader(other.rules("2027"));
    let error = load.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert!(
        error.to_string().contains("sealed with key `2026`"),
        "{error}"
    );
    assert_eq!(
        other.asked(),
        ["2026"],
        "what only seals is not asked for to load"
    );

    recorder.take();
    let save = store.save(account()).loader(other.rules("2028"));
    let error = save.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeySource);
    assert!(
        error
            .to_string()
            .contains("the key source has no key `2028`"),
        "{error}"
    );
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_key_that_is_retired_at_the_source_neither_opens_nor_seals() {
    let vault = Vault::of(&[("2026", Answer::Key(1)), ("2027", Answer::Key(2))]);
    let (store, recorder, key) = saved_with(&vault, "2026").await;
    vault.answers("2026", Answer::Retired);
    let load = store
        .load::<Account>(key.clone())
        .loader(vault.rules("2027"));
    let error = load.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRetired);
    assert!(
        error.to_string().contains("retired at its source"),
        "{error}"
    );

    recorder.take();
    let save = store.save(account()).loader(vault.rules("2026"));
    assert_eq!(save.await.unwrap_err().kind(), ErrorKind::KeyRetired);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_source_that_fails_ends_a_reseal_before_the_first_object() {
    let (store, recorder) = store().await;
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    for id in ["a", "b", "c"] {
        let save = store.save(account()).key(id);
        save.loader(vault.rules("2026")).await.unwrap();
    }
    vault.answers("2026", Answer::Down);
    vault.asked();
    recorder.take();
    let last = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&last);
    let error = store
        .reseal::<Account>()
        .loader(vault.rules("2026"))
        .progress(move |report| {
            let seen = (report.objects(), report.failed(), report.cursor().cloned());
            *noted.lock().unwrap() = Some(seen);
        })
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeySource);
    assert_eq!(vault.asked(), ["2026"]);
    assert_eq!(recorder.count("Scan"), 1);
    assert_eq!(
        recorder.count("BatchGetItem"),
        1,
        "the shards of one object"
    );
    assert_eq!(*last.lock().unwrap(), Some((1, 0, None)));

    vault.answers("2026", Answer::Key(1));
    let report = store.reseal::<Account>().loader(vault.rules("2026")).await;
    assert!(report.unwrap().is_complete());
}

#[tokio::test]
async fn another_key_with_the_same_id_is_refused() {
    let vault = Vault::of(&[("2026", Answer::Key(1))]);
    let (store, _, key) = saved_with(&vault, "2026").await;
    let cache = CachedKeys::new(vault.clone());
    let rules = Rules::new().with_source(cache.clone());
    let load = || store.load::<Account>(key.clone()).loader(rules.clone());
    load().await.unwrap();
    vault.answers("2026", Answer::Key(9));
    load().await.unwrap();
    cache.forget(&KeyId::new("2026").unwrap());
    let error = load().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeySource);
    assert!(
        error
            .to_string()
            .contains("gave another key with the id `2026`"),
        "{error}"
    );
}
