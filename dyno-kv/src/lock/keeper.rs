use dyno_core::items::{Update, When, Written, attr};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::hold::Hold;
use super::lease::{Held, Lease};
use crate::attribute::{EXPIRES, HOLDER, LEASE, VERSION};
use crate::hook::Operation;
use crate::mark::Nonce;
use crate::partition::Spot;

/// Renews a lock until it is lost, or the task is ended.
#[derive(Clone, Debug)]
pub(super) struct Keeper {
    pub(super) spot: Spot,
    pub(super) own: Nonce,
    pub(super) lease: Lease,
}

impl Keeper {
    pub(super) async fn keep(self, hold: Hold) {
        let beat = self.lease.beat();
        let mut next = Instant::now() + beat;
        loop {
            sleep_until(next).await;
            if !hold.is_held() {
                return hold.lose();
            }
            let sent = Instant::now();
            next = sent + beat;
            let renewal = self.renewal(hold.version());
            let asked = self.spot.ask(Operation::Renew, renewal);
            match timeout_at(hold.until(), asked).await {
                Ok(Ok(Written::Applied(Some(item)))) => match Held::of_item(&item) {
                    Ok(held) => hold.renew(held.version, self.lease.end(sent)),
                    Err(_) => return hold.lose(),
                },
                Ok(Ok(Written::Refused(Some(item)))) => match Held::of_item(&item) {
                    // A renewal whose answer was lost, or a program that writes where it should not.
                    Ok(held) if held.is_held_by(self.own) => {
                        hold.note_version(held.version);
                        next = sent;
                    }
                    _ => return hold.lose(),
                },
                Ok(Ok(Written::Applied(None) | Written::Refused(None))) => return hold.lose(),
                // Not applied, or nobody knows: the next one tells.
                Ok(Err(_)) | Err(_) => next = Instant::now() + beat / 4,
            }
        }
    }

    /// Gives the lock back. Nobody waits for the answer; without it the lock is free when its lease is over.
    pub(super) async fn give_back(self) {
        drop(self.spot.ask(Operation::Release, self.release()).await);
    }

    /// The request that begins the lease anew, if this version stands.
    pub(super) fn renewal(&self, version: u64) -> When<Update> {
        let stands = attr(VERSION).eq(version) & attr(HOLDER).eq(self.own.value());
        let update = self.spot.update().set(LEASE, self.lease.value());
        let update = update.remove(EXPIRES);
        update.add(VERSION, 1).when(stands)
    }

    /// The request that gives the lock back.
    pub(super) fn release(&self) -> When<Update> {
        let update = self.spot.update().remove(HOLDER).remove(EXPIRES);
        let update = update.add(VERSION, 1);
        update.when(attr(HOLDER).eq(self.own.value()))
    }
}
