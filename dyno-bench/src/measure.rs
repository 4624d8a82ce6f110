//! Two ways of doing a thing, timed in turns.

use std::time::Duration;

use crate::depth;

/// How many rounds are measured; odd, so that one of them is the median.
pub(crate) const ROUNDS: usize = 501;

/// How long one side of a round takes, about: much shorter than the slice of time that a process gets on a busy machine,
/// so that few rounds are interrupted.
const TURN: Duration = Duration::from_micros(150);

/// How far the ranks at the ends of a 99 % confidence interval of the median are from it, in halves of the square root
/// of the number of rounds.
const CONFIDENCE: f64 = 2.576;

/// What the rounds gave. Times are nanoseconds for one call.
pub(crate) struct Comparison {
    pub(crate) ours: f64,
    pub(crate) baseline: f64,
    /// Of ours to the baseline, in the same round.
    pub(crate) ratio: Spread,
    pub(crate) rounds: usize,
}

/// Where the ratios of all rounds lie.
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) p10: f64,
    pub(crate) p90: f64,
    /// The median is not below this, with 99 % confidence.
    pub(crate) at_least: f64,
    /// The median is not above this, with 99 % confidence.
    pub(crate) at_most: f64,
}

/// Measures two sides in turns, so many rounds; each is given a number of calls to make, and says how long they took.
/// Without a round nothing is timed, and no figure is a number.
pub(crate) fn compare(
    rounds: usize,
    mut ours: impl FnMut(u32) -> Duration,
    mut baseline: impl FnMut(u32) -> Duration,
) -> Comparison {
    let mut calls = 0;
    if rounds > 0 {
        // The first one warms up, and may have been interrupted.
        calls_in_a_turn(&mut baseline);
        calls = calls_in_a_turn(&mut baseline);
    }
    let mut times = Vec::new();
    for round in 0..rounds {
        let (one, other) = depth::of_round(round / 2, || {
            if round % 2 == 0 {
                let one = ours(calls);
                (one, baseline(calls))
            } else {
                let other = baseline(calls);
                (ours(calls), other)
            }
        });
        let each = |took: Duration| took.as_secs_f64() * 1e9 / f64::from(calls);
        times.push((each(one), each(other)));
    }
    Comparison::of(times)
}

fn calls_in_a_turn(side: &mut impl FnMut(u32) -> Duration) -> u32 {
    let mut calls = 1;
    loop {
        let took = side(calls);
        if took >= TURN || calls >= 1 << 20 {
            return calls;
        }
        calls = if took * 4 < TURN {
            calls * 4
        } else {
            calls * 2
        };
    }
}

impl Comparison {
    /// Ours and the baseline of each round, in nanoseconds for one call.
    pub(crate) fn of(times: Vec<(f64, f64)>) -> Self {
        let rounds = times.len();
        let ratio = Spread::of(times.iter().map(|(ours, other)| ours / other).collect());
        let (ours, baseline) = times.into_iter().unzip();
        Self {
            ours: median(ours),
            baseline: median(baseline),
            ratio,
            rounds,
        }
    }
}

impl Spread {
    fn of(mut ratios: Vec<f64>) -> Self {
        ratios.sort_unstable_by(f64::total_cmp);
        let rounds = u32::try_from(ratios.len()).map_or(f64::INFINITY, f64::from);
        let half_width = CONFIDENCE * rounds.sqrt() / 2.0 / rounds;
        Self {
            median: quantile(&ratios, 0.5),
            p10: quantile(&ratios, 0.1),
            p90: quantile(&ratios, 0.9),
            at_least: quantile(&ratios, 0.5 - half_width),
            at_most: quantile(&ratios, 0.5 + half_width),
        }
    }

    /// A figure without noise.
    pub(crate) fn exact(figure: f64) -> Self {
        Self {
            median: figure,
            p10: figure,
            p90: figure,
            at_least: figure,
            at_most: figure,
        }
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    quantile(&figures, 0.5)
}

/// The figure below which this part of the sorted figures lies.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let before = (0..=last).filter(|rank| as_f64(*rank) < part * as_f64(last));
    sorted.get(before.count()).copied().unwrap_or(f64::NAN)
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_figures_of_the_list() {
        let figures: Vec<f64> = (0..101).map(f64::from).collect();
        for (part, figure) in [
            (0.0, 0.0),
            (0.1, 10.0),
            (0.5, 50.0),
            (0.9, 90.0),
            (1.0, 100.0),
        ] {
            let found = quantile(&figures, part);
            assert!((found - figure).abs() < 1e-9, "{part}: {found}");
        }
    }

    #[test]
    fn a_side_that_takes_twice_as_long_has_ratio_two() {
        let time = |each: u64| move |calls| Duration::from_nanos(each) * calls;
        let found = compare(ROUNDS, time(300), time(150));
        for figure in [found.ratio.median, found.ratio.p10, found.ratio.at_least] {
            assert!((figure - 2.0).abs() < 1e-9, "{figure}");
        }
        assert!((found.ours - 300.0).abs() < 1e-6);
    }
}
