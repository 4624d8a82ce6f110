//! What must hold of a root that a transaction does not write.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use crate::commit::plain;
use crate::commit::size::check_length;
use crate::commit::step::{Action, Expressions};
use crate::error::{Error, ErrorKind, Result, condition_failed, not_found};
use crate::expr::Node;
use crate::plan::{Address, Etag, Format, Found, RootState, Topology, tag_attribute};
use crate::reserved;
use crate::shape::Shape;

/// A condition on a root.
#[derive(Debug)]
pub(crate) struct Check {
    address: Address,
    condition: Expressions,
    demand: Demand,
}

#[derive(Debug)]
enum Demand {
    /// An object of this type is there, and perhaps more.
    Exists(&'static Shape),
    /// Nothing is there.
    Missing,
    /// It is as it was loaded.
    Unchanged(Loaded),
}

/// What an object was loaded as.
#[derive(Debug)]
enum Loaded {
    Plain(Item, &'static Shape),
    Version(Etag),
}

impl Loaded {
    fn is_still(&self, standing: &Item) -> bool {
        match self {
            Self::Plain(before, shape) => plain::is_as_read(standing, before, shape),
            Self::Version(etag) => standing.get(reserved::ETAG) == Some(&etag.to_value()),
        }
    }
}

impl Check {
    /// An object of the type is there, as a load would find it, and this holds of it.
    pub(crate) fn exists(topology: &Topology, root: Address, when: Option<&Node>) -> Self {
        let shape = topology.root;
        let plain = Expressions::condition("attribute_not_exists(#f)")
            .name("#f", reserved::FORMAT)
            .of_plain_type(shape);
        let managed = Expressions::condition("#y = :y AND #f < :f AND attribute_not_exists(#s)")
            .name("#y", tag_attribute(shape))
            .name("#s", reserved::STATE)
            .value(":y", AttributeValue::S(shape.type_tag().to_owned()))
            .value(":f", Format::FIRST_UNREADABLE.to_value())
            .of_managed_type(shape);
        let condition = plain
            .or(managed)
            .and("attribute_exists(#k)")
            .name("#k", root.key_name());
        Self {
            condition: condition.and_when(when),
            address: root,
            demand: Demand::Exists(topology.root),
        }
    }

    /// Nothing is there.
    pub(crate) fn missing(root: Address) -> Self {
        Self {
            condition: Expressions::of_nothing(root.key_name()),
            address: root,
            demand: Demand::Missing,
        }
    }

    /// Nobody saved the object since this commit, and this holds of it.
    pub(crate) fn of_version(root: Address, etag: Etag, when: Option<&Node>) -> Self {
        Self {
            address: root,
            condition: Expressions::of_version(etag).and_when(when),
            demand: Demand::Unchanged(Loaded::Version(etag)),
        }
    }

    /// Every attribute of an item that the mapper does not manage is as it was, the type has no other, and this holds of it.
    ///
    /// # Errors
    ///
    /// It has more attributes than one condition can name.
    pub(crate) fn of_plain(
        topology: &Topology,
        root: Address,
        before: &Item,
        when: Option<&Node>,
    ) -> Result<Self> {
        let condition = plain::as_read(before, topology.root)
            .name("#k", root.key_name())
            .and("attribute_exists(#k)")
            .and_when(when);
        check_length(&condition)?;
        Ok(Self {
            address: root,
            condition,
            demand: Demand::Unchanged(Loaded::Plain(before.clone(), topology.root)),
        })
    }

    pub(super) fn action(&self) -> Action {
        Action::Check {
            address: self.address.clone(),
            condition: self.condition.clone(),
        }
    }

    /// Why it does not hold of what stands there.
    pub(super) fn refusal(&self, standing: Option<&Item>) -> Error {
        match (&self.demand, standing) {
            (Demand::Exists(_), None) => not_found(),
            (Demand::Exists(shape), Some(standing)) => match RootState::read(standing, shape) {
                Err(error) => error.and("; nothing was written"),
                Ok(Found::NotLive) => not_found(),
                Ok(Found::Foreign | Found::Object(_)) => Error::new(
                    ErrorKind::ConditionFailed,
                    "the stored object is not as the transaction demands with `.check(..)`; nothing was written",
                ),
            },
            (Demand::Missing, _) => Error::new(
                ErrorKind::AlreadyExists,
                "an object with this key exists, and the transaction demands that there is none; nothing was written",
            ),
            (Demand::Unchanged(loaded), Some(standing)) if loaded.is_still(standing) => {
                condition_failed()
            }
            (Demand::Unchanged(_), _) => Error::new(
                ErrorKind::Conflict,
                "somebody else saved or deleted the object since it was loaded, and the transaction demands that it is \
                 unchanged; nothing was written. Reload it to decide again",
            ),
        }
    }
}
