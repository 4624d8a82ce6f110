//! The types of a collection.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyValue;
use crate::plan::{self, Expiry};
use crate::shape::Stored;
use crate::store::operation::{Operation, Options, Pending};
use crate::store::saved::Saved;
use crate::store::select::complete::complete;
use crate::store::select::found::Sorted;
use crate::store::select::keys::Keys;
use crate::store::select::selection::Selection;

/// What a type is asked for in a [`Collection`](crate::Collection).
#[doc(hidden)]
pub struct Asking {
    options: Options,
    index: Option<&'static str>,
    is_expired_wanted: bool,
}

impl Asking {
    pub(super) fn new<T>(selection: &Selection<T>) -> Self {
        Self {
            options: selection.options.clone(),
            index: selection.index,
            is_expired_wanted: selection.expired,
        }
    }

    fn member<T: Stored>(&self) -> Result<Member> {
        let operation = Operation::new::<T>("collection", self.options.clone())?;
        let made = || {
            let keys = Keys::of(&operation.topology, self.index)?;
            let now = operation.store.now();
            let expiry = if self.is_expired_wanted {
                None
            } else {
                Expiry::of(operation.topology.root, now)?
            };
            Ok((keys, expiry))
        };
        let (keys, expiry) = made().map_err(operation.explain(None))?;
        Ok(Member {
            operation,
            keys,
            expiry,
        })
    }
}

impl fmt::Debug for Asking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").finish_non_exhaustive()
    }
}

/// One type of a [`Collection`](crate::Collection).
#[doc(hidden)]
pub struct Member {
    pub(super) operation: Operation,
    keys: Keys,
    /// What is not given back.
    pub(super) expiry: Option<Expiry>,
}

impl Member {
    pub(super) fn tag(&self) -> &'static str {
        self.operation.topology.root.type_tag()
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Member").finish_non_exhaustive()
    }
}

/// What a page of a [`Collection`](crate::Collection) has of one type.
#[doc(hidden)]
pub struct FoundOf {
    operation: Operation,
    pub(super) sorted: Sorted,
}

impl FoundOf {
    pub(super) fn nothing(member: &Member) -> Self {
        Self {
            operation: member.operation.clone(),
            sorted: Sorted::default(),
        }
    }

    async fn objects<T: Stored>(found: Option<Self>, consistent: bool) -> Result<Vec<Saved<T>>> {
        let Some(Self { operation, sorted }) = found else {
            return Ok(Vec::new());
        };
        let (objects, mut failures) = complete::<T>(&operation, sorted, consistent).await?;
        let first = failures.drain(..).next();
        first.map_or(Ok(objects), |failure| Err(failure.into_error()))
    }
}

impl fmt::Debug for FoundOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundOf").finish_non_exhaustive()
    }
}

/// Refuses types that no query finds together, or whose items nobody can tell apart.
pub(super) fn check(members: &[Member], partition: Option<&KeyValue>) -> Result<()> {
    let Some((first, rest)) = members.split_first() else {
        return Ok(());
    };
    let refuse = |why: String| Err(Error::new(ErrorKind::InvalidExpression, why));
    for (position, member) in members.iter().enumerate() {
        let shape = member.operation.topology.root;
        let name = shape.name();
        if plan::plain_of_type(shape).is_none() {
            return refuse(format!(
                "type `{name}` has no key templates, so that its items do not say that they are its; query it alone"
            ));
        }
        let others = members.iter().take(position);
        let tag = (plan::tag_attribute(shape), shape.type_tag());
        let is_same = |other: &Member| {
            let other = other.operation.topology.root;
            (plan::tag_attribute(other), other.type_tag()) == tag
        };
        if let Some(other) = { others }.find(|other| is_same(other)) {
            return refuse(format!(
                "types `{}` and `{name}` of the collection have the same tag, `{}`, by which their items are told apart; name each type \
                 once, or give each a tag",
                other.operation.topology.root.name(),
                shape.type_tag()
            ));
        }
        if !member.keys.finds_whole_items() {
            return refuse(format!(
                "{} of type `{name}` does not hold whole items; query it alone, with `.hydrated()`",
                member.keys.place()
            ));
        }
    }
    let own = first.operation.topology.table;
    for member in rest {
        let shape = member.operation.topology.root;
        let (name, table) = (shape.name(), member.operation.topology.table);
        let is_same_table = table.name() == own.name() && table.region_name() == own.region_name();
        if !is_same_table || member.keys.names() != first.keys.names() {
            return refuse(format!(
                "type `{name}` is in {} with other keys than `{}`, which is in {}; one query goes over one table or index",
                member.keys.place(),
                first.operation.topology.root.name(),
                first.keys.place()
            ));
        }
        if let (Some(template), Some(KeyValue::S(key))) =
            (member.keys.partition_template(), partition)
            && !template.may_make(key)
        {
            return refuse(format!(
                "no object of type `{name}` is in the partition `{key}`: its keys are made by `{}`",
                template.text()
            ));
        }
    }
    Ok(())
}

/// The types of a [`Collection`](crate::Collection): a tuple of up to eight.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no types of a collection",
    label = "not a tuple of stored types",
    note = "name them as a tuple: `store.collection::<(Customer, Order)>()`"
)]
pub trait Members: Send + Sync + 'static {
    /// The type whose fields make the partition key.
    type First: Stored;

    /// A `Vec` of objects for each type.
    type Found: Default + Send + 'static;

    #[doc(hidden)]
    fn __dyno_members(asking: &Asking) -> Result<Vec<Member>>;

    #[doc(hidden)]
    fn __dyno_found(found: Vec<FoundOf>, consistent: bool)
    -> Pending<Result<(Self::Found, usize)>>;

    #[doc(hidden)]
    fn __dyno_append(all: &mut Self::Found, page: Self::Found);
}

macro_rules! tuples {
    ($($first:ident $of_first:ident $(, $type:ident $of:ident)*);+) => {
        $(impl<$first: Stored $(, $type: Stored)*> Members for ($first, $($type,)*) {
            type First = $first;
            type Found = (Vec<Saved<$first>>, $(Vec<Saved<$type>>,)*);

            fn __dyno_members(asking: &Asking) -> Result<Vec<Member>> {
                Ok(vec![asking.member::<$first>()? $(, asking.member::<$type>()?)*])
            }

            fn __dyno_found(
                found: Vec<FoundOf>,
                consistent: bool,
            ) -> Pending<Result<(Self::Found, usize)>> {
                Box::pin(async move {
                    let mut found = found.into_iter();
                    let $of_first = FoundOf::objects::<$first>(found.next(), consistent).await?;
                    $(let $of = FoundOf::objects::<$type>(found.next(), consistent).await?;)*
                    let count = $of_first.len() $(+ $of.len())*;
                    Ok((($of_first, $($of,)*), count))
                })
            }

            #[expect(non_snake_case, reason = "each part is called as its type")]
            fn __dyno_append(all: &mut Self::Found, page: Self::Found) {
                let ($first, $($type,)*) = all;
                let ($of_first, $($of,)*) = page;
                $first.extend($of_first);
                $($type.extend($of);)*
            }
        })+
    };
}

tuples!(
    A a;
    A a, B b;
    A a, B b, C c;
    A a, B b, C c, D d;
    A a, B b, C c, D d, E e;
    A a, B b, C c, D d, E e, F f;
    A a, B b, C c, D d, E e, F f, G g;
    A a, B b, C c, D d, E e, F f, G g, H h
);
