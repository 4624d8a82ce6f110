//! The same object saved, loaded, written at a path and deleted by dynamo-store 0.6.0 and by dyno, on one engine.
//!
//! Both send their requests over loopback HTTP, each with the HTTP client that it brings. dynamo-store is a Python library: it
//! is installed into a virtual environment in the target directory, and runs in a process of its own. Its objects are
//! used as its documentation shows; for a path that is its `DyStore`, because objects have no verb for it.

mod ours;
mod python;
mod relay;

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::runtime::Runtime;

use self::ours::{LINES, Orders};
use self::python::{Api, Predecessor};
use self::relay::{Relay, Traffic};
use crate::engine;
use crate::measure::{Comparison, compare};
use crate::report::{Limit, Row};
use crate::server::Server;

const OBJECTS: &str = "dynamo-store 0.6.0";
const MAPS: &str = "dynamo-store 0.6.0 without its objects, with a store that is kept";

const PHASES: &str = "phases";

/// What dyno may take of the time of its predecessor.
const HUNDREDTH: f64 = 0.01;

/// A round takes seconds.
const ROUNDS: usize = 21;

#[derive(Clone, Copy)]
enum Operation {
    Save,
    Load,
    WritePath,
    Delete,
}

impl Operation {
    /// In an order in which each finds what it needs.
    const ALL: [Self; 4] = [Self::Save, Self::Load, Self::WritePath, Self::Delete];

    fn name(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Load => "load",
            Self::Save => "save",
            Self::WritePath => "write_path",
        }
    }

    fn consumes(self) -> bool {
        matches!(self, Self::Delete)
    }

    /// Which entries a list has must be read before one of them is written, or all are deleted.
    fn fewest_phases(self) -> u32 {
        match self {
            Self::Load | Self::Save => 1,
            Self::Delete | Self::WritePath => 2,
        }
    }
}

/// What each operation sent.
type Counts = [(Operation, Traffic); 4];

pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    let runtime = &tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let ours = count(runtime, |endpoint| {
        let mut orders = runtime.block_on(Orders::on(ours::client(endpoint)));
        Ok(move |operation| Ok(runtime.block_on(orders.time(operation))))
    });
    let ours = ours.expect("what is in this process answers");
    for (operation, traffic) in ours {
        let fewest = operation.fewest_phases();
        let case = case(operation, "fewest phases");
        report(phases(case, "the floor", traffic, fewest).limit(Limit::Exactly(1.0)));
    }
    if rounds == 0 {
        return;
    }
    let python = python::installed();
    let theirs = python.clone().and_then(|python| {
        count(runtime, |endpoint| {
            let mut predecessor = Predecessor::start(&python, endpoint)?;
            Ok(move |operation| predecessor.time(Api::Objects, operation))
        })
    });
    match theirs {
        Ok(theirs) => {
            for ((operation, ours), (_, theirs)) in ours.into_iter().zip(theirs) {
                let row = phases(case(operation, PHASES), OBJECTS, ours, theirs.phases)
                    .detail("baseline_requests", theirs.requests);
                report(row.limit(Limit::Exactly(1.0 / f64::from(1 + LINES))));
            }
        }
        Err(why) => {
            for operation in Operation::ALL {
                report(Row::not_run(case(operation, PHASES), OBJECTS, &why));
            }
        }
    }
    let mut sides = python.and_then(|python| Sides::start(runtime, &python));
    for (api, against) in [(Api::Objects, OBJECTS), (Api::Maps, MAPS)] {
        for operation in Operation::ALL {
            let case = case(operation, api.name());
            let sides = sides.as_mut().map_err(|why| why.clone());
            let found = sides.and_then(|sides| sides.compare(rounds.min(ROUNDS), api, operation));
            report(match found {
                Ok(found) => limited(api, Row::timed(case, against, found)),
                Err(why) => Row::not_run(case, against, why),
            });
        }
    }
}

/// The bound is for what programs call. The layer below shows how much of the time its objects take.
fn limited(api: Api, row: Row) -> Row {
    match api {
        Api::Maps => row,
        Api::Objects => row.at_most(HUNDREDTH),
    }
}

fn phases(case: String, against: &'static str, ours: Traffic, baseline: u32) -> Row {
    let (phases, baseline) = (f64::from(ours.phases), f64::from(baseline));
    Row::counted(case, against, PHASES, phases, baseline).detail("requests", ours.requests)
}

fn case(operation: Operation, what: &str) -> String {
    format!("{}, {LINES} shards, {what}", operation.name())
}

/// Does every operation once, on a server of its own, and counts what goes to it.
fn count<F: FnMut(Operation) -> Result<Duration, String>>(
    runtime: &Runtime,
    start: impl FnOnce(&str) -> Result<F, String>,
) -> Result<Counts, String> {
    let relay = Relay::default();
    let servers = runtime.block_on(async {
        let server = Server::of(&engine::empty()).await?;
        let before = relay.clone();
        let front = Server::start(|listener| before.serve(listener, server.address())).await?;
        io::Result::Ok((server, front))
    });
    let (_server, front) = servers.map_err(|error| error.to_string())?;
    let mut side = start(&front.endpoint())?;
    relay.take();
    let mut failed = None;
    let counts = Operation::ALL.map(|operation| {
        failed = failed.take().or_else(|| side(operation).err());
        (operation, relay.take())
    });
    failed.map_or(Ok(counts), Err)
}

/// Both, on one server.
struct Sides<'a> {
    runtime: &'a Runtime,
    ours: Orders,
    predecessor: Predecessor,
    _server: Server,
}

impl<'a> Sides<'a> {
    fn start(runtime: &'a Runtime, python: &Path) -> Result<Self, String> {
        let server = runtime.block_on(Server::of(&engine::empty()));
        let server = server.map_err(|error| error.to_string())?;
        let endpoint = server.endpoint();
        Ok(Self {
            runtime,
            ours: runtime.block_on(Orders::on(ours::client(&endpoint))),
            predecessor: Predecessor::start(python, &endpoint)?,
            _server: server,
        })
    }

    fn compare(
        &mut self,
        rounds: usize,
        api: Api,
        operation: Operation,
    ) -> Result<Comparison, String> {
        let Self {
            runtime,
            ours,
            predecessor,
            ..
        } = self;
        let failed = RefCell::new(None);
        let found = compare(
            rounds,
            |calls| {
                repeat(calls, &failed, || {
                    if operation.consumes() {
                        runtime.block_on(ours.time(Operation::Save));
                    }
                    Ok(runtime.block_on(ours.time(operation)))
                })
            },
            |calls| {
                repeat(calls, &failed, || {
                    if operation.consumes() {
                        predecessor.time(api, Operation::Save)?;
                    }
                    predecessor.time(api, operation)
                })
            },
        );
        failed.into_inner().map_or(Ok(found), Err)
    }
}

/// After a failure nothing is called any more.
fn repeat(
    calls: u32,
    failed: &RefCell<Option<String>>,
    mut call: impl FnMut() -> Result<Duration, String>,
) -> Duration {
    let mut took = Duration::ZERO;
    for _ in 0..calls {
        if failed.borrow().is_some() {
            break;
        }
        match call() {
            Ok(time) => took += time,
            Err(why) => *failed.borrow_mut() = Some(why),
        }
    }
    took
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_operation_takes_more_round_trips_than_it_must() {
        let mut cases = 0;
        run(0, &mut |case| {
            assert_eq!(case.complaint(), None, "{}", case.case());
            cases += 1;
        });
        assert_eq!(cases, Operation::ALL.len());
    }
}
