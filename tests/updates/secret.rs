//! Encrypted values are set sealed, and nothing else is done with them.

use std::collections::HashMap;

use dyno::{
    Attribute, AttributeValue, DyObject, EncryptionKey, ErrorKind, IndexKey, IndexKeys, Rules,
    Store, Update, ValueError,
};
use dyno_testkit::Recorder;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Patients", key = "ID")]
struct Patient {
    #[dyno(encrypt, index = "email:email:v1")]
    email: String,
    #[dyno(encrypt)]
    age: u32,
    marks: Vec<String>,
    visits: Vec<Visit>,
    name: Option<String>,
    count: u32,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Visit {
    day: String,
    #[dyno(encrypt)]
    reason: Option<String>,
}

async fn patients() -> (Store, Recorder) {
    let rules = Rules::new()
        .encrypt(
            ["email", "age", "marks[*]", "visits[*].reason", "name"],
            EncryptionKey::generate("k1").unwrap(),
        )
        .unwrap()
        .index_with(IndexKeys::new(IndexKey::generate("s1").unwrap()));
    let recorder = Recorder::new();
    let store = Store::embedded()
        .unwrap()
        .with_loader(rules)
        .with_interceptor(recorder.clone());
    store.ensure_tables::<Patient>().await.unwrap();
    let patient = Patient {
        email: "a@example.com".into(),
        age: 36,
        marks: vec!["m".into()],
        visits: vec![Visit {
            day: "1".into(),
            reason: Some("r".into()),
        }],
        name: Some("Ada".into()),
        count: 0,
    };
    store.save(patient).key("p").await.unwrap();
    recorder.take();
    (store, recorder)
}

#[tokio::test]
async fn a_value_is_set_sealed_with_its_index() {
    let (store, recorder) = patients().await;
    let fields = Patient::fields();
    store
        .update::<Patient>("p")
        .set(fields.email(), "secret@example.com")
        .set(fields.age(), 4242)
        .set(fields.name(), "Secret")
        .set(fields.count(), 1)
        .await
        .unwrap();
    let sent = recorder.take();
    assert_eq!(sent.len(), 1);
    let body = sent[0].body().to_string();
    for secret in ["secret", "Secret", "4242"] {
        assert!(!body.contains(secret), "{body}");
    }
    let found = store.find(fields.email(), "secret@example.com").await;
    let found = found.unwrap();
    assert_eq!((found.len(), found[0].age), (1, 4242));
    assert_eq!(found[0].name.as_deref(), Some("Secret"));
    store
        .update::<Patient>("p")
        .remove(fields.name())
        .await
        .unwrap();
    assert_eq!(store.load::<Patient>("p").await.unwrap().name, None);
}

#[tokio::test]
async fn nothing_else_reaches_a_sealed_value() {
    let (store, recorder) = patients().await;
    let fields = Patient::fields();
    let update = || store.update::<Patient>("p");
    let visit = |reason: Option<&str>| Visit {
        day: "2".into(),
        reason: reason.map(str::to_owned),
    };
    let updates: Vec<(Update<Patient>, &str)> = vec![
        (update().add(fields.age(), 4242), "age"),
        (update().set_if_absent(fields.name(), "secret"), "name"),
        (update().set_if_absent(fields.email(), "secret"), "email"),
        (update().append(fields.marks(), ["secret"]), "marks"),
        (update().prepend(fields.marks(), ["secret"]), "marks"),
        (update().remove(fields.marks().index(0)), "marks"),
        (
            update().append(fields.visits(), [visit(Some("secret"))]),
            "visits",
        ),
        (update().prepend(fields.visits(), [visit(None)]), "visits"),
        (update().remove(fields.visits().index(0)), "visits"),
        (update().set(fields.marks(), vec!["secret".into()]), "marks"),
    ];
    for (update, path) in updates {
        let debug = format!("{update:?}");
        let error = update.await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::InvalidExpression,
            "{path}: {error}"
        );
        assert_eq!(error.path().unwrap(), path);
        let texts = format!("{error} {error:?} {debug}");
        assert!(
            !texts.contains("secret") && !texts.contains("4242"),
            "{texts}"
        );
    }
    let when = update().set(fields.count(), 1).when(fields.age().eq(4242));
    let error = when.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    assert!(!format!("{error:?}").contains("4242"));
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn what_a_mark_demands_is_never_written_in_clear() {
    let (store, _) = patients().await;
    let plain = store.clone().with_loader(Rules::new());
    let fields = Patient::fields();
    let set = plain.update::<Patient>("p").set(fields.age(), 1);
    assert_eq!(set.await.unwrap_err().kind(), ErrorKind::KeyRefused);
    let add = plain.update::<Patient>("p").add(fields.age(), 1);
    let kind = add.await.unwrap_err().kind();
    assert!(matches!(
        kind,
        ErrorKind::KeyRefused | ErrorKind::InvalidExpression
    ));
}

/// A value with parts that only its own conversions know.
#[derive(Clone, Debug, PartialEq)]
struct Remark {
    text: String,
}

impl Attribute for Remark {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        HashMap::from([("text".to_owned(), self.text.clone())]).to_value()
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        let mut parts = HashMap::<String, String>::from_value(value)?;
        let text = parts.remove("text").unwrap_or_default();
        Ok(Self { text })
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Rolls", key = "ID")]
struct Roll {
    marks: Vec<String>,
    remarks: Vec<Remark>,
    #[dyno(plain)]
    open: Vec<String>,
}

async fn rolls(pattern: &str) -> (Store, Recorder) {
    let key = EncryptionKey::generate("k1").unwrap();
    let recorder = Recorder::new();
    let store = Store::embedded()
        .unwrap()
        .with_loader(Rules::new().encrypt([pattern], key).unwrap())
        .with_interceptor(recorder.clone());
    store.ensure_tables::<Roll>().await.unwrap();
    let roll = Roll {
        marks: vec!["a".into()],
        remarks: vec![Remark { text: "b".into() }],
        open: vec!["c".into()],
    };
    store.save(roll).key("r").await.unwrap();
    recorder.take();
    (store, recorder)
}

#[tokio::test]
async fn a_list_of_which_the_loader_encrypts_some_entries_is_not_put_together() {
    let (store, recorder) = rolls("marks[1]").await;
    let fields = Roll::fields();
    let update = || store.update::<Roll>("r");
    for update in [
        update().append(fields.marks(), ["secret"]),
        update().prepend(fields.marks(), ["secret"]),
        update().remove(fields.marks().index(0)),
    ] {
        let error = update.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
        assert!(error.to_string().contains("needs_indexes"), "{error}");
    }
    assert!(recorder.take().is_empty());
    // No loader is asked about a field that is marked `plain`.
    update().append(fields.open(), ["d"]).await.unwrap();
    update().remove(fields.open().index(0)).await.unwrap();
    let now = store.load::<Roll>("r").await.unwrap();
    assert_eq!(now.open, ["d"]);
}

#[tokio::test]
async fn elements_that_may_hold_sealed_parts_are_not_moved() {
    let (store, recorder) = rolls("remarks[*].text").await;
    let fields = Roll::fields();
    let update = || store.update::<Roll>("r");
    let remark = || Remark {
        text: "secret".into(),
    };
    for update in [
        update().append(fields.remarks(), [remark()]),
        update().prepend(fields.remarks(), [remark()]),
        update().remove(fields.remarks().index(0)),
    ] {
        let error = update.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    }
    assert!(recorder.take().is_empty());
    update().prepend(fields.marks(), ["z"]).await.unwrap();
    update().remove(fields.marks().index(1)).await.unwrap();
    let now = store.load::<Roll>("r").await.unwrap();
    assert_eq!(now.marks, ["z"]);
}
