//! A commit of an object together with the items that keep the values of its fields unique.
//!
//! The actions of the object come first, then the guards of the values that it has afterwards and not before, then those of the
//! values that it has before and not afterwards. What it has before is known by the condition on its root: that it is as it was
//! loaded, or, where it was not, that it has these values, which are supposed at first and taken from what stands there then.

use std::sync::Arc;

use dyno_value::Item;

use super::member::{Member, MemberDone};
use crate::commit::VersionLock;
use crate::commit::plain::Plain;
use crate::commit::reason::Reason;
use crate::commit::step::{Action, Answer, Expressions, Fresh, Machine, Request, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::plan::{Address, Claims, Found, Guards, RootState, owner_of};
use crate::reserved;
use crate::shape::Shape;

/// What an object claims, before and after a commit.
#[derive(Debug)]
pub(crate) struct Guarding {
    pub(crate) guards: Guards,
    pub(crate) before: Before,
    pub(crate) after: Claims,
}

/// What an object claims before a commit.
#[derive(Debug)]
pub(crate) enum Before {
    /// Nothing, until the commit follows what it meets.
    Found,
    /// What it had when it was loaded.
    Loaded(Claims),
    /// What the condition says, which is made again from what it meets.
    Supposed(Box<Blind>),
}

/// A write of a plain item over whatever stands there.
#[derive(Debug)]
pub(crate) struct Blind {
    pub(crate) root: Address,
    pub(crate) shape: &'static Shape,
    /// The item to be put; `None` deletes.
    pub(crate) item: Option<Item>,
    pub(crate) lock: Option<VersionLock>,
    pub(crate) when: Option<Node>,
}

impl Blind {
    fn supposing(&self, claims: Vec<Node>) -> Plain {
        let mut all: Vec<_> = self.when.iter().cloned().chain(claims).collect();
        let when = if all.len() == 1 {
            all.pop()
        } else {
            Some(Node::All(all))
        };
        let plain = match &self.item {
            Some(item) => Plain::put(self.root.clone(), Arc::new(item.clone())),
            None => Plain::delete(self.root.clone()),
        };
        let plain = plain.of_type(self.shape);
        plain.when_locked(self.lock.clone(), when.as_ref())
    }
}

impl Guarding {
    /// The commit with its guards, if it changes any.
    pub(crate) fn over(self, root: Member<'_>) -> Member<'_> {
        let Self {
            guards,
            before,
            after,
        } = self;
        let (root, blind, claims, follows) = match before {
            Before::Loaded(claims) => {
                let same = after.beyond(&claims).next().is_none()
                    && claims.beyond(&after).next().is_none();
                if same {
                    return root;
                }
                (root, None, claims, false)
            }
            Before::Found => (root, None, Claims::default(), true),
            Before::Supposed(blind) => {
                let claims = Claims::default();
                let root = Member::Plain(blind.supposing(guards.supposing(&claims)));
                (root, Some(blind), claims, false)
            }
        };
        Member::Guarded(Box::new(Guarded {
            root,
            own: Vec::new(),
            guards,
            blind,
            follows,
            before: claims,
            after,
        }))
    }
}

/// A commit with its guards.
#[derive(Debug)]
pub(crate) struct Guarded<'a> {
    pub(super) root: Member<'a>,
    /// What the commit sends by itself.
    own: Vec<Action>,
    guards: Guards,
    blind: Option<Box<Blind>>,
    /// Whether what it has before is what it meets.
    follows: bool,
    before: Claims,
    after: Claims,
}

impl Guarded<'_> {
    /// Whether it puts a plain item over whatever stands there, or deletes by key.
    pub(super) fn is_blind(&self) -> bool {
        self.blind.is_some() || (self.follows && self.root.is_deletion())
    }

    fn with_guards(&mut self, step: Step<MemberDone>) -> Step<MemberDone> {
        match step {
            Step::Done(done) => Step::Done(done),
            Step::Send(request) => {
                self.own = request.actions().to_vec();
                Step::Send(self.request())
            }
            Step::Wait { attempt, then } => {
                self.own = then.actions().to_vec();
                Step::Wait {
                    attempt,
                    then: self.request(),
                }
            }
        }
    }

    fn request(&self) -> Request {
        let mine_or_nobodys = |address: &Address| {
            Expressions::condition("attribute_not_exists(#k) OR #o = :o")
                .name("#k", address.key_name())
                .name("#o", reserved::OWNER)
                .value(":o", self.guards.owner().clone())
        };
        let puts = self.after.beyond(&self.before).map(|guard| Action::Put {
            address: guard.address.clone(),
            item: Arc::new(self.guards.item(guard.address)),
            condition: Some(mine_or_nobodys(guard.address)),
        });
        let deletes = self.before.beyond(&self.after).map(|guard| Action::Delete {
            address: guard.address.clone(),
            condition: Some(mine_or_nobodys(guard.address)),
        });
        let own = self.own.iter().cloned();
        Request::Transact {
            token: String::new(),
            actions: own.chain(puts).chain(deletes).collect(),
        }
    }

    /// The error of the first value that another object has.
    fn taken(&self, reasons: &[Reason]) -> Option<Error> {
        let mut puts = self.after.beyond(&self.before).zip(reasons);
        let (guard, reason) = puts.find(|(_, reason)| reason.is_condition())?;
        let error = not_unique(guard.address, reason.item.as_ref());
        Some(error.at_path(Guards::path(guard.field)))
    }

    /// Leaves alone the guards of old values that other objects have: they had them first.
    fn give_up(&mut self, reasons: &[Reason]) -> bool {
        let puts = self.after.beyond(&self.before).count();
        let deletes = self.before.beyond(&self.after);
        let deletes = deletes.zip(reasons.iter().skip(puts));
        let refused = deletes.filter(|(_, reason)| reason.is_condition());
        let refused: Vec<_> = refused.map(|(guard, _)| guard.field).collect();
        for field in &refused {
            self.before.give_up(field);
        }
        !refused.is_empty()
    }

    /// What stands there claims, if the condition supposed something else.
    fn supposed_otherwise(&self, blind: &Blind, standing: Option<&Item>) -> Option<Claims> {
        let claims = match standing {
            None => Claims::default(),
            Some(item) => match RootState::read(item, blind.shape) {
                Ok(Found::Foreign) => self.guards.claims_of_stored(item),
                Ok(Found::NotLive | Found::Object(_)) | Err(_) => return None,
            },
        };
        (!claims.are_values_of(&self.before)).then_some(claims)
    }

    fn refused(&mut self, mut own: Vec<Reason>, fresh: Fresh) -> Result<Step<MemberDone>> {
        let guards = own.split_off(own.len().min(self.own.len()));
        let standing = own.first().and_then(|root| root.item.clone());
        if !own.iter().any(Reason::is_condition) {
            if let Some(error) = self.taken(&guards) {
                return Err(error);
            }
            if self.give_up(&guards) {
                return Ok(Step::Send(self.request()));
            }
        } else if let Some(blind) = &self.blind
            && let Some(claims) = self.supposed_otherwise(blind, standing.as_ref())
        {
            let plain = blind.supposing(self.guards.supposing(&claims));
            self.root = Member::Plain(plain);
            self.before = claims;
            let step = self.root.begin(fresh)?;
            return Ok(self.with_guards(step));
        }
        let step = self.root.answer(Answer::Cancelled(own), fresh)?;
        if self.follows && !matches!(step, Step::Done(_)) {
            let claims = standing.map(|item| self.guards.claims_of_stored(&item));
            self.before = claims.unwrap_or_default();
        }
        Ok(self.with_guards(step))
    }
}

impl Machine for Guarded<'_> {
    type Done = MemberDone;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<MemberDone>> {
        let step = self.root.begin(fresh)?;
        Ok(self.with_guards(step))
    }

    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<MemberDone>> {
        match answer {
            Answer::Cancelled(reasons) => self.refused(reasons, fresh),
            answer => self.root.answer(answer, fresh),
        }
    }
}

/// The error of a value whose guard is not to be had; what stands there, if the service told. The value is not shown: it may be
/// somebody's address, and errors are logged.
pub(crate) fn not_unique(guard: &Address, standing: Option<&Item>) -> Error {
    let holder = standing.and_then(owner_of);
    let why = match (&holder, standing) {
        (Some(key), _) => format!(
            "must be unique, and the object with key `{key}` has the value; nothing was written. Take another value, or change \
             that object first"
        ),
        (None, None) => "must be unique, and another object has the value, of which the service did not tell the key; nothing was \
             written. Take another value"
            .to_owned(),
        (None, Some(_)) => format!(
            "must be unique, and something that dyno did not write stands in table `{}` where the item belongs that guards \
             the value; nothing was written. Look at that item",
            guard.table
        ),
    };
    Error::new(ErrorKind::NotUnique, why).held_by(holder)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::key::Key;
    use crate::shape::TableShape;

    #[test]
    fn an_error_says_whom_it_knows() {
        let table = TableShape::new("Users", "ID");
        let guard = Address::of_text(&table, None, &Key::from("guard")).unwrap();
        let says = |standing: Option<&Item>, text: &str, holder: Option<Key>| {
            let error = not_unique(&guard, standing);
            assert!(error.to_string().contains(text), "{error}");
            assert_eq!(error.holder(), holder.as_ref());
        };
        let owner = AttributeValue::L(vec![AttributeValue::S("u1".into())]);
        let item = Item::from([(reserved::OWNER.to_owned(), owner)]);
        says(
            Some(&item),
            "key `u1` has the value; nothing",
            Some("u1".into()),
        );
        says(Some(&Item::new()), "dyno did not write", None);
        says(None, "did not tell the key", None);
    }
}
