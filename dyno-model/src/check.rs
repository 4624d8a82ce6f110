//! Explores a configuration and says what was found.

use std::fmt;
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model};

use crate::config::Configuration;

/// What came of exploring a configuration.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The configuration.
    pub name: &'static str,
    /// Different states.
    pub states: usize,
    /// Steps on the longest of the shortest ways to a state.
    pub depth: usize,
    /// How long it took.
    pub time: Duration,
    /// Invariants that do not hold, each with the steps of a shortest way there.
    pub violated: Vec<(&'static str, String)>,
    /// What the configuration must reach and does not.
    pub missed: Vec<&'static str>,
}

impl Configuration {
    /// Explores all states.
    pub fn check(self) -> Report {
        let expected = self.expected().to_vec();
        self.explore(HasDiscoveries::All, &expected)
    }

    /// Explores until this invariant is found not to hold.
    pub fn find(self, invariant: &'static str) -> Report {
        self.explore(HasDiscoveries::AnyOf([invariant].into()), &[])
    }

    fn explore(self, until: HasDiscoveries, expected: &[&'static str]) -> Report {
        let begun = Instant::now();
        let name = self.name();
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let checker = self.checker().threads(threads).finish_when(until);
        let checker = checker.spawn_bfs().join();
        let discoveries = checker.discoveries();
        let properties = checker.model().properties();
        let mut violated = Vec::new();
        let mut missed = Vec::new();
        for property in &properties {
            match discoveries.get(property.name) {
                Some(path) if property.expectation.discovery_is_failure() => {
                    let steps: Vec<_> = path.clone().into_actions();
                    violated.push((property.name, format!("{steps:?}")));
                }
                None if expected.contains(&property.name) => missed.push(property.name),
                _ => {}
            }
        }
        Report {
            name,
            states: checker.unique_state_count(),
            depth: checker.max_depth(),
            time: begun.elapsed(),
            violated,
            missed,
        }
    }
}

impl Report {
    /// Whether every invariant holds and everything that must happen does.
    pub fn is_clean(&self) -> bool {
        self.violated.is_empty() && self.missed.is_empty()
    }

    /// Whether this invariant was found not to hold.
    pub fn violates(&self, invariant: &str) -> bool {
        self.violated.iter().any(|(name, _)| *name == invariant)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            states,
            depth,
            time,
            violated,
            missed,
        } = self;
        let seconds = time.as_secs_f32();
        write!(
            formatter,
            "{name:44} {states:>9} states, depth {depth:>2}, {seconds:>5.1} s"
        )?;
        for (invariant, _) in violated {
            write!(formatter, "; violated: {invariant}")?;
        }
        for property in missed {
            write!(formatter, "; not reached: {property}")?;
        }
        Ok(())
    }
}
