use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::FieldPath;

use super::render::{Placeholders, condition_text};
use super::{Condition, Operand, Ordered};
use crate::shape::{Attribute, Codec, Path};

/// What the handles belong to.
struct User;

fn field<T: Attribute>(path: &str) -> Path<User, T> {
    Path::at(path.parse().unwrap(), Codec::DIRECT)
}

/// The text with placeholders, what they stand for, in order.
fn sent(condition: Condition<User>) -> (String, Vec<String>, Vec<AttributeValue>) {
    let node = condition.into_node().unwrap();
    let mut placeholders = Placeholders::new();
    let text = condition_text(&node, &mut placeholders);
    let (names, values) = placeholders.into_parts();
    let names: BTreeMap<_, _> = names.into_iter().collect();
    let values: BTreeMap<_, _> = values.into_iter().collect();
    (
        text,
        names.into_values().collect(),
        values.into_values().collect(),
    )
}

fn refused(condition: Condition<User>) -> String {
    assert!(condition.to_string().contains("no condition"));
    let fault = condition.into_node().unwrap_err();
    assert_eq!(fault.path, "a");
    fault.to_string()
}

fn number(number: u32) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

#[test]
fn names_and_values_have_placeholders_in_the_order_in_which_they_come_up() {
    let (age, name) = (field::<u32>("age"), field::<String>("home.name[2]"));
    let (text, names, values) = sent(age.ge(18) & name.eq("x") & age.lt(99));
    assert_eq!(text, "#q0 >= :q0 AND #q1.#q2[2] = :q1 AND #q0 < :q2");
    assert_eq!(names, ["age", "home", "name"]);
    let x = AttributeValue::S("x".into());
    assert_eq!(values, [number(18), x, number(99)]);
}

#[test]
fn every_predicate_has_its_text() {
    let (a, b) = (field::<u32>("a"), field::<u32>("b"));
    let (text, tags) = (field::<Option<String>>("t"), field::<BTreeSet<String>>("s"));
    let cases = [
        (a.eq(1), "#q0 = :q0"),
        (a.ne(1), "attribute_exists(#q0) AND #q0 <> :q0"),
        (a.le(b), "#q0 <= #q1"),
        (a.gt(1), "#q0 > :q0"),
        (a.between(1, 2), "#q0 BETWEEN :q0 AND :q1"),
        (a.is_in([3, 1, 2]), "#q0 IN (:q0, :q1, :q2)"),
        (a.exists(), "attribute_exists(#q0)"),
        (!a.exists(), "attribute_not_exists(#q0)"),
        (text.begins_with("n"), "begins_with(#q0, :q0)"),
        (text.contains("n"), "contains(#q0, :q0)"),
        (tags.contains("n"), "contains(#q0, :q0)"),
        (tags.size().ge(2), "size(#q0) >= :q0"),
        (
            text.eq(None),
            "attribute_not_exists(#q0) OR attribute_type(#q0, :q0)",
        ),
        (
            text.ne(None),
            "NOT (attribute_not_exists(#q0) OR attribute_type(#q0, :q0))",
        ),
    ];
    for (condition, expected) in cases {
        assert_eq!(sent(condition).0, expected);
    }
}

#[test]
fn what_binds_weaker_stands_in_parentheses() {
    let a = || field::<u32>("a").eq(1);
    assert_eq!(
        sent((a() | a()) & a()).0,
        "(#q0 = :q0 OR #q0 = :q1) AND #q0 = :q2"
    );
    assert_eq!(
        sent(a() | a() & a()).0,
        "#q0 = :q0 OR (#q0 = :q1 AND #q0 = :q2)"
    );
    assert_eq!(sent(!(a() & a())).0, "NOT (#q0 = :q0 AND #q0 = :q1)");
    assert_eq!(sent(!!a()).0, "#q0 = :q0");
    assert_eq!(
        sent(a() & (a() & a())).0,
        "#q0 = :q0 AND #q0 = :q1 AND #q0 = :q2"
    );
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_field_and_the_reason() {
    let a = field::<u32>("a");
    assert!(refused(a.is_in::<u32>([])).contains("needs a value at least"));
    assert!(refused(a.is_in(0..101)).contains("100 values at most, and has 101"));
    assert!(refused(a.between(2, 1)).contains("the wrong way round"));
    assert!(refused(a.between(1, field("b"))).contains("no other field"));
    let optional = field::<Option<u32>>("a");
    assert!(refused(optional.lt(None)).contains("no value"));
    assert!(refused(optional.is_in([None, Some(1)])).contains("eq(None)"));
    let float = field::<f64>("a");
    assert!(refused(float.eq(f64::NAN) & float.eq(1.0)).contains("NaN"));
    assert!(refused(float.eq(1.0) | float.eq(f64::NAN)).contains("NaN"));
    assert!(refused(!float.eq(f64::NAN)).contains("NaN"));
}

#[test]
fn bounds_are_compared_as_the_service_does() {
    assert!(
        field::<f64>("a")
            .between(-1e100, 1e-100)
            .into_node()
            .is_ok()
    );
    assert!(field::<String>("a").between("B", "a").into_node().is_ok());
    assert!(field::<String>("a").between("é", "z").into_node().is_err());
    assert!(field::<i64>("a").between(-2, -10).into_node().is_err());
}

#[test]
fn debug_output_shows_no_value() {
    let condition = field::<String>("name").eq("MARKED") & field::<u32>("pin").eq(731_955);
    assert_eq!(condition.to_string(), "name = \"MARKED\" AND pin = 731955");
    assert_eq!(
        format!("{condition:?}"),
        "Condition(\"name = ? AND pin = ?\")"
    );
}

#[test]
fn names_of_the_users_are_never_part_of_the_text() {
    let path = FieldPath::root().key("a.b").key("select").key(":x #y");
    let odd: Path<User, u32> = Path::at(path, Codec::DIRECT);
    let (text, names, _) = sent(odd.eq(1));
    assert_eq!(text, "#q0.#q1.#q2 = :q0");
    assert_eq!(names, ["a.b", "select", ":x #y"]);
}

/// A type of the user's, stored as a number.
#[derive(Clone, Copy)]
struct Cents(i64);

impl Attribute for Cents {
    fn to_value(&self) -> Result<AttributeValue, dyno_value::ValueError> {
        self.0.to_value()
    }

    fn from_value(value: AttributeValue) -> Result<Self, dyno_value::ValueError> {
        i64::from_value(value).map(Self)
    }
}

impl Ordered for Cents {}

#[test]
fn types_of_the_user_compare_by_what_they_are_stored_as() {
    let price = field::<Option<Cents>>("price");
    assert_eq!(sent(price.gt(Cents(5))).2, [number(5)]);
    let more: Condition<User> = field::<Cents>("a").between(Cents(1), Cents(2));
    assert_eq!(more.to_string(), "a BETWEEN 1 AND 2");
}

/// Every way to give a text.
#[test]
fn texts_are_taken_as_they_come() {
    fn eq<T: Attribute, O: Operand<User, T>>(operand: O) {
        let condition = field::<T>("a").eq(operand);
        assert_eq!(condition.to_string(), "a = \"x\"");
    }
    let owned = String::from("x");
    eq::<String, _>("x");
    eq::<String, _>(&owned);
    eq::<Option<String>, _>("x");
    eq::<Option<String>, _>(owned.clone());
    eq::<Option<String>, _>(Some(owned.clone()));
    eq::<std::sync::Arc<str>, _>("x");
    eq::<Box<str>, _>(&owned);
}

#[test]
fn a_map_has_a_size_and_its_values_are_fields() {
    let map = field::<BTreeMap<String, u32>>("m");
    assert_eq!(
        sent(map.size().eq(0) | map.key("k").ge(1)).0,
        "size(#q0) = :q0 OR #q0.#q1 >= :q1"
    );
}
