use aws_smithy_types::Blob;
use proptest::prelude::*;

use super::*;

fn string(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

#[test]
fn a_binding_tells_its_context() {
    let id = AttributeValue::S("1".into());
    assert_eq!(
        Binding::new("users", &[("id", &id)]).unwrap().context(),
        "users"
    );
}

#[test]
fn the_bytes_are_those_documented() {
    let id = string("user#42");
    let line = AttributeValue::N("7.0".into());
    let binding = Binding::new("users", &[("pk", &id), ("sk", &line)]).unwrap();
    assert_eq!(
        binding.as_bytes(),
        b"\0\x05users\x02\0\x02pkS\0\x07user#42\0\x02skN\0\x017\0"
    );
    let mut path = Vec::new();
    write_path(&FieldPath::root().key("l").index(258).key("é"), &mut path).unwrap();
    assert_eq!(path, b"\x03$\0\x01l#\0\0\x01\x02$\0\x02\xc3\xa9");
}

#[test]
fn numbers_bind_by_value_and_types_are_told_apart() {
    let bind = |value: AttributeValue| Binding::new("c", &[("k", &value)]).unwrap();
    let number = |text: &str| bind(AttributeValue::N(text.to_owned()));
    assert_eq!(number("7.0"), number("7"));
    assert_ne!(number("7"), bind(string("7")));
    assert_ne!(bind(string("7")), bind(AttributeValue::B(Blob::new("7"))));
}

#[test]
fn an_owner_replaces_the_one_before() {
    let id = string("1");
    let keys = [("k", &id)];
    let alone = Binding::new("c", &keys).unwrap();
    let owned = alone.clone().with_owner("o", &keys).unwrap();
    assert_ne!(alone, owned);
    let twice = owned.clone().with_owner("o", &keys).unwrap();
    assert_eq!(owned, twice);
}

#[test]
fn refuses_what_is_no_object() {
    let id = string("1");
    let set = AttributeValue::Ss(vec!["1".into()]);
    let bad_number = AttributeValue::N("x".into());
    let long = string(&"x".repeat(65_536));
    assert_eq!(
        Binding::new("", &[("k", &id)]),
        Err(BindingError::ContextLength { bytes: 0 })
    );
    assert_eq!(
        Binding::new(&"c".repeat(256), &[("k", &id)]),
        Err(BindingError::ContextLength { bytes: 256 })
    );
    assert!(Binding::new(&"c".repeat(255), &[("k", &id)]).is_ok());
    assert_eq!(
        Binding::new("c", &[]),
        Err(BindingError::KeyCount { count: 0 })
    );
    assert_eq!(
        Binding::new("c", &[("k", &id); 3]),
        Err(BindingError::KeyCount { count: 3 })
    );
    for (name, value) in [("k", &set), ("k", &bad_number), ("k", &long), ("", &id)] {
        let error = Binding::new("c", &[(name, value)]).unwrap_err();
        assert!(
            matches!(error, BindingError::KeyAttribute { .. }),
            "{error}"
        );
        let said = format!("key attribute `{name}`: ");
        assert!(error.to_string().starts_with(&said), "{error}");
    }
}

#[test]
fn refuses_paths_that_cannot_be_bound() {
    let mut output = Vec::new();
    let error = write_path(&FieldPath::root(), &mut output).unwrap_err();
    assert!(matches!(error, Error::NotAllowedHere { .. }));
    let deep: FieldPath = (0..255).map(Segment::Index).collect();
    assert!(write_path(&deep, &mut output).is_ok());
    assert!(write_path(&deep.index(0), &mut output).is_err());
    let long = FieldPath::root().key("k".repeat(65_536));
    assert!(write_path(&long, &mut output).is_err());
}

#[test]
fn debug_output_shows_no_key_value() {
    let id = string("naomi@example.com");
    let binding = Binding::new("users", &[("email", &id)]).unwrap();
    assert_eq!(format!("{binding:?}"), "Binding { context: \"users\", .. }");
}

type Object = (String, Vec<(String, AttributeValue)>);
type Place = (Object, Option<Object>, FieldPath);

/// Places made of few different texts, so that different ones often look alike when written one after the other.
fn place() -> impl Strategy<Value = Place> {
    let word = || "[a$#S\u{0}\u{1}]{1,3}";
    let key = (word(), word(), any::<bool>()).prop_map(|(name, value, text)| {
        let value = if text {
            string(&value)
        } else {
            AttributeValue::B(Blob::new(value))
        };
        (name, value)
    });
    let object = (word(), prop::collection::vec(key, 1..3));
    let step = prop_oneof![
        word().prop_map(Segment::Key),
        (0_u32..3).prop_map(Segment::Index)
    ];
    let path = prop::collection::vec(step, 1..4).prop_map(|steps| steps.into_iter().collect());
    (object.clone(), prop::option::of(object), path)
}

fn borrowed(object: &Object) -> Vec<(&str, &AttributeValue)> {
    object
        .1
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}

fn place_bytes((object, owner, path): &Place) -> Vec<u8> {
    let mut binding = Binding::new(&object.0, &borrowed(object)).unwrap();
    if let Some(owner) = owner {
        binding = binding.with_owner(&owner.0, &borrowed(owner)).unwrap();
    }
    let mut path_bytes = Vec::new();
    write_path(path, &mut path_bytes).unwrap();
    [binding.as_bytes(), &path_bytes].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn different_places_have_different_bytes(one in place(), other in place()) {
        prop_assert_eq!(one == other, place_bytes(&one) == place_bytes(&other));
    }
}
