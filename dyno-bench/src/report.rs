//! What a benchmark found, as a line of JSON.

use serde_json::{Value, json};

use crate::measure::Comparison;

/// One measured case.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) found: Comparison,
    /// The most that the ratio may be.
    pub(crate) bound: f64,
    /// Of one call.
    pub(crate) allocations: u64,
    /// The most that one call may make.
    pub(crate) allowed: u64,
}

impl Case {
    /// The line to print for this case of a benchmark.
    pub(crate) fn to_json(&self, bench: &str) -> Value {
        let ratio = &self.found.ratio;
        json!({
            "bench": bench,
            "case": self.name,
            "ours": rounded(self.found.ours, 1e1),
            "baseline": rounded(self.found.baseline, 1e1),
            "ratio": rounded(ratio.median, 1e3),
            "p10": rounded(ratio.p10, 1e3),
            "p90": rounded(ratio.p90, 1e3),
            "bound": self.bound,
            "allocations": self.allocations,
            "allowed": self.allowed,
        })
    }

    /// What is worse than it may be, if anything is.
    pub(crate) fn complaint(&self) -> Option<String> {
        let ratio = &self.found.ratio;
        if self.allocations > self.allowed {
            let (made, allowed) = (self.allocations, self.allowed);
            return Some(format!("{made} allocations, {allowed} are allowed"));
        }
        (ratio.at_least > self.bound).then(|| {
            format!(
                "the ratio {:.3} is over {}; by the noise measured it is at least {:.3}",
                ratio.median, self.bound, ratio.at_least
            )
        })
    }
}

fn rounded(figure: f64, steps: f64) -> f64 {
    (figure * steps).round() / steps
}
