//! Writing a shard that has a version of its own: one update, and the root stays as it is.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::step::{
    Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step, unknown,
};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{Address, Stamp};
use crate::reserved;

/// What to write, and over which version.
#[derive(Debug)]
pub(crate) struct OwnVersion {
    pub(crate) address: Address,
    /// The incarnation of the object.
    pub(crate) life: Stamp,
    /// The version that was read.
    pub(crate) seen: Stamp,
    /// The attributes that changed, sealed; `None` for those that are gone.
    pub(crate) changes: BTreeMap<String, Option<AttributeValue>>,
}

/// The machine that writes it; it ends with the request that was applied and the new version.
#[derive(Debug)]
pub(crate) struct Independent {
    write: OwnVersion,
    sent: Option<(Request, Stamp)>,
    attempts: Attempts,
}

impl Independent {
    pub(crate) fn new(write: OwnVersion) -> Self {
        Self {
            write,
            sent: None,
            attempts: Attempts::default(),
        }
    }

    /// Whether the shard that stands there was written by this.
    pub(super) fn has_written(&self, standing: &Item) -> bool {
        let version = standing.get(reserved::STAMP).and_then(Stamp::from_value);
        let sent = self.sent.as_ref().map(|(_, stamp)| *stamp);
        version.is_some() && version == sent
    }

    fn update(&self, stamp: Stamp) -> Action {
        let OwnVersion {
            address,
            life,
            seen,
            changes,
        } = &self.write;
        let mut expressions = as_seen(*life, *seen).value(":n", stamp.to_value());
        let (mut sets, mut removes) = (vec!["#g=:n".to_owned()], Vec::new());
        for (index, (name, value)) in changes.iter().enumerate() {
            expressions = expressions.name(format!("#c{index}"), name);
            match value {
                Some(value) => {
                    sets.push(format!("#c{index}=:c{index}"));
                    expressions = expressions.value(format!(":c{index}"), value.clone());
                }
                None => removes.push(format!("#c{index}")),
            }
        }
        let mut update = format!("SET {}", sets.join(", "));
        if !removes.is_empty() {
            update.push_str(" REMOVE ");
            update.push_str(&removes.join(", "));
        }
        expressions.update = Some(update);
        Action::Update {
            address: address.clone(),
            expressions,
        }
    }
}

impl Machine for Independent {
    type Done = (Request, Stamp);

    fn begin(&mut self, fresh: Fresh) -> Result<Step<Self::Done>> {
        let stamp = fresh.etag.stamp();
        let request = Request::single(self.update(stamp));
        super::size::check(&request)?;
        self.sent = Some((request.clone(), stamp));
        Ok(Step::Send(request))
    }

    fn answer(&mut self, answer: Answer, _: Fresh) -> Result<Step<Self::Done>> {
        let Some((request, stamp)) = &self.sent else {
            return Err(unknown());
        };
        match self.attempts.judge(answer, request)? {
            Judged::Applied => Ok(Step::Done((request.clone(), *stamp))),
            Judged::Condition(_, standing) => {
                if standing.is_some_and(|item| self.has_written(&item)) {
                    return Ok(Step::Done((request.clone(), *stamp)));
                }
                Err(self.attempts.refused(changed()))
            }
            Judged::Next(step) => Ok(step),
        }
    }
}

/// The condition that the shard is of this incarnation and version.
pub(super) fn as_seen(life: Stamp, seen: Stamp) -> Expressions {
    Expressions::condition("#i = :i AND #g = :g")
        .name("#i", reserved::LIFE)
        .name("#g", reserved::STAMP)
        .value(":i", life.to_value())
        .value(":g", seen.to_value())
}

/// The error of a shard that has another version by now.
pub(super) fn changed() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "somebody else wrote an independent shard since it was loaded; nothing was written. \
         Reload the object, apply the change again, and save",
    )
}
