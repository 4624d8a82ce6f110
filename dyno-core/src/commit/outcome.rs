//! Did my conditional write succeed? The one rule that every commit answers it by.

use dyno_value::Item;

use crate::error::{Error, ErrorKind, Result};
use crate::plan::{Etag, Format, Found, PAST_ETAGS, RootState};
use crate::shape::Shape;

/// What the root that failed a condition says of the commit.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// An earlier copy of the request was applied.
    Committed(Etag),
    /// It was not applied, and never will be.
    NotCommitted(Standing),
    /// Too much has happened since to tell.
    Unknown,
}

/// What stands in the way.
#[derive(Debug)]
pub(crate) enum Standing {
    /// Another commit's object.
    Object(RootState),
    /// An item that is not an object of ours.
    Foreign(Item),
    /// Nothing: the object was deleted.
    Nothing,
}

/// Judges a commit from `base` with any of `mine` as its etag by the root that stands there now.
///
/// # Errors
///
/// What stands there must not be touched: another type, a newer format, a damaged root.
pub(crate) fn judge(
    standing: Option<Item>,
    shape: &'static Shape,
    base: Option<&RootState>,
    mine: &[Etag],
    any_lost: bool,
) -> Result<Verdict> {
    let Some(item) = standing else {
        // A lost copy may have been applied before somebody deleted the object.
        return Ok(if any_lost {
            Verdict::Unknown
        } else {
            Verdict::NotCommitted(Standing::Nothing)
        });
    };
    check_writable(&item)?;
    let state = match RootState::read(&item, shape)? {
        Found::Object(state) => state,
        Found::Foreign if any_lost => return Ok(Verdict::Unknown),
        Found::Foreign => return Ok(Verdict::NotCommitted(Standing::Foreign(item))),
        Found::NotLive => {
            let why = "the object is being created or deleted by a newer version; upgrade dyno";
            return Err(Error::new(ErrorKind::NewerFormat, why));
        }
    };
    let committed = mine
        .iter()
        .find(|etag| state.remembers(**etag) || state.life == etag.stamp());
    if let Some(etag) = committed {
        return Ok(Verdict::Committed(*etag));
    }
    let remembered = u64::try_from(PAST_ETAGS).unwrap_or(u64::MAX);
    let tells = match base {
        _ if !any_lost => true,
        Some(base) => {
            state.life == base.life && state.sequence.saturating_sub(base.sequence) <= remembered
        }
        None => false,
    };
    Ok(if tells {
        Verdict::NotCommitted(Standing::Object(state))
    } else {
        Verdict::Unknown
    })
}

/// Refuses to write over an item that this version may not write, whatever else it is.
pub(super) fn check_writable(item: &Item) -> Result<()> {
    Format::read(item)?.map_or(Ok(()), Format::check_writable)
}
