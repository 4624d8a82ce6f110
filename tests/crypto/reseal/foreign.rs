//! Items that something else than dyno wrote.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{
    AuditReport, Blob, ConfigLoader, DyObject, ErrorKind, Item, ReadPolicy, ResealReport, Rules,
    TypeTag,
};
use dyno_testkit::dump;

use crate::file::{File, key, keys, promoted, rules, setup};

#[derive(DyObject, Clone, Debug, PartialEq)]
enum Shape {
    Circle { radius: u32 },
    Square { side: u32 },
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Drawings", key = "ID")]
struct Drawing {
    shape: Shape,
    more: Vec<Shape>,
}

/// Knows variants by what they hold.
struct Guess(Rules);

impl ConfigLoader for Guess {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&self.0)
    }

    fn type_of(&self, _: &str, value: &AttributeValue) -> Option<TypeTag> {
        let inner = value.as_m().ok()?;
        let tag = if inner.contains_key("side") {
            "Square"
        } else {
            "Circle"
        };
        Some(TypeTag::new(tag))
    }
}

#[tokio::test(start_paused = true)]
async fn variants_that_were_stored_without_a_tag_are_sealed() {
    let setup = setup::<Drawing>().await;
    let number = AttributeValue::N("2".to_owned());
    let variant = |name: &str| AttributeValue::M(Item::from([(name.to_owned(), number.clone())]));
    let put = setup.client.put_item().table_name("Drawings");
    put.item("ID", AttributeValue::S("d".to_owned()))
        .item("shape", variant("radius"))
        .item("more", AttributeValue::L(vec![variant("side")]))
        .send()
        .await
        .unwrap();
    let policy = ReadPolicy::strict();
    let policy = policy.allow_plaintext(["shape", "more[*]"], "turned on", None);
    let rules = Rules::new().encrypt(["shape", "more[*]"], key("k"));
    let rules = rules.unwrap().with_read_policy(policy.unwrap());
    let reseal = setup.store.reseal::<Drawing>();
    let report = reseal.loader(Guess(rules.clone())).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.plaintext_sealed(), 2);
    let strict = rules.with_read_policy(ReadPolicy::strict());
    let loaded = setup.store.load::<Drawing>("d").loader(strict).await;
    let drawing = Drawing {
        shape: Shape::Circle { radius: 2 },
        more: vec![Shape::Square { side: 2 }],
    };
    assert_eq!(*loaded.unwrap(), drawing);
}

#[tokio::test]
async fn an_object_with_an_entry_that_its_order_does_not_name_fails_as_in_a_load() {
    let (setup, keys) = (setup::<File>().await, keys());
    setup.save_file("a", &keys).await;
    let root = dump(&setup.client, "Files").await.unwrap().remove(0);
    let mut order = root["_dy_entries"].as_m().unwrap().clone();
    let lines = order["lines"].as_b().unwrap().as_ref();
    let two = AttributeValue::B(Blob::new(&lines[..16]));
    order.insert("lines".to_owned(), two);
    let update = setup.client.update_item().table_name("Files");
    let update = update.key("ID", AttributeValue::S("a".to_owned()));
    let update = update.update_expression("SET #e = :e");
    let update = update.expression_attribute_names("#e", "_dy_entries");
    let update = update.expression_attribute_values(":e", AttributeValue::M(order));
    update.send().await.unwrap();

    let error = setup.load_file("a", &keys).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let before = setup.dump().await;
    let reseal = setup.store.reseal::<File>();
    let report: ResealReport = reseal.loader(rules(&promoted(&keys))).await.unwrap();
    assert_eq!((report.failed(), report.values()), (1, 0), "{report:?}");
    assert_eq!(report.failures()[0].error().kind(), ErrorKind::Corrupt);
    assert_eq!(setup.dump().await, before);
    let audit: AuditReport = setup.store.audit::<File>().await.unwrap();
    assert_eq!((audit.failed(), audit.is_complete()), (1, false));
    assert_eq!(audit.failures()[0].error().kind(), ErrorKind::Corrupt);
    assert!(
        audit.failures()[0]
            .error()
            .to_string()
            .contains("_dy_entries")
    );
}
