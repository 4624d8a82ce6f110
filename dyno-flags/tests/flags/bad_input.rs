//! What is refused before anything is sent.

use dyno_flags::{Descriptor, Error, Kind};

use crate::fixture::{item, recorded, service};

#[tokio::test]
async fn what_cannot_be_stored_is_refused_with_its_place() {
    let service = service().await;
    for atomic in [false, true] {
        let (mut flags, recorder) = recorded(&service);
        if atomic {
            flags = flags.atomic_init();
        }
        let long = "k".repeat(1025);
        for (key, descriptor) in [
            ("", item("", 1)),
            (long.as_str(), item("k", 1)),
            ("f", Descriptor::new(1, "[1]")),
            ("f", Descriptor::new(1, "no json")),
            ("f", Descriptor::new(1, r#"{"key":"f"}"#)),
            ("f", Descriptor::new(2, r#"{"key":"f","version":1}"#)),
        ] {
            let good = (Kind::Flag, "good", item("good", 1));
            let bad = (Kind::Segment, key, descriptor.clone());
            let errors = [
                flags
                    .upsert(Kind::Segment, key, descriptor)
                    .await
                    .unwrap_err(),
                flags.init([good, bad]).await.unwrap_err(),
            ];
            for error in errors {
                let Error::InvalidItem { kind, key: of, .. } = &error else {
                    panic!("{error:?}");
                };
                assert_eq!((*kind, of.as_str()), (Kind::Segment, key));
            }
        }
        let twice = [
            (Kind::Flag, "f", item("f", 1)),
            (Kind::Flag, "f", item("f", 2)),
        ];
        let error = flags.init(twice).await.unwrap_err();
        assert!(error.to_string().contains("twice"), "{error}");
        assert!(flags.get(Kind::Flag, "").await.is_err());
        assert!(recorder.requests().is_empty());
    }
}

#[tokio::test]
async fn a_table_that_is_not_there_is_told() {
    let flags = crate::fixture::on(&dyno_testbed::Service::new());
    let error = flags.get(Kind::Flag, "f").await.unwrap_err();
    assert_eq!(error.store_kind(), Some(dyno_core::ErrorKind::TableMissing));
    assert_eq!(error.to_string(), "get of flag `f` in table `launchdarkly`");
}
