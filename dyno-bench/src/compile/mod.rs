//! What the derive adds to the time that a program takes to compile.
//!
//! A library of 200 objects of ten fields, each written to a value and read from one, is compiled again and again in the
//! debug profile, and so is the same with serde's derives and `serde_dynamo`. The time of a library that only loads dyno is taken
//! away from both, so that neither Cargo nor the dependencies count.

mod cargo;
mod clean;
mod package;
mod processor;
#[cfg(test)]
#[expect(unreachable_pub, reason = "it is the whole of a module of a library")]
mod with_dyno;
#[cfg(test)]
#[expect(unreachable_pub, reason = "it is the whole of a module of a library")]
mod with_serde;

pub(crate) use self::clean::run as run_clean;

use self::cargo::{Took, Verb};
use self::package::{Package, Workspace, ours};
use crate::measure::Comparison;
use crate::report::Row;
use crate::target;

const OBJECTS: u32 = 200;

const EMPTY: &str = "without_objects";
const LOADS_DYNO: &str = "extern crate dyno_core as _;\nextern crate dyno_derive as _;\n";
const WITH_DYNO: &str = "with_dyno";
const WITH_SERDE: &str = "with_serde";

/// What one object may take, in milliseconds, and how many rounds are measured: a round takes seconds.
const BOUNDS: [(Verb, f64, &str, usize); 2] = [
    (Verb::Check, 5.0, "5 ms", 21),
    (Verb::Build, 15.0, "15 ms", 7),
];

const SERDE: &str = "serde's derives and serde_dynamo";

pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    if rounds == 0 {
        return;
    }
    let workspace = made();
    for (verb, bound, bound_text, most_rounds) in BOUNDS {
        let case = format!("{}, an object of 10 fields", verb.name());
        let workspace = workspace.as_ref().map_err(Clone::clone);
        match workspace.and_then(|workspace| times(workspace, verb, rounds.min(most_rounds))) {
            Ok(times) => {
                let bounded = times.iter().map(|time| (time.dyno, bound * 1e6));
                let bounded = Comparison::of(bounded.collect());
                report(Row::timed(case.clone(), bound_text, bounded).at_most(1.0));
                let compared = times.iter().map(|time| (time.dyno, time.serde));
                report(Row::timed(case, SERDE, Comparison::of(compared.collect())));
            }
            Err(why) => {
                report(Row::not_run(case.clone(), bound_text, &why));
                report(Row::not_run(case, SERDE, why));
            }
        }
    }
}

/// What one object took in one round, in nanoseconds.
struct Times {
    dyno: f64,
    serde: f64,
}

fn times(workspace: &Workspace, verb: Verb, rounds: usize) -> Result<Vec<Times>, String> {
    let took = |package| workspace.again(verb, package).map(Took::nanoseconds);
    // What they depend on is compiled with the first.
    for package in [EMPTY, WITH_DYNO, WITH_SERDE] {
        took(package)?;
    }
    let mut times = Vec::new();
    for round in 0..rounds {
        let (dyno, empty, serde);
        if round % 2 == 0 {
            (dyno, empty, serde) = (took(WITH_DYNO)?, took(EMPTY)?, took(WITH_SERDE)?);
        } else {
            (serde, empty, dyno) = (took(WITH_SERDE)?, took(EMPTY)?, took(WITH_DYNO)?);
        }
        let each = |took: f64| (took - empty) / f64::from(OBJECTS);
        times.push(Times {
            dyno: each(dyno),
            serde: each(serde),
        });
    }
    Ok(times)
}

fn made() -> Result<Workspace, String> {
    let dependencies = [
        ours("dyno-core"),
        ours("dyno-derive"),
        "serde = { version = \"1\", features = [\"derive\"] }\n".to_owned(),
        "serde_dynamo = { version = \"4\", features = [\"aws-sdk-dynamodb+1\"] }\n".to_owned(),
    ]
    .concat();
    let package = |name, text| Package {
        name,
        dependencies: dependencies.clone(),
        text,
    };
    let packages = [
        package(WITH_DYNO, library(include_str!("with_dyno.rs"))),
        package(EMPTY, LOADS_DYNO.to_owned()),
        package(WITH_SERDE, library(include_str!("with_serde.rs"))),
    ];
    let directory = target::directory()?.join("compile");
    Workspace::write(directory, &packages).map_err(|error| error.to_string())
}

/// The same module again and again.
fn library(module: &str) -> String {
    (0..OBJECTS)
        .map(|number| format!("pub mod object_{number} {{\n{module}}}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::SystemTime;

    use super::*;

    macro_rules! there_and_back {
        ($module:ident) => {
            let object = $module::Object {
                id: "7".to_owned(),
                name: "Ada".to_owned(),
                count: 3,
                balance: -5,
                score: 0.5,
                active: true,
                note: Some("note".to_owned()),
                tags: vec!["a".to_owned(), "b".to_owned()],
                labels: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
                at: SystemTime::UNIX_EPOCH,
            };
            let value = $module::write(&object).unwrap();
            assert_eq!(value.as_m().unwrap().len(), 10);
            let read = $module::read(value.clone()).unwrap();
            assert_eq!($module::write(&read).unwrap(), value);
        };
    }

    /// The texts of the libraries are modules of this program when it is tested.
    #[test]
    fn both_libraries_write_ten_fields_and_read_them_again() {
        there_and_back!(with_dyno);
        there_and_back!(with_serde);
    }

    #[test]
    fn a_library_has_as_many_objects_as_are_counted() {
        for module in [include_str!("with_dyno.rs"), include_str!("with_serde.rs")] {
            assert_eq!(library(module).matches("pub struct Object {").count(), 200);
        }
    }
}
