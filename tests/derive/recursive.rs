//! Types that hold themselves, directly and through others.

#![expect(clippy::use_self, reason = "both spellings are derived")]

use std::collections::BTreeMap;

use dyno::{DyObject, Object};

use super::round_trip;

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Node {
    value: u64,
    next: Option<Box<Self>>,
    children: Vec<Node>,
    named: BTreeMap<String, Tree>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
enum Tree {
    Leaf,
    Branch {
        left: Box<Tree>,
        right: Box<Tree>,
        node: Option<Box<Node>>,
    },
}

fn leaf(value: u64) -> Node {
    Node {
        value,
        next: None,
        children: vec![],
        named: BTreeMap::new(),
    }
}

#[test]
fn recursive_types_round_trip() {
    let branch = Tree::Branch {
        left: Box::new(Tree::Leaf),
        right: Box::new(Tree::Leaf),
        node: Some(Box::new(leaf(1))),
    };
    let node = Node {
        next: Some(Box::new(leaf(2))),
        children: vec![leaf(3), leaf(4)],
        named: BTreeMap::from([("t".to_owned(), branch)]),
        ..leaf(0)
    };
    assert_eq!(round_trip(&node), node);
}

#[test]
fn the_shape_of_a_recursive_type_holds_itself() {
    let next = Node::SHAPE
        .all_fields()
        .find(|field| field.name() == "next")
        .unwrap();
    let child = next.child().unwrap();
    assert_eq!(child.name(), "Node");
    let names = |shape: &dyno::shape::Shape| {
        shape
            .all_fields()
            .map(dyno::shape::FieldShape::name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(child), names(Node::SHAPE));
}
