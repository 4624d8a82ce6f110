//! Marks in places that several types have a say in: variants with a field of the same name, and maps that are flattened.

use std::collections::BTreeMap;

use dyno::{DyObject, EncryptionKey, ErrorKind, Rules, Store};
use dyno_testkit::Recorder;

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Home {
    #[dyno(encrypt)]
    street: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
enum Contact {
    Open {
        address: String,
    },
    Private {
        #[dyno(encrypt)]
        address: String,
    },
    Housed {
        #[dyno(rename = "address")]
        home: Home,
    },
    Boxed(Parcel),
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Parcel {
    #[dyno(encrypt)]
    address: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "People", key = "ID")]
struct Person {
    contact: Contact,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Contacts", key = "ID")]
enum Entry {
    Open {
        address: String,
    },
    Private {
        #[dyno(encrypt)]
        address: String,
    },
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Places", key = "ID")]
struct Places {
    name: String,
    #[dyno(flatten)]
    rest: BTreeMap<String, Home>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct OpenHome {
    street: String,
}

/// A book of addresses, under any name.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Books", key = "ID")]
enum Book {
    Open(BTreeMap<String, OpenHome>),
    Private(BTreeMap<String, Home>),
}

fn secret() -> String {
    "SECRET".to_owned()
}

fn private() -> [Contact; 3] {
    [
        Contact::Private { address: secret() },
        Contact::Housed {
            home: Home { street: secret() },
        },
        Contact::Boxed(Parcel { address: secret() }),
    ]
}

fn rules() -> Rules {
    let key = EncryptionKey::generate("k1").unwrap();
    let patterns = [
        "contact.address",
        "contact.address.street",
        "address",
        "*.street",
    ];
    Rules::new().encrypt(patterns, key).unwrap()
}

async fn stores() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = Store::embedded()
        .unwrap()
        .with_interceptor(recorder.clone());
    store.ensure_tables::<Person>().await.unwrap();
    store.ensure_tables::<Entry>().await.unwrap();
    store.ensure_tables::<Places>().await.unwrap();
    store.ensure_tables::<Book>().await.unwrap();
    recorder.take();
    (store, recorder)
}

#[tokio::test]
async fn a_mark_in_one_variant_holds_for_it() {
    let (store, recorder) = stores().await;
    for contact in private() {
        let error = store.save(Person { contact }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyRefused, "{error}");
    }
    let error = store
        .save(Entry::Private { address: secret() })
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused, "{error}");
    assert!(recorder.take().is_empty());
    let contact = Contact::Open {
        address: "in clear".into(),
    };
    let open = store.save(Person { contact }).await.unwrap();
    assert_eq!(
        store.load::<Person>(open.key()).await.unwrap().contact,
        open.contact
    );
    let open = store
        .save(Entry::Open {
            address: "in clear".into(),
        })
        .await
        .unwrap();
    assert_eq!(*store.load::<Entry>(open.key()).await.unwrap(), *open);
}

#[tokio::test]
async fn what_a_variant_marks_is_stored_sealed_and_comes_back() {
    let (store, recorder) = stores().await;
    let store = store.with_loader(rules());
    for contact in private() {
        let saved = store
            .save(Person {
                contact: contact.clone(),
            })
            .await
            .unwrap();
        let loaded = store.load::<Person>(saved.key()).await.unwrap();
        assert_eq!(loaded.contact, contact);
    }
    let saved = store
        .save(Entry::Private { address: secret() })
        .await
        .unwrap();
    assert_eq!(*store.load::<Entry>(saved.key()).await.unwrap(), *saved);
    assert!(!format!("{:?}", recorder.take()).contains("SECRET"));
}

#[tokio::test]
async fn a_write_by_path_does_not_guess_the_variant() {
    let (store, recorder) = stores().await;
    let person = Person {
        contact: private()[0].clone(),
    };
    let saved = store.save(person).loader(rules()).await.unwrap();
    recorder.take();
    let path = Person::paths().contact().address();
    let error = store
        .write_path::<Person, _>(saved.key(), path, secret())
        .await;
    assert!(error.is_err());
    assert!(!format!("{:?}", recorder.take()).contains("SECRET"));
}

#[tokio::test]
async fn a_mark_inside_a_flattened_map_holds() {
    let (store, recorder) = stores().await;
    let places = || Places {
        name: "n".into(),
        rest: BTreeMap::from([("home".to_owned(), Home { street: secret() })]),
    };
    let error = store.save(places()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused, "{error}");
    assert!(recorder.take().is_empty());
    let store = store.with_loader(rules());
    let saved = store.save(places()).await.unwrap();
    assert_eq!(*store.load::<Places>(saved.key()).await.unwrap(), places());
    let path = Places::paths().rest().key("work").street();
    let written = store
        .write_path::<Places, _>(saved.key(), path, secret())
        .await;
    assert!(written.is_err(), "there is no such entry");
    let path = Places::paths().rest().key("home").street();
    store
        .write_path::<Places, _>(saved.key(), path, "SECRET 2".to_owned())
        .await
        .unwrap();
    assert_eq!(
        store.load::<Places>(saved.key()).await.unwrap().rest["home"].street,
        "SECRET 2"
    );
    assert!(!format!("{:?}", recorder.take()).contains("SECRET"));
}

#[tokio::test]
async fn a_mark_inside_the_map_of_one_variant_holds_for_it() {
    let (store, recorder) = stores().await;
    let street = secret;
    let private = || {
        Book::Private(BTreeMap::from([(
            "home".to_owned(),
            Home { street: street() },
        )]))
    };
    let open = || {
        Book::Open(BTreeMap::from([(
            "home".to_owned(),
            OpenHome { street: "x".into() },
        )]))
    };
    let error = store.save(private()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused, "{error}");
    assert!(recorder.take().is_empty());
    let saved = store.save(open()).await.unwrap();
    assert_eq!(*store.load::<Book>(saved.key()).await.unwrap(), open());
    let key = EncryptionKey::generate("k1").unwrap();
    let store = store.with_loader(Rules::new().encrypt(["home.street"], key).unwrap());
    let saved = store.save(private()).await.unwrap();
    assert_eq!(*store.load::<Book>(saved.key()).await.unwrap(), private());
    assert!(!format!("{:?}", recorder.take()).contains("SECRET"));
}
