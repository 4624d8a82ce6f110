//! Type and constant parameters, where clauses and defaults.

use std::marker::PhantomData;

use dyno::{Attribute, DyObject, Object};

#[derive(DyObject, Debug, PartialEq)]
#[dyno(table = "Pages", key = "ID")]
struct Page<T, const N: usize = 2>
where
    T: Attribute,
{
    items: Vec<T>,
    array: [u8; N],
    next: Option<Box<Self>>,
    #[dyno(skip)]
    marker: PhantomData<fn() -> T>,
}

#[derive(DyObject, Debug, PartialEq)]
enum Either<A: Attribute, B: Attribute = String> {
    Left { value: A },
    Right { value: B },
}

#[derive(DyObject, Debug, PartialEq)]
struct Holder<T: Object> {
    inner: T,
    #[dyno(flatten)]
    beside: T,
}

#[derive(DyObject, Debug, PartialEq)]
struct Number {
    number: u32,
}

#[test]
fn generic_objects_round_trip() {
    let page = Page::<String> {
        items: vec!["a".to_owned()],
        array: [1, 2],
        next: Some(Box::new(Page {
            items: vec![],
            array: [3, 4],
            next: None,
            marker: PhantomData,
        })),
        marker: PhantomData,
    };
    let value = page.to_value().unwrap();
    assert_eq!(Page::from_value(value).unwrap(), page);

    let right: Either<u8> = Either::Right {
        value: "x".to_owned(),
    };
    assert_eq!(
        Either::from_value(right.to_value().unwrap()).unwrap(),
        right
    );
    let left: Either<u8> = Either::Left { value: 1 };
    assert_eq!(Either::from_value(left.to_value().unwrap()).unwrap(), left);

    let holder = Holder {
        inner: Number { number: 1 },
        beside: Number { number: 2 },
    };
    assert_eq!(
        Holder::from_value(holder.to_value().unwrap()).unwrap(),
        holder
    );
}
