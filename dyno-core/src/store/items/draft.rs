//! A write as far as it is known before it is sent.

use std::fmt;
use std::sync::Arc;

use dyno_value::{FieldPath, Item};

use super::handle::Items;
use crate::commit::bare::{Bare, BareEnd};
use crate::commit::{Action, Expressions, Request, Returns};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Clauses, Condition, Edit, Node, Placeholders, Verb};
use crate::key::Key;
use crate::plan::Address;
use crate::store::drive;
use crate::store::operation::Pending;

/// One write, as far as it is known before it is sent.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) items: Items,
    pub(super) what: What,
    /// Whether a put or delete brings what stood there before.
    pub(super) returns_old: bool,
    when: Option<Condition<Item>>,
}

#[derive(Clone)]
pub(super) enum What {
    Check(Key),
    Delete(Key),
    Put(Item),
    Update(Key, Vec<Edit>),
}

impl Draft {
    pub(super) fn new(items: Items, what: What) -> Self {
        Self {
            items,
            what,
            returns_old: false,
            when: None,
        }
    }

    /// Another condition, which must hold, too.
    pub(super) fn demand(&mut self, condition: Condition<Item>) {
        self.when = Some(match self.when.take() {
            Some(before) => before & condition,
            None => condition,
        });
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

    /// Whether it leaves and brings the same when it comes twice.
    fn repeats(&self) -> bool {
        let leaves_the_same = match &self.what {
            What::Update(_, edits) => edits.iter().all(Edit::is_idempotent),
            _ => true,
        };
        self.when.is_none() && !self.returns_old && leaves_the_same
    }

    /// The request's part; `alone`: its answer brings the item.
    pub(super) fn into_action(self, alone: bool) -> Result<Action> {
        let address = self.address()?;
        let when = self.when.map(node_of).transpose()?;
        let when = when.as_ref();
        let bringing = |returns| {
            let is_wanted = alone && (returns == Returns::New || self.returns_old);
            let mut expressions = Expressions::default();
            expressions.returns = is_wanted.then_some(returns);
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
                item: Arc::new(item),
                condition: Some(bringing(Returns::Old).and_when(when)),
            },
            What::Update(_, edits) => {
                check_edits(&address, &edits)?;
                let mut placeholders = Placeholders::lettered('u');
                let update = Clauses::of(&edits, &mut placeholders).text();
                let (names, values) = placeholders.into_parts();
                let mut expressions = bringing(Returns::New);
                expressions.update = Some(update);
                expressions.names.extend(names);
                expressions.values.extend(values);
                Action::Update {
                    address,
                    expressions: expressions.and_when(when),
                }
            }
        })
    }

    async fn run(self) -> Result<BareEnd> {
        let store = self.items.store.clone();
        let repeats = self.repeats();
        let request = Request::single(self.into_action(true)?);
        drive::run(&store, Bare::new(request, repeats)).await
    }

    pub(super) fn send(self) -> Pending<Result<BareEnd>> {
        let explain = self.items.explain(self.operation(), self.key().as_ref());
        Box::pin(async move { self.run().await.map_err(explain) })
    }
}

/// Shows no value.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut draft = f.debug_struct(self.operation());
        match &self.what {
            What::Check(key) | What::Delete(key) => draft.field("key", key),
            What::Put(item) => draft.field("item", &Names(item)),
            What::Update(key, edits) => {
                let paths: Vec<_> = edits.iter().map(|edit| &edit.path).collect();
                draft.field("key", key).field("changes", &paths)
            }
        };
        draft.field("when", &self.when).finish_non_exhaustive()
    }
}

/// The attributes of an item without their values.
pub(super) struct Names<'a>(pub(super) &'a Item);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<_> = self.0.keys().collect();
        names.sort_unstable();
        f.debug_list().entries(names).finish()
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
        if let Verb::Count { amount, .. } = &edit.verb
            && !amount.is_n()
        {
            return refused(format!(
                "the update adds to `{}` what is no number",
                edit.path
            ));
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
