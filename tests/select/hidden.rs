//! Filters that hold, or may hold, what the stored items keep sealed.

use std::collections::BTreeMap;

use dyno::{
    Condition, ConfigLoader, DyObject, EncryptionKey, Error, ErrorKind, FieldPath, Item, Rules,
    Store,
};
use dyno_testkit::Recorder;

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Home {
    #[dyno(encrypt)]
    street: String,
    city: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Phone {
    number: String,
    #[dyno(alias = "label")]
    name: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
enum Mood {
    #[dyno(alias = "Glad")]
    Happy,
    Sad,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Place {
    #[dyno(encrypt, with = tight)]
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
    Numbered {
        #[dyno(rename = "place")]
        one: Numbered,
    },
    Housed {
        #[dyno(rename = "place")]
        other: Home,
    },
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Numbered {
    #[dyno(encrypt)]
    number: String,
    street: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Card {
    number: String,
    holder: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "People", key = "ID")]
struct Person {
    home: Home,
    other_home: Home,
    homes: Vec<Home>,
    places: Vec<Place>,
    notes: Vec<String>,
    tags: std::collections::BTreeSet<String>,
    contact: Contact,
    #[dyno(flatten)]
    rest: BTreeMap<String, Home>,
    phones: Vec<Phone>,
    card: Card,
    cards: Vec<Card>,
    other_card: Card,
    age: u32,
    height: u32,
    mood: Mood,
}

fn home() -> Home {
    Home {
        street: "SECRET".into(),
        city: "Kyoto".into(),
    }
}

fn card() -> Card {
    Card {
        number: "SECRET".into(),
        holder: "Ada".into(),
    }
}

fn rules() -> Rules {
    Rules::new()
        .encrypt(
            [
                "home.street",
                "other_home.street",
                "homes[*].street",
                "card.number",
                "cards[*].number",
                "other_card.number",
            ],
            EncryptionKey::generate("k1").unwrap(),
        )
        .unwrap()
}

async fn refused(loader: impl ConfigLoader, filter: Condition<Person>) -> Error {
    let recorder = Recorder::new();
    let store = Store::embedded()
        .unwrap()
        .with_interceptor(recorder.clone());
    let error = store
        .scan::<Person>()
        .loader(loader)
        .filter(filter)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression, "{error}");
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    assert!(recorder.take().is_empty());
    error
}

#[tokio::test]
async fn a_whole_that_holds_a_sealed_part_is_no_filter() {
    let fields = Person::fields();
    for filter in [
        fields.home().eq(home()),
        fields.home().ne(home()),
        fields.home().is_in([home()]),
        fields.homes().eq(vec![home()]),
        fields.homes().contains(home()),
        fields.card().eq(card()),
        fields.cards().eq(vec![card()]),
        fields.cards().contains(card()),
        fields.home().eq(fields.other_home()),
        fields.contact().eq(Contact::Private {
            address: "SECRET".into(),
        }),
        fields.contact().address().eq("SECRET"),
        fields.contact().other().street().eq("SECRET"),
        fields.contact().other().eq(home()),
        fields.rest().key("x").eq(home()),
        fields.rest().key("x").street().eq("SECRET"),
        fields.homes().index(0).eq(home()),
        fields.card().eq(fields.other_card()),
        fields.age().ge(18) & !fields.card().eq(card()),
    ] {
        let error = refused(rules(), filter).await;
        assert!(error.to_string().contains("encrypted"), "{error}");
    }
}

#[tokio::test]
async fn a_whole_that_holds_a_part_with_an_older_name_is_no_filter() {
    let phone = Phone {
        number: "1".into(),
        name: "n".into(),
    };
    let phones = Person::fields().phones();
    for filter in [
        phones.eq(vec![phone.clone()]),
        phones.contains(phone.clone()),
        phones.index(0).eq(phone),
        Person::fields().mood().eq(Mood::Happy),
    ] {
        let error = refused(rules(), filter).await;
        assert!(
            error.to_string().contains("called otherwise before"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_is_in_clear_beside_sealed_parts_is_a_filter() {
    let store = Store::embedded().unwrap().with_loader(rules());
    store.ensure_tables::<Person>().await.unwrap();
    let person = Person {
        home: home(),
        other_home: home(),
        homes: vec![home()],
        places: Vec::new(),
        notes: vec!["a".into(), "b".into()],
        tags: ["a".to_owned()].into(),
        contact: Contact::Open {
            address: "x".into(),
        },
        rest: BTreeMap::new(),
        phones: Vec::new(),
        card: card(),
        cards: vec![card()],
        other_card: card(),
        age: 30,
        height: 30,
        mood: Mood::Sad,
    };
    store.save(person).await.unwrap();
    let fields = Person::fields();
    for filter in [
        fields.home().city().eq("Kyoto"),
        fields.homes().index(0).city().eq("Kyoto"),
        fields.homes().size().eq(1) & fields.cards().exists(),
        fields.card().exists() & fields.card().holder().eq("Ada"),
        fields.age().eq(fields.height()),
        fields.notes().contains("b"),
        fields.tags().contains("a"),
    ] {
        let text = filter.to_string();
        assert_eq!(
            store.scan::<Person>().filter(filter).await.unwrap().len(),
            1,
            "{text}"
        );
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Letters", key = "TO", sort = "AT")]
struct Letter {
    #[dyno(key)]
    to: String,
    #[dyno(sort)]
    at: String,
    text: String,
}

/// Encrypts the letters to one person only.
struct ByKey {
    key: EncryptionKey,
    needs_keys: bool,
}

impl ConfigLoader for ByKey {
    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        let is_hers = object
            .get("TO")
            .and_then(|to| to.as_s().ok())
            .is_some_and(|to| to == "eve");
        (path == "text" && is_hers).then(|| self.key.clone())
    }

    fn needs_keys(&self) -> bool {
        self.needs_keys
    }
}

#[tokio::test]
async fn a_loader_that_decides_by_key_is_not_asked_without_one() {
    let recorder = Recorder::new();
    let key = EncryptionKey::generate("k1").unwrap();
    let loader = ByKey {
        key: key.clone(),
        needs_keys: true,
    };
    let store = Store::embedded()
        .unwrap()
        .with_loader(loader)
        .with_interceptor(recorder.clone());
    store.ensure_tables::<Letter>().await.unwrap();
    recorder.take();
    let text = Letter::fields().text().eq("SECRET");
    let errors = [
        store
            .scan::<Letter>()
            .filter(text.clone())
            .await
            .unwrap_err(),
        store
            .query::<Letter>()
            .key("ada")
            .filter(text.clone())
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidExpression, "{error}");
        assert!(error.to_string().contains("needs_keys"), "{error}");
    }
    assert!(recorder.take().is_empty());
    let of_key = Letter::fields().to().eq("ada");
    assert!(
        store
            .scan::<Letter>()
            .filter(of_key)
            .await
            .unwrap()
            .is_empty()
    );
    let by_path = ByKey {
        key,
        needs_keys: false,
    };
    let scan = store.scan::<Letter>().loader(by_path).filter(text);
    assert!(scan.await.unwrap().is_empty());
}

mod tight {
    use dyno::AttributeValue;

    pub(super) fn to_value(text: &String) -> Result<AttributeValue, String> {
        match text.strip_prefix("bad ") {
            Some(rest) => Err(format!("not {rest}")),
            None => Ok(AttributeValue::S(format!("<{text}>"))),
        }
    }

    pub(super) fn from_value(value: AttributeValue) -> Result<String, String> {
        match value {
            AttributeValue::S(text) => Ok(text.trim_matches(['<', '>']).to_owned()),
            other => Err(format!("{other:?}")),
        }
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Converted", key = "ID")]
struct Converted {
    #[dyno(with = tight)]
    open: String,
    #[dyno(encrypt, with = tight)]
    sealed: String,
}

#[tokio::test]
async fn a_value_that_cannot_be_stored_is_not_shown_where_it_is_encrypted() {
    let key = EncryptionKey::generate("k1").unwrap();
    let store = Store::embedded().unwrap();
    store.ensure_tables::<Converted>().await.unwrap();
    let scan = |filter| {
        let rules = Rules::new().encrypt(["sealed"], key.clone()).unwrap();
        store.scan::<Converted>().loader(rules).filter(filter)
    };
    let error = scan(Converted::fields().sealed().eq("bad SECRET"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    assert!(error.to_string().contains("is encrypted"), "{error}");
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    let hidden = Converted::fields().sealed().eq("bad SECRET");
    assert!(
        !format!("{hidden} {hidden:?}").contains("SECRET"),
        "{hidden}"
    );
    let plain = store
        .scan::<Converted>()
        .filter(Converted::fields().open().eq("bad luck"));
    let error = plain.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    assert!(error.to_string().contains("not luck"), "{error}");
}

#[tokio::test]
async fn a_field_with_conversions_of_its_own_is_compared_as_it_is_stored_or_not_at_all() {
    let key = EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new().encrypt(["sealed"], key).unwrap();
    let store = Store::embedded().unwrap().with_loader(rules);
    store.ensure_tables::<Converted>().await.unwrap();
    let object = Converted {
        open: "b".into(),
        sealed: "s".into(),
    };
    store.save(object).await.unwrap();
    let open = Converted::fields().open();
    for filter in [
        open.eq("b"),
        open.is_in(["a", "b"]),
        open.exists(),
        open.ne("c"),
    ] {
        assert_eq!(
            store
                .scan::<Converted>()
                .filter(filter)
                .await
                .unwrap()
                .len(),
            1
        );
    }
    for filter in [
        open.lt("c"),
        open.between("a", "c"),
        open.begins_with("b"),
        open.contains("b"),
        open.size().eq(1),
    ] {
        let error = store.scan::<Converted>().filter(filter).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression, "{error}");
        assert!(error.to_string().contains("`with`"), "{error}");
    }
}

#[tokio::test]
async fn a_set_gives_the_same_request_each_time() {
    let store = Store::embedded().unwrap();
    let params = |names: &[&str]| {
        let filter = Letter::fields().text().is_in(names.iter().copied());
        store.scan::<Letter>().filter(filter).params().unwrap()
    };
    assert_eq!(params(&["c", "a", "b", "a"]), params(&["b", "c", "a"]));
    assert_eq!(params(&["a", "a"]).values().len(), 1);
}

#[tokio::test]
async fn an_element_is_looked_for_only_if_all_entries_are_treated_alike() {
    let names_one = || {
        let key = EncryptionKey::generate("k1").unwrap();
        let rules = Rules::new().encrypt(["notes[1]", "cards[1].number"], key);
        rules.unwrap()
    };
    let fields = Person::fields();
    for filter in [
        fields.notes().contains("SECRET"),
        fields.cards().contains(card()),
    ] {
        let error = refused(names_one(), filter).await;
        assert!(error.to_string().contains("needs_indexes"), "{error}");
    }
}

#[tokio::test]
async fn a_value_inside_an_element_that_cannot_be_stored_is_not_shown() {
    let filter = Person::fields().places().contains(Place {
        street: "bad SECRET".into(),
    });
    let error = refused(Rules::new(), filter.clone()).await;
    assert!(!error.to_string().contains("SECRET"));
    let store = Store::embedded().unwrap();
    let error = store.scan::<Person>().filter(filter).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Mixed", key = "TO", sort = "AT")]
struct Mixed {
    #[dyno(key)]
    to: String,
    #[dyno(sort)]
    at: String,
    text: String,
    #[dyno(plain)]
    age: u32,
    #[dyno(encrypt)]
    email: String,
    #[dyno(with = tight)]
    tight: String,
    price: f64,
    #[dyno(flatten)]
    home: Inner,
    inside: Around,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Inner {
    city: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Around {
    name: String,
    #[dyno(flatten)]
    home: Inner,
}

#[tokio::test]
async fn each_refusal_says_its_own_reason() {
    let loader = || ByKey {
        key: EncryptionKey::generate("k1").unwrap(),
        needs_keys: true,
    };
    let store = Store::embedded().unwrap().with_loader(loader());
    store.ensure_tables::<Mixed>().await.unwrap();
    let fields = Mixed::fields();
    let scan = |filter| store.scan::<Mixed>().filter(filter);
    assert!(
        scan(fields.age().ge(18)).await.unwrap().is_empty(),
        "plain is never encrypted"
    );
    let whole_key = || store.query::<Mixed>().key("ada").sort().eq("2026");
    let found = whole_key().filter(fields.text().eq("x")).await.unwrap();
    assert!(found.is_empty());
    let of_eve = store.query::<Mixed>().key("eve").sort().eq("2026");
    let refused = of_eve.filter(fields.text().eq("x")).await.unwrap_err();
    assert!(refused.to_string().contains("is encrypted"), "{refused}");
    let by_path = |filter| store.scan::<Mixed>().loader(Rules::new()).filter(filter);
    for (filter, why) in [
        (fields.email().eq("x"), "use `find`"),
        (fields.text().lt(fields.tight()), "`with`"),
        (fields.tight().eq(fields.text()), "`with`"),
        (fields.price().eq(1e200), "the number"),
        (fields.home().exists(), "flattened"),
        (
            fields.inside().home().eq(Inner { city: "x".into() }),
            "flattened",
        ),
    ] {
        let error = by_path(filter).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    let error = scan(fields.email().eq("x")).await.unwrap_err();
    assert!(error.to_string().contains("use `find`"), "{error}");
}

#[tokio::test]
async fn what_is_shown_is_the_same_each_time() {
    let store = Store::embedded().unwrap();
    let shown = || {
        let inner = Around {
            name: "n".into(),
            home: Inner { city: "x".into() },
        };
        let filter = Mixed::fields().inside().eq(inner);
        let text = filter.to_string();
        (
            text,
            store
                .scan::<Mixed>()
                .filter(filter)
                .params()
                .unwrap()
                .to_string(),
        )
    };
    let first = shown();
    assert!(first.0.contains(r#"{city: "x", name: "n"}"#), "{}", first.0);
    for _ in 0..20 {
        assert_eq!(shown(), first);
    }
}
