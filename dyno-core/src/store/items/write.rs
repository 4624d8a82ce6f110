use dyno_value::{FieldPath, Item};

use super::handle::Items;
use crate::commit::bare::{Bare, BareEnd};
use crate::commit::{Action, Expressions, Request, Returns};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Bounds, Clauses, Condition, Edit, Node, Placeholders, Sign, Value, Verb};
use crate::key::Key;
use crate::plan::Address;
use crate::store::drive;
use crate::store::operation::Pending;

/// What came of a write.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a write whose condition does not hold writes nothing, and is no error"]
#[expect(
    clippy::exhaustive_enums,
    reason = "a condition holds or does not; both are handled"
)]
pub enum Written {
    /// It was applied. Of an [`Update`] the item as it is now; of a [`Put`] or [`Delete`] what stood there before, if anything did.
    Applied(Option<Item>),
    /// The condition did not hold, and nothing was written; what stands there, if anything does.
    Refused(Option<Item>),
}

impl Written {
    /// Whether it was applied.
    pub fn is_applied(&self) -> bool {
        matches!(self, Self::Applied(_))
    }

    /// The item that came with the answer.
    pub fn item(&self) -> Option<&Item> {
        let (Self::Applied(item) | Self::Refused(item)) = self;
        item.as_ref()
    }

    /// The item that came with the answer.
    pub fn into_item(self) -> Option<Item> {
        let (Self::Applied(item) | Self::Refused(item)) = self;
        item
    }
}

/// One write, as far as it is known before it is sent.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) items: Items,
    what: What,
    when: Option<Condition<Item>>,
}

#[derive(Debug)]
enum What {
    Check(Key),
    Delete(Key),
    Put(Item),
    Update(Key, Vec<Edit>),
}

impl Draft {
    fn new(items: Items, what: What) -> Self {
        Self {
            items,
            what,
            when: None,
        }
    }

    pub(super) fn operation(&self) -> &'static str {
        match &self.what {
            What::Check(_) => "check",
            What::Delete(_) => "delete",
            What::Put(_) => "put",
            What::Update(..) => "update",
        }
    }

    pub(super) fn address(&self) -> Result<Address> {
        match &self.what {
            What::Check(key) | What::Delete(key) | What::Update(key, _) => self.items.address(key),
            What::Put(item) => self.items.address_of(item),
        }
    }

    pub(super) fn key(&self) -> Option<Key> {
        match &self.what {
            What::Check(key) | What::Delete(key) | What::Update(key, _) => Some(key.clone()),
            What::Put(_) => self.address().ok().map(|address| address.key()),
        }
    }

    /// Whether it leaves the same when it comes twice.
    fn repeats(&self) -> bool {
        let counts = match &self.what {
            What::Update(_, edits) => edits
                .iter()
                .any(|edit| matches!(edit.verb, Verb::Count { .. })),
            _ => false,
        };
        self.when.is_none() && !counts
    }

    /// The request's part; `alone`: its answer brings the item.
    pub(super) fn into_action(self, alone: bool) -> Result<Action> {
        let address = self.address()?;
        let when = self.when.map(node_of).transpose()?;
        let when = when.as_ref();
        let bringing = |returns| {
            let mut expressions = Expressions::default();
            expressions.returns = alone.then_some(returns);
            expressions
        };
        Ok(match self.what {
            What::Check(_) => Action::Check {
                address,
                condition: Expressions::default().and_when(when),
            },
            What::Delete(_) => Action::Delete {
                address,
                condition: Some(bringing(Returns::Old).and_when(when)),
            },
            What::Put(item) => Action::Put {
                address,
                item,
                condition: Some(bringing(Returns::Old).and_when(when)),
            },
            What::Update(_, edits) => {
                check_edits(&address, &edits)?;
                let mut placeholders = Placeholders::lettered('u');
                let update = Clauses::of(&edits, &mut placeholders).text();
                let (names, values) = placeholders.into_parts();
                let mut expressions = bringing(Returns::New);
                expressions.update = Some(update);
                expressions.names = names;
                expressions.values = values;
                Action::Update {
                    address,
                    expressions: expressions.and_when(when),
                }
            }
        })
    }

    async fn run(self) -> Result<Written> {
        let store = self.items.store.clone();
        let repeats = self.repeats();
        let request = Request::single(self.into_action(true)?);
        Ok(
            match drive::run(&store, Bare::new(request, repeats)).await? {
                BareEnd::Applied(item) => Written::Applied(item),
                BareEnd::Refused(refused) => {
                    let standing = refused.into_iter().next();
                    Written::Refused(standing.and_then(|(_, standing)| standing))
                }
            },
        )
    }

    fn send(self) -> Pending<Result<Written>> {
        let explain = self.items.explain(self.operation(), self.key().as_ref());
        Box::pin(async move { self.run().await.map_err(explain) })
    }
}

/// # Errors
///
/// The condition is none.
pub(super) fn node_of(condition: Condition<Item>) -> Result<Node> {
    condition
        .into_node()
        .map_err(|fault| Error::new(ErrorKind::InvalidExpression, fault.to_string()))
}

fn check_edits(address: &Address, edits: &[Edit]) -> Result<()> {
    let refused = |why: String| Err(Error::new(ErrorKind::InvalidExpression, why));
    if edits.is_empty() {
        return refused("the update changes nothing; set, remove or add an attribute".to_owned());
    }
    for (at, edit) in edits.iter().enumerate() {
        let is_key = |(name, _)| edit.path == FieldPath::root().key(name);
        if edit.path == FieldPath::root().key("") {
            return refused("an attribute without a name cannot be changed".to_owned());
        }
        if address.parts().any(is_key) {
            return refused(format!(
                "the update changes `{}`, which is part of the key; put the item under its new key, and delete this one",
                edit.path
            ));
        }
        if edits.iter().take(at).any(|other| other.path == edit.path) {
            return refused(format!("the update changes `{}` twice", edit.path));
        }
    }
    Ok(())
}

/// Stores one item in place of what stands there.
///
/// One `PutItem`, 1 write unit for each 1 KB of the larger of the new and the old item. It is applied as a whole or not at all, also if
/// the program ends in the middle. Without a condition it is sent again where the answer was lost; with one it is not, since nobody could
/// tell its own item from that of another program: [`OutcomeUnknown`](ErrorKind::OutcomeUnknown).
///
/// # Errors
///
/// Before anything is sent: [`InvalidKey`](ErrorKind::InvalidKey), [`InvalidExpression`](ErrorKind::InvalidExpression),
/// [`InvalidValue`](ErrorKind::InvalidValue), [`TooLarge`](ErrorKind::TooLarge). [`OutcomeUnknown`](ErrorKind::OutcomeUnknown),
/// [`Throttled`](ErrorKind::Throttled), [`TableMissing`](ErrorKind::TableMissing), and those of the service. A condition that does not
/// hold is no error: [`Written::Refused`].
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno_core::Result<()> {
/// use dyno_core::items::attr;
/// use dyno_core::table::TableSpec;
/// use dyno_core::{AttributeValue, KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Hosts", "name", KeyKind::S)]).await?;
/// let hosts = store.items("Hosts", "name");
///
/// let host = [("name".to_owned(), AttributeValue::S("db".into()))];
/// let first = hosts.put(host.clone().into()).when(attr("name").missing()).await?;
/// assert!(first.is_applied());
/// let second = hosts.put(host.into()).when(attr("name").missing()).await?;
/// assert!(!second.is_applied());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Put(pub(super) Draft);

/// Changes attributes of one item, and leaves the others as they are; makes the item if there is none.
///
/// One `UpdateItem`, 1 write unit for each 1 KB of the larger of the item before and after, whatever part of it changes. Applied as a whole
/// or not at all. With a condition, or one that [adds](Self::add), it is not sent again where the answer was lost:
/// [`OutcomeUnknown`](ErrorKind::OutcomeUnknown).
///
/// # Errors
///
/// Those of [`Put`]; [`InvalidExpression`](ErrorKind::InvalidExpression) also if it changes nothing, an attribute twice, or one of the
/// key; [`TypeMismatch`](ErrorKind::TypeMismatch) if it adds to what is no number.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno_core::Result<()> {
/// use dyno_core::items::attr;
/// use dyno_core::table::TableSpec;
/// use dyno_core::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Jobs", "id", KeyKind::S)]).await?;
/// let jobs = store.items("Jobs", "id");
///
/// jobs.update("j1").set("state", "new").add("version", 1).await?;
/// let taken = jobs.update("j1").set("state", "taken").add("version", 1).when(attr("version").eq(1)).await?;
/// assert!(taken.is_applied());
/// let late = jobs.update("j1").remove("state").when(attr("version").eq(1)).await?;
/// assert!(!late.is_applied());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Update(pub(super) Draft);

/// Deletes one item, if there is one.
///
/// One `DeleteItem`, 1 write unit for each 1 KB of the item, 1 at least. Without a condition it is sent again where the answer was lost.
///
/// # Errors
///
/// Those of [`Put`].
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno_core::Result<()> {
/// use dyno_core::items::{Written, attr};
/// use dyno_core::table::TableSpec;
/// use dyno_core::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// store.ensure_specs([TableSpec::new("Jobs", "id", KeyKind::S)]).await?;
/// let jobs = store.items("Jobs", "id");
/// jobs.update("j1").set("state", "done").await?;
///
/// let gone = jobs.delete("j1").when(attr("state").eq("done")).await?;
/// assert!(gone.item().is_some());
/// assert_eq!(jobs.delete("j1").await?, Written::Applied(None));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Delete(pub(super) Draft);

/// Demands something of one item, in a transaction that writes others: [`Store::write_items`](crate::Store::write_items).
#[derive(Debug)]
#[must_use = "it is part of a transaction"]
pub struct Check(pub(super) Draft);

impl Put {
    pub(super) fn new(items: Items, item: Item) -> Self {
        Self(Draft::new(items, What::Put(item)))
    }
}

impl Update {
    pub(super) fn new(items: Items, key: Key) -> Self {
        Self(Draft::new(items, What::Update(key, Vec::new())))
    }

    /// Sets an attribute.
    pub fn set(self, attribute: impl AsRef<str>, value: impl Into<Value>) -> Self {
        let verb = Verb::Set(value.into().into_inner());
        self.edit(attribute, verb)
    }

    /// Sets an attribute if there is none.
    pub fn set_if_absent(self, attribute: impl AsRef<str>, value: impl Into<Value>) -> Self {
        let verb = Verb::SetIfAbsent(value.into().into_inner());
        self.edit(attribute, verb)
    }

    /// Removes an attribute.
    pub fn remove(self, attribute: impl AsRef<str>) -> Self {
        self.edit(attribute, Verb::Remove { optional: true })
    }

    /// Adds to a number; an absent one is 0 before.
    pub fn add(self, attribute: impl AsRef<str>, amount: impl Into<Value>) -> Self {
        let verb = Verb::Count {
            amount: amount.into().into_inner(),
            sign: Sign::Plus,
            before: Bounds::default(),
        };
        self.edit(attribute, verb)
    }

    fn edit(mut self, attribute: impl AsRef<str>, verb: Verb) -> Self {
        if let What::Update(_, edits) = &mut self.0.what {
            let path = FieldPath::root().key(attribute.as_ref());
            edits.push(Edit { path, verb });
        }
        self
    }
}

impl Delete {
    pub(super) fn new(items: Items, key: Key) -> Self {
        Self(Draft::new(items, What::Delete(key)))
    }
}

impl Check {
    pub(super) fn new(items: Items, key: Key, condition: Condition<Item>) -> Self {
        let mut draft = Draft::new(items, What::Check(key));
        draft.when = Some(condition);
        Self(draft)
    }
}

macro_rules! conditional {
    ($($write:ident),*) => {
        $(impl $write {
            /// Writes only if this holds of what stands there. Another condition that was given before must hold, too.
            pub fn when(mut self, condition: Condition<Item>) -> Self {
                self.0.when = Some(match self.0.when.take() {
                    Some(before) => before & condition,
                    None => condition,
                });
                self
            }
        }

        impl IntoFuture for $write {
            type Output = Result<Written>;
            type IntoFuture = Pending<Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                self.0.send()
            }
        })*
    };
}

conditional!(Put, Update, Delete);
