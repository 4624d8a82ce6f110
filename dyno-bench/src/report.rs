//! What a benchmark found, as lines of JSON.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::measure::{Comparison, Spread};

/// One measured case.
pub(crate) struct Row {
    case: String,
    /// What the baseline is.
    against: Cow<'static, str>,
    found: Found,
    limit: Option<Limit>,
    allocations: Option<Allocations>,
    details: Map<String, Value>,
}

enum Found {
    /// Nanoseconds for one call.
    Timed(Comparison),
    /// Figures without noise.
    Counted {
        ours: f64,
        baseline: f64,
        unit: &'static str,
    },
    /// The figures are among the details.
    Elsewhere,
    NotRun(String),
}

/// What the ratio of ours to the baseline may be.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    Exactly(f64),
}

/// How often one call asks for memory.
#[derive(Clone, Copy)]
pub(crate) struct Allocations {
    pub(crate) ours: u64,
    pub(crate) baseline: Option<u64>,
    /// The most that ours may be.
    pub(crate) allowed: Option<u64>,
}

impl Row {
    /// A case of which both sides were timed in turns.
    pub(crate) fn timed(case: impl Into<String>, against: &'static str, found: Comparison) -> Self {
        Self::new(case, against, Found::Timed(found))
    }

    /// A case with figures that are the same each time.
    pub(crate) fn counted(
        case: impl Into<String>,
        against: &'static str,
        unit: &'static str,
        ours: f64,
        baseline: f64,
    ) -> Self {
        let found = Found::Counted {
            ours,
            baseline,
            unit,
        };
        Self::new(case, against, found)
    }

    /// A case that could not be measured, and why.
    pub(crate) fn not_run(
        case: impl Into<String>,
        against: &'static str,
        why: impl Into<String>,
    ) -> Self {
        Self::new(case, against, Found::NotRun(why.into()))
    }

    /// A case that another program measured and printed as such a line. `None` where it is no line of a case.
    pub(crate) fn from_json(line: &str) -> Option<Self> {
        let mut details: Map<String, Value> = serde_json::from_str(line).ok()?;
        details.remove("bench")?;
        let (case, against) = (text(&mut details, "case")?, text(&mut details, "against")?);
        let found = match text(&mut details, "did_not_run") {
            Some(why) => Found::NotRun(why),
            None => Found::Elsewhere,
        };
        let row = Self::new(case, against, found);
        Some(Self { details, ..row })
    }

    fn new(case: impl Into<String>, against: impl Into<Cow<'static, str>>, found: Found) -> Self {
        Self {
            case: case.into(),
            against: against.into(),
            found,
            limit: None,
            allocations: None,
            details: Map::new(),
        }
    }

    /// Says what the ratio may be.
    pub(crate) fn limit(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Says that the ratio may be this, and no more.
    pub(crate) fn at_most(self, bound: f64) -> Self {
        self.limit(Limit::AtMost(bound))
    }

    pub(crate) fn allocations(mut self, allocations: Allocations) -> Self {
        self.allocations = Some(allocations);
        self
    }

    /// Adds a figure that belongs to the case and is not compared.
    pub(crate) fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn case(&self) -> &str {
        &self.case
    }

    /// The line to print for this case of a benchmark.
    #[expect(
        clippy::indexing_slicing,
        reason = "an object of JSON is given the key"
    )]
    pub(crate) fn to_json(&self, bench: &str) -> Value {
        let mut line = json!({
            "bench": bench,
            "case": self.case,
            "against": self.against,
        });
        match &self.found {
            Found::Timed(found) => {
                let ratio = &found.ratio;
                line["ours"] = rounded(found.ours, 1e1);
                line["baseline"] = rounded(found.baseline, 1e1);
                line["ratio"] = rounded(ratio.median, 1e4);
                line["unit"] = "ns".into();
                line["p10"] = rounded(ratio.p10, 1e4);
                line["p90"] = rounded(ratio.p90, 1e4);
                line["rounds"] = found.rounds.into();
            }
            Found::Counted {
                ours,
                baseline,
                unit,
            } => {
                line["ours"] = rounded(*ours, 1e4);
                line["baseline"] = rounded(*baseline, 1e4);
                line["ratio"] = rounded(ours / baseline, 1e4);
                line["unit"] = (*unit).into();
            }
            Found::Elsewhere => {}
            Found::NotRun(why) => {
                line["ours"] = Value::Null;
                line["baseline"] = Value::Null;
                line["ratio"] = Value::Null;
                line["did_not_run"] = why.as_str().into();
            }
        }
        match self.limit {
            Some(Limit::AtMost(bound)) => line["at_most"] = bound.into(),
            Some(Limit::Exactly(bound)) => line["exactly"] = bound.into(),
            None => {}
        }
        if let Some(allocations) = self.allocations {
            line["allocations"] = allocations.ours.into();
            line["baseline_allocations"] = allocations.baseline.into();
            line["allowed_allocations"] = allocations.allowed.into();
        }
        for (name, value) in &self.details {
            line[name] = value.clone();
        }
        line
    }

    /// What is worse than it may be, if anything is.
    pub(crate) fn complaint(&self) -> Option<String> {
        if let Found::NotRun(why) = &self.found {
            return Some(format!("did not run: {why}"));
        }
        let has_figure = || self.details.get("ratio").is_some_and(Value::is_number);
        if matches!(self.found, Found::Elsewhere) && !has_figure() {
            return Some("has no figure".to_owned());
        }
        self.too_many_allocations()
            .or_else(|| self.ratio_out_of_bounds())
    }

    fn too_many_allocations(&self) -> Option<String> {
        let Allocations { ours, allowed, .. } = self.allocations?;
        let allowed = allowed?;
        (ours > allowed).then(|| format!("{ours} allocations, {allowed} are allowed"))
    }

    fn ratio_out_of_bounds(&self) -> Option<String> {
        let limit = self.limit?;
        match &self.found {
            Found::Timed(found) => limit.complaint(&found.ratio),
            Found::Counted { ours, baseline, .. } => {
                limit.complaint(&Spread::exact(ours / baseline))
            }
            Found::Elsewhere | Found::NotRun(_) => None,
        }
    }
}

impl Limit {
    fn complaint(self, ratio: &Spread) -> Option<String> {
        let Spread {
            median,
            at_least,
            at_most,
            ..
        } = ratio;
        match self {
            Self::AtMost(bound) => (*at_least > bound).then(|| {
                format!(
                    "the ratio {median:.3} is over {bound}; by the noise measured it is at least {at_least:.3}"
                )
            }),
            Self::Exactly(wanted) => (*at_least > wanted || *at_most < wanted)
                .then(|| format!("the ratio {median:.3} is not {wanted}")),
        }
    }
}

fn text(line: &mut Map<String, Value>, name: &str) -> Option<String> {
    match line.remove(name)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn rounded(figure: f64, steps: f64) -> Value {
    ((figure * steps).round() / steps).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(ours: f64) -> Row {
        Row::counted("requests", "the floor", "requests", ours, 2.0)
    }

    #[test]
    fn a_row_that_did_not_run_is_complained_of() {
        let row = Row::not_run("toasty", "hand-written", "no compiler");
        assert!(row.complaint().is_some());
        let line = row.to_json("overhead");
        assert_eq!(line["did_not_run"], "no compiler");
        assert!(line["ratio"].is_null());
    }

    #[test]
    fn a_line_is_read_as_the_row_that_it_was() {
        let not_run = Row::not_run("toasty", "hand-written", "no compiler");
        for row in [counted(3.0).detail("version", "0.11.0"), not_run] {
            let line = row.to_json("peers");
            let read = Row::from_json(&line.to_string()).unwrap();
            assert_eq!(read.to_json("peers"), line);
            assert_eq!(read.complaint(), row.complaint());
        }
        assert!(Row::from_json("warning: unused").is_none());
        assert!(Row::from_json("{}").is_none());
    }

    #[test]
    fn a_limit_is_kept_or_complained_of() {
        for (ours, limit, kept) in [
            (2.0, Limit::Exactly(1.0), true),
            (3.0, Limit::Exactly(1.0), false),
            (1.0, Limit::Exactly(1.0), false),
            (1.0, Limit::AtMost(1.0), true),
            (2.0, Limit::AtMost(1.0), true),
            (2.1, Limit::AtMost(1.0), false),
        ] {
            let complaint = counted(ours).limit(limit).complaint();
            assert_eq!(complaint.is_none(), kept, "{ours}: {complaint:?}");
        }
    }

    #[test]
    fn allocations_are_counted_against_what_is_allowed() {
        let row = |ours, allowed| {
            counted(2.0).allocations(Allocations {
                ours,
                baseline: Some(1),
                allowed,
            })
        };
        assert_eq!(row(3, Some(3)).complaint(), None);
        assert_eq!(row(3, None).complaint(), None);
        assert!(row(4, Some(3)).complaint().is_some());
    }
}
