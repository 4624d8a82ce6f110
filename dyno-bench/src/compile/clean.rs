//! What dyno adds to the time that a program's dependencies take to compile from nothing.

use super::cargo::Took;
use super::package::{Package, Workspace, facade};
use crate::measure::Comparison;
use crate::report::Row;
use crate::target;

const SDK: &str = "the SDK with the same features";

struct Case {
    name: &'static str,
    ours: Package,
    baseline: Package,
}

/// One build each, which takes minutes.
pub(crate) fn run(rounds: usize, report: &mut dyn FnMut(Row)) {
    if rounds == 0 {
        return;
    }
    for Case {
        name,
        ours,
        baseline,
    } in cases()
    {
        report(match times(ours, baseline) {
            Ok((ours, baseline)) => {
                let found = Comparison::of(vec![(ours.nanoseconds(), baseline.nanoseconds())]);
                Row::timed(name, SDK, found)
                    .detail("seconds", ours.clock.as_secs())
                    .detail("baseline_seconds", baseline.clock.as_secs())
            }
            Err(why) => Row::not_run(name, SDK, why),
        });
    }
}

fn times(ours: Package, baseline: Package) -> Result<(Took, Took), String> {
    let directory = target::directory()?.join("clean-build");
    let names = (ours.name, baseline.name);
    let workspace = Workspace::write(directory, &[ours, baseline]);
    let workspace = workspace.map_err(|error| error.to_string())?;
    let baseline = workspace.afresh(names.1)?;
    Ok((workspace.afresh(names.0)?, baseline))
}

fn cases() -> [Case; 2] {
    let package = |name, dependencies: String| Package {
        name,
        dependencies,
        text: String::new(),
    };
    let sdk = |features: &str| {
        format!(
            "aws-sdk-dynamodb = {{ version = \"1\", default-features = false, features = [{features}] }}\n"
        )
    };
    let for_aws = sdk("\"rt-tokio\", \"default-https-client\"")
        + "aws-config = { version = \"1\", default-features = false, features = [\"default-https-client\", \"rt-tokio\", \"sso\", \"credentials-process\"] }\n";
    [
        Case {
            name: "clean build without features",
            ours: package("dyno-alone", facade(&[])),
            baseline: package("sdk-alone", sdk("\"rt-tokio\"")),
        },
        Case {
            name: "clean build with feature `aws`",
            ours: package("dyno-for-aws", facade(&["aws"])),
            baseline: package("sdk-for-aws", for_aws),
        },
    ]
}
