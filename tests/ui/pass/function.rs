//! Types inside functions.

#[test]
fn a_type_in_a_function_has_a_shape() {
    #[derive(dyno::DyObject)]
    struct Local {
        inner: Inner,
    }

    #[derive(dyno::DyObject)]
    enum Inner {
        One,
        Two { next: Option<Box<Local>> },
    }

    assert_eq!(<Local as dyno::Object>::SHAPE.name(), "Local");
    drop([Inner::One, Inner::Two { next: None }]);
}
