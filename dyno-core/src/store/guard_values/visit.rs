//! What is done with one object, and with one guard.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::report::{Duplicate, GuardReport};
use crate::commit::regard::{Regard, Regarded};
use crate::commit::together::not_unique;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::key::Key;
use crate::plan::{self, Address, Claims, Found, Guards, RootState, UniqueGuard};
use crate::reserved;
use crate::shape::TableShape;
use crate::store::drive;
use crate::store::fetch_batch::{Projection, fetch_batch};
use crate::store::operation::Operation;
use crate::store::reseal::walk::{Listener, Root, Visitor};
use crate::store::reseal::walked::Walked;

/// Looks at all objects, and at all guards.
#[derive(Debug)]
pub(super) struct Guarding {
    pub(super) report: GuardReport,
    listener: Listener<GuardReport>,
    /// The guards that a dry run would have put, with their owners.
    planned: BTreeMap<Address, Key>,
}

/// What is to be done for one object.
#[derive(Default)]
struct Lacking {
    regard: Regard,
    put: Vec<Address>,
    duplicates: Vec<Duplicate>,
    /// Why a value has no guard and gets none.
    refused: Option<Error>,
}

impl Lacking {
    fn while_root(&mut self, root: Address, is: Node) {
        self.regard = mem::take(&mut self.regard).while_root(root, is);
    }

    fn put(&mut self, guard: Address, item: Item, over: Option<AttributeValue>) {
        self.regard = mem::take(&mut self.regard).put(guard.clone(), item, over);
        self.put.push(guard);
    }
}

/// Of one object or guard that others keep changing.
const MOST_ATTEMPTS: u32 = 10;

impl Visitor for Guarding {
    async fn visit(&mut self, operation: &Operation, root: Root) -> Result<()> {
        let mut item = Some(root.item);
        for attempt in 1..=MOST_ATTEMPTS {
            let Some(read) = item.filter(|item| is_object(operation, item)) else {
                return Ok(());
            };
            if self.guard_object(operation, &root.address, &read).await? == Regarded::Done {
                return Ok(());
            }
            drive::pause(attempt).await?;
            item = fetch_one(operation, &root.address).await?;
        }
        Err(contended())
    }

    fn tables_beside(&self, operation: &Operation) -> Vec<&'static TableShape> {
        plan::guard_tables(operation.topology.root)
    }

    async fn visit_beside(
        &mut self,
        operation: &Operation,
        table: &'static TableShape,
        (address, item): (&Address, &Item),
    ) -> Result<bool> {
        let topology = &operation.topology;
        if !plan::is_guard(topology.root, topology.table, table, item) {
            return Ok(false);
        }
        let mut item = Some(item.clone());
        for attempt in 1..=MOST_ATTEMPTS {
            let Some(guard) = &item else {
                return Ok(true);
            };
            if self.free(operation, address, guard).await? == Regarded::Done {
                return Ok(true);
            }
            drive::pause(attempt).await?;
            item = fetch_one(operation, address).await?;
        }
        Err(contended())
    }

    fn walked(&mut self) -> &mut Walked {
        &mut self.report.walked
    }

    fn tell(&mut self) {
        self.listener.call(&self.report);
    }
}

impl Guarding {
    pub(super) fn new(report: GuardReport, listener: Listener<GuardReport>) -> Self {
        Self {
            report,
            listener,
            planned: BTreeMap::new(),
        }
    }

    /// Puts the guards that an object lacks.
    async fn guard_object(
        &mut self,
        operation: &Operation,
        root: &Address,
        item: &Item,
    ) -> Result<Regarded> {
        let Some(guards) = operation.guards(root) else {
            return Ok(Regarded::Done);
        };
        guards.check_variant(item)?;
        let claims = guards.claims_of_stored(item);
        let none = Claims::default();
        let needed: Vec<_> = claims.beyond(&none).collect();
        let addresses: Vec<_> = needed.iter().map(|guard| guard.address.clone()).collect();
        let standing = fetch(operation, &addresses).await?;
        let places = self.places_of_owners(operation, &guards, &standing)?;
        let as_read = Guards::as_read(operation.topology.root, Some(item));
        let mut owners = BTreeMap::new();
        if !places.is_empty() {
            // What the root has now, and what its guards' owners have, is read at one time.
            let both: Vec<_> = places.iter().chain([root]).cloned().collect();
            owners = fetch(operation, &both).await?;
            if Guards::as_read(operation.topology.root, owners.get(root)) != as_read {
                return Ok(Regarded::Moved);
            }
        }
        let mut lacking = Lacking {
            refused: guards.claims(item).err(),
            ..Lacking::default()
        };
        for guard in needed {
            let found = standing.get(guard.address);
            if let Err(error) = self.look(
                operation,
                &guards,
                (root, &owners),
                guard,
                found,
                &mut lacking,
            ) {
                lacking.refused.get_or_insert(error);
            }
        }
        let Lacking {
            regard,
            put,
            duplicates,
            refused,
        } = lacking;
        if !self.report.dry_run {
            let regard = regard.while_root(root.clone(), as_read);
            if drive::run(&operation.store, regard).await? == Regarded::Moved {
                return Ok(Regarded::Moved);
            }
        }
        for guard in put {
            self.report.guarded += 1;
            if self.report.dry_run {
                self.planned.insert(guard, root.key());
            }
        }
        for duplicate in duplicates {
            self.report.note_duplicate(duplicate);
        }
        refused.map_or(Ok(Regarded::Done), Err)
    }

    /// Where the other objects stand that the guards say they are of, each once.
    fn places_of_owners(
        &self,
        operation: &Operation,
        guards: &Guards,
        standing: &BTreeMap<Address, Item>,
    ) -> Result<BTreeSet<Address>> {
        let others = standing.iter().filter(|(guard, item)| {
            item.get(reserved::OWNER) != Some(guards.owner()) && !self.planned.contains_key(guard)
        });
        let holders = others.filter_map(|(_, item)| plan::owner_of(item));
        holders
            .map(|holder| operation.place_in_table(&holder))
            .collect()
    }

    /// What is to be done for one value.
    fn look(
        &self,
        operation: &Operation,
        guards: &Guards,
        (root, owners): (&Address, &BTreeMap<Address, Item>),
        guard: UniqueGuard<'_>,
        standing: Option<&Item>,
        lacking: &mut Lacking,
    ) -> Result<()> {
        let mut duplicate = |holder: &Key| {
            lacking.duplicates.push(Duplicate {
                key: root.key(),
                field: guard.field,
                holder: holder.clone(),
            });
        };
        if let Some(holder) = self.planned.get(guard.address) {
            if *holder != root.key() {
                duplicate(holder);
            }
            return Ok(());
        }
        let mut over = None;
        if let Some(item) = standing {
            let owner = item.get(reserved::OWNER);
            if owner == Some(guards.owner()) {
                return Ok(());
            }
            let (Some(owner), Some(holder)) = (owner, plan::owner_of(item)) else {
                let error = not_unique(guard.address, Some(item));
                return Err(error.at_path(Guards::path(guard.field)));
            };
            let place = operation.place_in_table(&holder)?;
            let read = owners.get(&place);
            if claims(operation, &place, read, guard.address) {
                duplicate(&holder);
                return Ok(());
            }
            lacking.while_root(place, Guards::as_read(operation.topology.root, read));
            over = Some(owner.clone());
        }
        let item = guards.item(guard.address);
        lacking.put(guard.address.clone(), item, over);
        Ok(())
    }

    /// Removes a guard whose owner has not the value.
    async fn free(
        &mut self,
        operation: &Operation,
        address: &Address,
        guard: &Item,
    ) -> Result<Regarded> {
        let (Some(owner), Some(holder)) = (guard.get(reserved::OWNER), plan::owner_of(guard))
        else {
            return Err(Error::new(
                ErrorKind::Corrupt,
                "the item guards a unique value, and does not say for which object; remove it, and guard the values again",
            ));
        };
        let (place, read) = read_owner(operation, &holder).await?;
        if claims(operation, &place, read.as_ref(), address) || self.planned.contains_key(address) {
            return Ok(Regarded::Done);
        }
        if !self.report.dry_run {
            let lacks = Guards::as_read(operation.topology.root, read.as_ref());
            let regard = Regard::default().while_root(place, lacks);
            let regard = regard.remove(address.clone(), AttributeValue::clone(owner));
            if drive::run(&operation.store, regard).await? == Regarded::Moved {
                return Ok(Regarded::Moved);
            }
        }
        self.report.freed += 1;
        Ok(Regarded::Done)
    }
}

/// Whether the object that was read at this place has the value of the guard.
fn claims(operation: &Operation, root: &Address, item: Option<&Item>, guard: &Address) -> bool {
    let Some(item) = item.filter(|item| is_object(operation, item)) else {
        return false;
    };
    let guards = operation.guards(root);
    guards.is_some_and(|guards| guards.may_claim(item, guard))
}

/// Whether the item is a root of the type. One that cannot be read counts as one: it may have values.
fn is_object(operation: &Operation, item: &Item) -> bool {
    match RootState::read(item, operation.topology.root) {
        Ok(Found::Foreign | Found::Object(_)) => true,
        Ok(Found::NotLive) => false,
        Err(error) => error.kind() != ErrorKind::TypeMismatch,
    }
}

/// What stands where a guard says that its owner does.
async fn read_owner(operation: &Operation, holder: &Key) -> Result<(Address, Option<Item>)> {
    let place = operation.place_in_table(holder)?;
    let read = fetch_one(operation, &place).await?;
    Ok((place, read))
}

async fn fetch_one(operation: &Operation, address: &Address) -> Result<Option<Item>> {
    let mut found = fetch(operation, std::slice::from_ref(address)).await?;
    Ok(found.remove(address))
}

async fn fetch(operation: &Operation, addresses: &[Address]) -> Result<BTreeMap<Address, Item>> {
    let whole = |address: &Address| (address.clone(), Projection::default());
    let wanted: Vec<_> = addresses.iter().map(whole).collect();
    let fetched = fetch_batch(&operation.store, &wanted, true).await;
    match fetched.left {
        None => Ok(fetched.found),
        Some(left) => Err(left.error),
    }
}

fn contended() -> Error {
    Error::new(
        ErrorKind::Contended,
        "other clients kept changing the object while its values were to be guarded; what they saved is guarded. Go over it \
         again later",
    )
}
