//! What a save writes of each shard.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dyno_value::{FieldPath, Item, Segment, measure};

use super::{Cut, Own};
use crate::commit::save::{Draft, Expect, WrittenShard};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::plan::{
    self, Address, Bodies, Codec, Digests, ItemSeals, Owner, RootState, ShardBody, ShardField,
    Stamp, Topology,
};
use crate::store::operation::Operation;

/// Which shards a save need not write.
pub(super) struct Unchanged {
    /// The fingerprints of what the save builds on.
    pub(super) before: Option<Digests>,
    /// What is written also if it is as it was.
    pub(super) rewrite: BTreeSet<String>,
}

impl Unchanged {
    fn keeps(&self, id: &str, now: &Digests) -> bool {
        let before = self.before.as_ref();
        !self.rewrite.contains(id)
            && before.is_some_and(|before| before.shards.get(id) == now.shards.get(id))
    }
}

impl Operation {
    pub(super) fn draft(
        &self,
        root: Address,
        cut: Cut,
        unchanged: &Unchanged,
        own: &BTreeMap<String, Own>,
        expect: &Expect,
    ) -> Result<Draft<'_>> {
        let Cut {
            bodies,
            digests,
            known: _,
            decisions,
        } = cut;
        let seals = ItemSeals::of(self.topology.root, &root, self.loader())?;
        let newly_sealed = matches!(expect, Expect::Base(state) if seals.are_not_those_of(state));
        check_unloaded(&bodies, expect)?;
        if matches!(expect, Expect::Base(state) if newly_sealed && state.seal.is_none()) {
            check_all_loaded(&bodies)?;
        }
        let unknown = match expect {
            Expect::Base(state) => unknown_shards(&self.topology, state, &bodies)?,
            Expect::Anything | Expect::Foreign(_) | Expect::Nothing => BTreeSet::new(),
        };
        let binding = self.binding(&root)?;
        let owner = self.owner(&root);
        let mut root_body = decisions.seal(bodies.root, &FieldPath::root(), &binding)?;
        root_body.extend(root.to_item());
        let mut written = BTreeMap::new();
        let mut kept = BTreeSet::new();
        for (id, shard) in bodies.shards {
            if unchanged.keeps(&id, &digests) && !newly_sealed {
                kept.insert(id);
                continue;
            }
            refuse_key_names(&shard)?;
            let body = decisions.seal(shard.item, &shard.field.path, &binding)?;
            let seen = own.get(&id).map(|own| own.version);
            let shard = written_shard(&owner, shard.field, body, seen)?;
            written.insert(id, shard);
        }
        kept.extend(unknown);
        Ok(Draft {
            topology: &self.topology,
            owner,
            root,
            root_body,
            entries: digests.entries,
            written,
            kept,
            unloaded: bodies.unloaded.into_keys().collect(),
            seals,
        })
    }
}

/// The shards and collections that only a newer version of the type knows: they stay as they are.
///
/// # Errors
///
/// One is inside a part that the object no longer has.
fn unknown_shards(
    topology: &Topology,
    state: &RootState,
    bodies: &Bodies,
) -> Result<BTreeSet<String>> {
    let shards = state.manifest.0.keys();
    let shards = shards.filter(|id| topology.shard(id).is_none());
    let collections = state.entries.0.keys();
    let collections = collections.filter(|id| !topology.knows_collection(id));
    let unknown: BTreeSet<String> = shards.chain(collections).cloned().collect();
    let lost = unknown.iter().find(|id| !has_place(id, &unknown, bodies));
    match lost {
        None => Ok(unknown),
        Some(id) => Err(Error::new(
            ErrorKind::TypeMismatch,
            format!(
                "the part around the shard `{id}` was removed, and the type does not know that shard, so it would be \
                 left behind; remove the part with the version of the program that knows it"
            ),
        )),
    }
}

/// Whether the part around a shard is still there.
fn has_place(id: &str, unknown: &BTreeSet<String>, bodies: &Bodies) -> bool {
    let Some((around, _)) = id.rsplit_once('/') else {
        return true;
    };
    if unknown.contains(around) || bodies.unloaded.contains_key(around) {
        return true;
    }
    if bodies.shards.contains_key(around) {
        return true;
    }
    let is_inside = |item: &Item, path: &[Segment]| {
        let mut item = Some(item);
        for segment in path {
            let inner = match (item, segment) {
                (Some(item), Segment::Key(name)) => item.get(name),
                _ => None,
            };
            item = inner.and_then(|inner| inner.as_m().ok());
        }
        item.is_some()
    };
    // In an object that is embedded in the root or in a shard.
    let Some(path) = plan::path_of(around) else {
        return false;
    };
    let segments = path.segments();
    let mut shard = around;
    let mut depth = segments.len();
    while let Some((outer, _)) = shard.rsplit_once('/') {
        (shard, depth) = (outer, depth - 1);
        if unknown.contains(shard) || bodies.unloaded.contains_key(shard) {
            return true;
        }
        if let Some(body) = bodies.shards.get(shard) {
            return is_inside(&body.item, segments.get(depth..).unwrap_or_default());
        }
    }
    is_inside(&bodies.root, segments)
}

/// The shard as one item, or in pieces if it must or shall be.
fn written_shard(
    owner: &Owner,
    field: Arc<ShardField>,
    body: Item,
    seen: Option<Stamp>,
) -> Result<WrittenShard> {
    let bytes = measure(&body)? + measure(&owner.address(&field, false, 0)?.to_item())?;
    let in_pieces = field.chunked || (bytes > SHARD_BYTES && !field.independent);
    let items = if in_pieces {
        plan::cut(&body, Codec::PREFERRED)?
    } else {
        vec![body]
    };
    Ok(WrittenShard {
        field,
        items: items.into_iter().map(Arc::new).collect(),
        in_pieces,
        seen,
    })
}

/// What one item holds of a shard besides the mapper's attributes, which take less than the rest.
const SHARD_BYTES: usize = limits::ITEM_BYTES - 1024;

/// A shard that was never loaded can only stay where it is.
fn check_unloaded(bodies: &Bodies, expect: &Expect) -> Result<()> {
    let stays = |place: &str, (life, id): &(Stamp, String)| match expect {
        Expect::Base(state) => {
            *life == state.life
                && id == place
                && (state.manifest.0.contains_key(place) || state.entries.0.contains_key(place))
        }
        Expect::Anything | Expect::Foreign(_) | Expect::Nothing => false,
    };
    let mut unloaded = bodies.unloaded.iter();
    match unloaded.find(|(place, mark)| !stays(place, mark)) {
        Some((place, _)) => Err(not_loaded(place)),
        None => Ok(()),
    }
}

/// An object gets its seals with all its shards: those that were never loaded would stay without.
fn check_all_loaded(bodies: &Bodies) -> Result<()> {
    match bodies.unloaded.keys().next() {
        Some(id) => Err(Error::new(
            ErrorKind::InvalidValue,
            format!(
                "shard `{id}` was never loaded, and the object has no seals yet; call `get()` on it, so that all shards \
                 are sealed together"
            ),
        )),
        None => Ok(()),
    }
}

fn not_loaded(id: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue,
        format!(
            "shard `{id}` was never loaded, and it is not that of the object that is saved; call `get()` on it first"
        ),
    )
}

/// A shard's key attributes hold its place, so nothing of the user's can have their names.
pub(super) fn refuse_key_names(shard: &ShardBody) -> Result<()> {
    let ShardField { table, path, .. } = &*shard.field;
    let names = [Some(table.key_name()), table.sort_name()]
        .into_iter()
        .flatten();
    match names.into_iter().find(|name| shard.item.contains_key(*name)) {
        Some(name) => Err(Error::new(
            ErrorKind::InvalidValue,
            format!("a key attribute of table `{}` has this name and holds the shard's place; rename it", table.name()),
        )
        .at_path(path.key(name))),
        None => Ok(()),
    }
}
