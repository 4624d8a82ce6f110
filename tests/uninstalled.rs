//! A process of its own, in which no store is installed.

use dyno::{DyObject, ErrorKind};

#[derive(DyObject, Debug)]
#[dyno(table = "Note", key = "ID")]
struct Note {
    #[dyno(key)]
    id: String,
}

#[tokio::test]
async fn every_verb_says_that_no_store_is_installed() {
    let errors = [
        Note::load("n").await.map(drop).unwrap_err(),
        Note::delete("n").await.unwrap_err(),
        Note::read_path("n", Note::paths().id())
            .await
            .map(drop)
            .unwrap_err(),
        Note::write_path::<String>("n", "other", "x")
            .await
            .unwrap_err(),
        dyno::Store::installed().map(drop).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::NotInstalled);
        assert!(error.to_string().contains("store.install()"), "{error}");
        assert!(error.to_string().contains(".on(&store)"), "{error}");
    }
    let refused = Note { id: "n".into() }.save().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotInstalled);
    assert_eq!(refused.into_object().id, "n");
}
