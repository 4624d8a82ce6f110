//! What a save writes of each shard.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::{FieldPath, Item, measure};

use super::Own;
use super::save::Cut;
use crate::commit::save::{Draft, Expect, WrittenShard};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::plan::{self, Address, Bodies, Codec, Digests, Owner, ShardBody, ShardField, Stamp};
use crate::store::operation::Operation;

impl Operation {
    pub(super) fn draft(
        &self,
        root: Address,
        cut: Cut,
        before: Option<&Digests>,
        own: &BTreeMap<String, Own>,
        expect: &Expect,
    ) -> Result<Draft<'_>> {
        let Cut {
            bodies,
            digests,
            known: _,
            decisions,
        } = cut;
        check_unloaded(&bodies, expect)?;
        let binding = self.binding(&root)?;
        let owner = self.owner(&root);
        let mut root_body = decisions.seal(bodies.root, &FieldPath::root(), &binding)?;
        root_body.extend(root.to_item());
        let mut written = BTreeMap::new();
        let mut kept = BTreeSet::new();
        for (id, shard) in bodies.shards {
            let unchanged =
                before.is_some_and(|before| before.shards.get(&id) == digests.shards.get(&id));
            if unchanged {
                kept.insert(id);
                continue;
            }
            refuse_key_names(&shard)?;
            let body = decisions.seal(shard.item, &shard.field.path, &binding)?;
            let seen = own.get(&id).map(|own| own.version);
            let shard = written_shard(&owner, shard.field, body, seen)?;
            written.insert(id, shard);
        }
        if let Expect::Base(state) = expect {
            // Shards that a newer version of the type wrote stay as they are.
            let unknown = state
                .manifest
                .0
                .keys()
                .filter(|id| self.topology.shard(id).is_none());
            kept.extend(unknown.cloned());
        }
        Ok(Draft {
            topology: &self.topology,
            owner,
            root,
            root_body,
            entries: digests.entries,
            written,
            kept,
            unloaded: bodies.unloaded.into_keys().collect(),
        })
    }
}

/// The shard as one item, or in pieces if it must or shall be.
fn written_shard(
    owner: &Owner,
    field: ShardField,
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
        items,
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
    let ShardField { table, path, .. } = &shard.field;
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
