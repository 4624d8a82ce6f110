//! What is done with one object.

use std::collections::BTreeSet;
use std::sync::Arc;

use dyno_value::{Item, ValueError, measure, measure_value};

use super::keep::Keeping;
use super::object;
use super::report::ResealReport;
use super::walk::{Listener, Root, Visitor};
use super::walked::Walked;
use crate::commit::renew::{Renew, Renewed};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::plan::{self, Change, Form, How, ItemSeals, Part, Stale};
use crate::shape::Shape;
use crate::store::drive;
use crate::store::operation::Operation;
use crate::store::shards::Shards;
use crate::store::snapshot::Snapshot;
use crate::store::tree::Expecting;

/// Brings objects up to date, one after the other.
#[derive(Debug)]
pub(super) struct Changing {
    pub(super) report: ResealReport,
    pub(super) listener: Listener<ResealReport>,
    /// Whether what nobody encrypts any more is opened.
    pub(super) open: bool,
    /// Whether a tree in clear reads as an object of the type.
    pub(super) reads: fn(Item) -> Result<(), ValueError>,
}

/// What came of one attempt at an object.
enum Attempt {
    Done,
    /// Values were written, and the object as a whole is to be written next.
    GoOn,
    /// Somebody else was first.
    Moved,
}

impl Visitor for Changing {
    fn check(&self, operation: &Operation, root: &Root) -> Result<()> {
        ItemSeals::of(operation.topology.root, &root.address, operation.loader()).map(drop)
    }

    async fn visit(&mut self, operation: &Operation, root: Root) -> Result<()> {
        let before = self.report.work();
        let visited = Box::pin(self.bring_up_to_date(operation, &root)).await;
        if self.report.work() > before {
            self.report.changed += 1;
        }
        if matches!(&visited, Err(error) if error.kind() == ErrorKind::Contended) {
            self.report.contended += 1;
        }
        visited
    }

    fn walked(&mut self) -> &mut Walked {
        &mut self.report.walked
    }

    fn tell(&mut self) {
        self.listener.call(&self.report);
    }
}

impl Changing {
    async fn bring_up_to_date(&mut self, operation: &Operation, root: &Root) -> Result<()> {
        let mut snapshot = object::read_rest(operation, root).await?;
        for attempt in 1..=MOST_ATTEMPTS {
            let Some(read) = snapshot else {
                return Ok(());
            };
            let state = read.state.clone();
            match self.attempt(operation, root, read).await? {
                Attempt::Done => return object::check_known(operation, state.as_ref()),
                Attempt::GoOn => {}
                Attempt::Moved => drive::pause(attempt).await?,
            }
            snapshot = object::read(operation, root).await?;
        }
        Err(Error::new(
            ErrorKind::Contended,
            "other clients kept changing the object while its values were sealed anew; what they saved is sealed as their \
             loaders say. Go over it again later",
        ))
    }

    async fn attempt(
        &mut self,
        operation: &Operation,
        root: &Root,
        snapshot: Snapshot,
    ) -> Result<Attempt> {
        let shape = operation.topology.root;
        let seals = ItemSeals::of(shape, &root.address, operation.loader())?;
        if seals.protect(&snapshot.root) {
            self.report.unsealed_type += 1;
            return Ok(Attempt::Done);
        }
        let other_seals = OtherSeals::of(&snapshot, &seals);
        // An item that is changed in part would not fit its seal.
        let as_a_whole = shape.seals() || other_seals.is_some();
        let entries = snapshot.entries();
        // A walk over a table takes long: for each object its source is asked what holds now.
        let operation = &operation.again(operation.name, operation.shared_loader());
        let binding = operation.binding(&root.address)?;
        let open = self.open;
        let read = (&snapshot.root, &snapshot.shards);
        let stale = operation.with_keys(read, |read| {
            let (topology, loader) = (&operation.topology, operation.loader());
            Stale::of(topology, read, &entries, &binding, loader, open)
        });
        let stale = stale.await?;
        if other_seals.is_some() && snapshot.state.is_none() {
            check_reads(operation, root, &snapshot, self.reads).await?;
        }
        if self.report.dry_run || (stale.parts.is_empty() && other_seals.is_none()) {
            for change in stale.parts.values().flatten() {
                self.report.note(&change.how);
            }
            self.note_seals(shape, other_seals.as_ref());
            self.note_read(shape, &stale);
            return Ok(Attempt::Done);
        }
        if let Some(state) = &snapshot.state {
            state.check_writable()?;
        }
        let (mut whole, mut wrote) = (Vec::new(), false);
        for (part, changes) in &stale.parts {
            let updates = if as_a_whole {
                None
            } else {
                in_place(operation, root, &snapshot, part, changes)?
            };
            let Some(updates) = updates else {
                whole.extend(changes.iter().map(|change| change.how.clone()));
                continue;
            };
            for update in updates {
                let written: Vec<How> = update
                    .changes()
                    .iter()
                    .map(|change| change.how.clone())
                    .collect();
                if drive::run(&operation.store, update).await? == Renewed::Moved {
                    return Ok(Attempt::Moved);
                }
                wrote = true;
                self.report.note_all(&written);
            }
        }
        if whole.is_empty() && other_seals.is_none() {
            self.note_read(shape, &stale);
            return Ok(Attempt::Done);
        }
        if wrote {
            return Ok(Attempt::GoOn);
        }
        match save(operation, root, snapshot, &stale, other_seals.as_ref()).await {
            Ok(()) => {
                self.report.note_all(&whole);
                self.note_seals(shape, other_seals.as_ref());
                self.note_read(shape, &stale);
                Ok(Attempt::Done)
            }
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(Attempt::Moved),
            Err(error) => Err(error),
        }
    }

    /// Notes what was accepted and left when the object was read.
    fn note_read(&mut self, shape: &Shape, stale: &Stale) {
        self.report.note_left(&stale.left);
        if !self.report.dry_run {
            plan::report_exceptions(shape.name(), &stale.exceptions);
        }
    }

    fn note_seals(&mut self, shape: &Shape, other: Option<&OtherSeals>) {
        let count = if shape.seals() {
            &mut self.report.items_sealed
        } else {
            &mut self.report.items_unsealed
        };
        *count += u64::from(other.is_some());
    }
}

/// That a save would make other seals than the object's items have.
struct OtherSeals {
    /// The shards of which that holds.
    shards: BTreeSet<String>,
}

impl OtherSeals {
    /// `None`: every item has the seal that a save would give it, by its key, or none.
    fn of(snapshot: &Snapshot, seals: &ItemSeals) -> Option<Self> {
        let wanted = seals.key_id();
        let differs = |item: &Item| plan::seal_key_id(item) != wanted;
        let shards = snapshot.shards.iter();
        let shards: BTreeSet<_> = shards
            .filter(|(_, (_, item))| differs(item))
            .map(|(id, _)| id.clone())
            .collect();
        (differs(&snapshot.root) || !shards.is_empty()).then_some(Self { shards })
    }
}

/// Refuses to make an object of an item that does not read as one.
async fn check_reads(
    operation: &Operation,
    root: &Root,
    snapshot: &Snapshot,
    reads: fn(Item) -> Result<(), ValueError>,
) -> Result<()> {
    let opened = operation.opened(&root.key, &root.address, Shards::All, snapshot.clone());
    let mut loaded = opened.await?;
    let Err(error) = reads(std::mem::take(&mut loaded.tree)) else {
        return Ok(());
    };
    let path = error.path().clone();
    let cause = loaded.decisions.does_not_fit(error);
    let why = "the item is none of dyno's and does not read as an object of the type, so none is made of it; if it belongs to \
               another type, leave it out with `.only_if(..)`";
    Err(Error::new(cause.kind(), why)
        .at_path(path)
        .with_source(cause))
}

/// With pauses of up to a second.
const MOST_ATTEMPTS: u32 = 8;

/// The updates of one item; `None` if its values cannot be written where they are: they are inside pieces, or the item
/// would be too large.
fn in_place(
    operation: &Operation,
    root: &Root,
    snapshot: &Snapshot,
    part: &Part,
    changes: &[Change],
) -> Result<Option<Vec<Renew>>> {
    let (address, item) = match part {
        Part::Root => (root.address.clone(), &snapshot.root),
        Part::Shard(id) => {
            let state = snapshot.state.as_ref();
            let entry = state.and_then(|state| state.manifest.0.get(id));
            let (Some(entry), Some((field, item))) = (entry, snapshot.shards.get(id)) else {
                return Ok(None);
            };
            if matches!(entry.form, Form::Pieces(..)) {
                return Ok(None);
            }
            let owner = operation.owner(&root.address);
            let address = owner.address(field, entry.in_spare_slot, 0)?;
            (address, item)
        }
    };
    let mut bytes = measure(item)?;
    for change in changes {
        if let Some(new) = &change.new {
            bytes += measure_value(new)?;
        }
        if let Some(old) = &change.old {
            bytes = bytes.saturating_sub(measure_value(old)?);
        }
    }
    if bytes > limits::ITEM_BYTES {
        return match snapshot.state {
            Some(_) => Ok(None),
            None => Err(too_large(bytes)),
        };
    }
    Ok(Some(Renew::all(&address, changes.to_vec())))
}

/// Saves the object as it was read, which writes the parts that are sealed otherwise now.
async fn save(
    operation: &Operation,
    root: &Root,
    snapshot: Snapshot,
    stale: &Stale,
    other_seals: Option<&OtherSeals>,
) -> Result<()> {
    let mut loaded = operation
        .opened(&root.key, &root.address, Shards::All, snapshot)
        .await?;
    let tree = std::mem::take(&mut loaded.tree);
    let mut baseline = loaded
        .compared_with(&operation.topology, tree.clone())?
        .resealing();
    if let Some(OtherSeals { shards }) = other_seals {
        baseline = baseline.rewriting(shards.clone());
    }
    stale
        .removed()
        .for_each(|column| baseline.remove_unclaimed(column));
    let keeping = Keeping {
        loader: operation.shared_loader(),
        kept: stale.kept.clone(),
    };
    let expecting = Expecting::Baseline(Box::new(baseline));
    operation
        .again(operation.name, Some(Arc::new(keeping)))
        .save_tree(tree, &root.key, expecting)
        .await
        .map(drop)
}

fn too_large(bytes: usize) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        format!(
            "with its values sealed the item would have {bytes} bytes, DynamoDB allows {}; nothing was written",
            limits::ITEM_BYTES
        ),
    )
}
