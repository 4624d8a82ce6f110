//! Enums: tags, aliases, and the three forms of a variant.

use dyno::DyObject;

use super::{names, read, round_trip, s, stored};

#[derive(DyObject, Debug, PartialEq)]
#[dyno(rename_all = "snake_case")]
enum Shape {
    UnitSquare,
    #[dyno(alias = "round", alias = "Circle")]
    Circle(Circle),
    #[dyno(rename = "box", rename_all = "UPPERCASE")]
    Rectangle {
        width: u32,
        height: u32,
    },
    Boxed(Box<Circle>),
}

#[derive(DyObject, Debug, PartialEq)]
struct Circle {
    radius: u32,
}

#[test]
fn variants_are_stored_with_their_tags() {
    let tag = |shape| {
        stored(shape)
            .into_iter()
            .find(|(name, _)| name == "_dy_type")
            .unwrap()
            .1
    };
    assert_eq!(tag(&Shape::UnitSquare), s("unit_square"));
    assert_eq!(tag(&Shape::Circle(Circle { radius: 1 })), s("circle"));
    assert_eq!(
        tag(&Shape::Rectangle {
            width: 1,
            height: 2
        }),
        s("box")
    );
    assert_eq!(
        names(&Shape::Rectangle {
            width: 1,
            height: 2
        }),
        ["HEIGHT", "WIDTH", "_dy_type"]
    );
    assert_eq!(
        names(&Shape::Circle(Circle { radius: 1 })),
        ["_dy_type", "radius"]
    );
}

#[test]
fn variants_round_trip() {
    for shape in [
        Shape::UnitSquare,
        Shape::Circle(Circle { radius: 3 }),
        Shape::Rectangle {
            width: 1,
            height: 2,
        },
        Shape::Boxed(Box::new(Circle { radius: 4 })),
    ] {
        assert_eq!(round_trip(&shape), shape);
    }
}

#[test]
fn older_tags_are_read() {
    for tag in ["circle", "round", "Circle"] {
        let read: Shape = read([("_dy_type", s(tag)), ("radius", super::n(2))]).unwrap();
        assert_eq!(read, Shape::Circle(Circle { radius: 2 }));
    }
}

#[test]
fn an_unknown_tag_names_those_that_are_known() {
    let error = read::<Shape>([("_dy_type", s("hexagon"))]).unwrap_err();
    assert!(
        error.contains("hexagon") && error.contains("unit_square"),
        "{error}"
    );
    let error = read::<Shape>([("radius", super::n(2))]).unwrap_err();
    assert!(error.contains("unit_square"), "{error}");
}
