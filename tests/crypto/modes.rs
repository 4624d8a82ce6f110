//! Programs that may only read, or only write, what is secret.

use dyno::{ErrorKind, ReadOnly, WriteOnly};

use crate::fixture::{Account, ClearAccount, account, clear_account, key, key_ids, rules, store};

#[tokio::test]
async fn a_write_only_program_saves_and_opens_nothing() {
    let (store, recorder) = store().await;
    let key = key("k1");
    let writer = || WriteOnly::new(rules(&key));
    let saved = store.save(account()).loader(writer()).await.unwrap();
    assert_eq!(key_ids(&store).await, vec!["k1"; 5]);
    let write = store
        .write_path::<Account, String>(saved.key(), "name", "Jun")
        .loader(writer());
    write.await.unwrap();

    recorder.take();
    let error = store
        .load::<Account>(saved.key())
        .loader(writer())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert!(error.to_string().contains("write-only"), "{error}");
    let read = store
        .read_path::<Account, String>(saved.key(), "name")
        .loader(writer());
    assert_eq!(read.await.unwrap_err().kind(), ErrorKind::NotDecrypted);

    let loaded = store
        .load::<Account>(saved.key())
        .loader(rules(&key))
        .await
        .unwrap();
    assert_eq!(loaded.name, "Jun");
}

#[tokio::test]
async fn a_read_only_program_loads_and_seals_nothing() {
    let (store, recorder) = store().await;
    let key = key("k1");
    let reader = || ReadOnly::new(rules(&key));
    let saved = store.save(account()).loader(rules(&key)).await.unwrap();
    let mut loaded = store
        .load::<Account>(saved.key())
        .loader(reader())
        .await
        .unwrap();
    assert_eq!(*loaded, account());
    recorder.take();
    loaded.name = "Jun".into();
    let error = loaded.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert!(error.to_string().contains("read-only"), "{error}");
    let error = store.save(account()).loader(reader()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    let write = store
        .write_path::<Account, String>(saved.key(), "name", "Jun")
        .loader(reader());
    assert_eq!(write.await.unwrap_err().kind(), ErrorKind::KeyRefused);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_read_only_program_stores_nothing_in_clear_that_only_the_loader_encrypts() {
    let (store, recorder) = store().await;
    let key = key("k1");
    let error = store
        .save(clear_account())
        .loader(ReadOnly::new(rules(&key)))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert!(recorder.take().is_empty());
    let saved = store
        .save(clear_account())
        .loader(rules(&key))
        .await
        .unwrap();
    let load = store
        .load::<ClearAccount>(saved.key())
        .loader(ReadOnly::new(rules(&key)));
    assert_eq!(*load.await.unwrap(), clear_account());
}

#[tokio::test]
async fn a_read_only_program_saves_what_is_not_secret() {
    let (store, _) = store().await;
    let key = key("k1");
    let saved = store.save(account()).loader(rules(&key)).await.unwrap();
    let reader = ReadOnly::new(rules(&key));
    let write = store
        .write_path::<Account, u64>(saved.key(), "visits", 7u64)
        .loader(reader);
    write.await.unwrap();
    let loaded = store
        .load::<Account>(saved.key())
        .loader(rules(&key))
        .await
        .unwrap();
    assert_eq!(loaded.visits, 7);
}
