//! Which rows are drawn, and how.

use super::bars::Bars;
use super::curves::Curves;
use super::results::{Line, Results};

/// A file beside the kept lines.
pub(super) struct Plot {
    /// Of the file, without what says its kind.
    pub(super) name: String,
    /// The benchmark at whose results it is shown.
    pub(super) bench: &'static str,
    pub(super) title: String,
    /// Its figures, in Markdown.
    pub(super) table: String,
    pub(super) svg: String,
}

/// The plots of all results that are there.
pub(super) fn draw(results: &Results) -> Vec<Plot> {
    let bars = [
        overhead(
            results,
            "operations",
            "canned, ",
            "Put, get and query with canned answers",
        ),
        overhead(results, "conversions", "conversion, ", "Conversion alone"),
        cost(results, "requests", "requests"),
        cost(results, "capacity", "RCU and WCU"),
        waiting(results),
    ];
    let bars = bars.into_iter().flatten().map(|(name, bench, bars)| Plot {
        name: name.to_owned(),
        bench,
        title: bars.title.clone(),
        table: bars.table(),
        svg: bars.draw(),
    });
    let curves = growth(results).map(|curves| Plot {
        name: "growth".to_owned(),
        bench: "scale",
        title: curves.title.clone(),
        table: String::new(),
        svg: curves.draw(),
    });
    bars.chain(curves).collect()
}

type Drawn = Option<(&'static str, &'static str, Bars)>;

/// dyno and its peers, by what they do.
fn overhead(results: &Results, name: &'static str, prefix: &str, title: &str) -> Drawn {
    let ours = results.rows("overhead").iter();
    let ours = ours.filter_map(|row| Some(("dyno", row.case().strip_prefix(prefix)?, row)));
    let peers = results.rows("peers").iter().filter_map(|row| {
        let (peer, case) = row.case().split_once(": ")?;
        Some((peer, case.strip_prefix(prefix)?, row))
    });
    let bars = ours.chain(peers).filter_map(|(series, group, row)| {
        Some((series.to_owned(), group.to_owned(), row.number("ratio")?))
    });
    grouped(bars).map(|(groups, series)| {
        let bars = Bars {
            title: format!("{title}: time of each mapper, next to code written by hand"),
            measure: "times as long",
            baseline: Some((1.0, "the line at 1: the SDK and conversions by hand")),
            groups,
            series,
        };
        (name, "overhead", bars)
    })
}

/// What an operation on an object of 20 shards costs, next to code written by hand and to the least that is possible.
fn cost(results: &Results, name: &'static str, figure: &'static str) -> Drawn {
    let rows = results.rows("roundtrips").iter();
    let sides = [
        ("dyno", "ours"),
        ("by hand, in parallel, not atomic", "by_hand"),
        (
            "the floor: each changed byte once, in one request",
            "baseline",
        ),
    ];
    let bars = rows.flat_map(|row| {
        sides.iter().filter_map(|(side, field)| {
            let (shards, operation, value) = sharded(row, figure, field)?;
            (shards == "20 shards").then(|| ((*side).to_owned(), operation, value))
        })
    });
    grouped(bars).map(|(groups, series)| {
        let bars = Bars {
            title: format!("An object of 20 shards of 8 KB: {figure} of each operation"),
            measure: figure,
            baseline: None,
            groups,
            series,
        };
        (name, "roundtrips", bars)
    })
}

/// How long an operation takes where each request takes 5 ms, by the number of shards.
fn waiting(results: &Results) -> Drawn {
    let rows = results.rows("roundtrips").iter();
    let bars = rows.filter_map(|row| sharded(row, "time, 5 ms for each request", "ratio"));
    grouped(bars).map(|(groups, series)| {
        let bars = Bars {
            title: "An object in many items: time of each operation, 5 ms for each request"
                .to_owned(),
            measure: "times as long",
            baseline: Some((1.0, "the line at 1: the SDK, in parallel, not atomic")),
            groups,
            series,
        };
        ("waiting", "roundtrips", bars)
    })
}

/// The shards, the operation and the figure of a row such as `load, 20 shards: requests`.
fn sharded(row: &Line, wanted: &str, field: &str) -> Option<(String, String, f64)> {
    let (case, figure) = row.case().split_once(": ")?;
    let (operation, shards) = case.split_once(", ")?;
    let figure = (figure == wanted).then(|| row.number(field))??;
    Some((shards.to_owned(), operation.to_owned(), figure))
}

/// The time of what is done, by the size of the object: rows such as `load, 64 KB`.
fn growth(results: &Results) -> Option<Curves> {
    let mut series: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    for row in results.rows("scale") {
        let Some((operation, kibibytes)) = sized(row.case()) else {
            continue;
        };
        let Some(time) = row
            .number("ours")
            .filter(|_| row.text("unit") == Some("ns"))
        else {
            continue;
        };
        let point = (kibibytes, time / 1e6);
        match series.iter_mut().find(|(name, _)| *name == operation) {
            Some((_, points)) => points.push(point),
            None => series.push((operation, vec![point])),
        }
    }
    series.retain(|(_, points)| points.len() > 1);
    (!series.is_empty()).then(|| Curves {
        title: "Time of each operation with canned answers, by the size of the object".to_owned(),
        across: "KB",
        up: "ms",
        series,
    })
}

/// A case without its size, and the size in KB.
fn sized(case: &str) -> Option<(String, f64)> {
    let words: Vec<&str> = case.split(' ').collect();
    let at = words.windows(2).position(|pair| {
        matches!(pair, [number, unit] if number.parse::<f64>().is_ok() && factor(unit).is_some())
    })?;
    let size: f64 = words.get(at)?.parse().ok()?;
    let factor = factor(words.get(at + 1)?)?;
    let rest = words
        .iter()
        .zip(0..)
        .filter(|(_, place)| *place != at && *place != at + 1);
    let rest: Vec<&str> = rest.map(|(word, _): (_, usize)| *word).collect();
    let name = rest.join(" ").replace(", in ", " in ");
    Some((name.trim_end_matches(',').to_owned(), size * factor))
}

fn factor(unit: &str) -> Option<f64> {
    match unit.trim_end_matches([',', ':']) {
        "B" => Some(0.001),
        "KB" => Some(1.0),
        "MB" => Some(1000.0),
        _ => None,
    }
}

type Grouped = (Vec<String>, Vec<(String, Vec<Option<f64>>)>);

/// Bars by group and series, each in the order in which it is seen first. `None` without a bar.
fn grouped(bars: impl Iterator<Item = (String, String, f64)>) -> Option<Grouped> {
    let mut groups: Vec<String> = Vec::new();
    let mut series: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    for (name, group, value) in bars {
        let at = place(&groups, |seen| *seen == group);
        if at == groups.len() {
            groups.push(group);
        }
        let of = place(&series, |(seen, _)| *seen == name);
        if of == series.len() {
            series.push((name, Vec::new()));
        }
        if let Some((_, values)) = series.get_mut(of) {
            values.resize(values.len().max(at + 1), None);
            if let Some(bar) = values.get_mut(at) {
                *bar = Some(value);
            }
        }
    }
    (!groups.is_empty()).then_some((groups, series))
}

/// Where it is, or where it would be added.
fn place<T>(list: &[T], is: impl Fn(&T) -> bool) -> usize {
    list.iter().position(is).unwrap_or(list.len())
}

#[cfg(test)]
mod tests {
    use super::super::results::tests::results;
    use super::*;

    #[test]
    fn only_what_is_there_is_drawn() {
        let names = |rows| -> Vec<String> {
            let plots = draw(&results(rows)).into_iter();
            plots.map(|plot| plot.name).collect()
        };
        assert!(names(&[]).is_empty());
        assert!(names(&[("crypto", "seal 1 KB", 1.0), ("scale", "load, 1 KB", 1.0)]).is_empty());
        let rows = [
            ("overhead", "canned, put flat", 1.02),
            ("peers", "toasty 0.11.0: canned, put flat", 1.4),
            ("roundtrips", "load, 20 shards: requests", 1.0),
            ("roundtrips", "load, 20 shards: phases", 1.0),
            ("scale", "load, 1 KB", 1.0),
            ("scale", "load, 1 MB", 3.0),
        ];
        assert_eq!(names(&rows), ["operations", "requests", "growth"]);
    }

    #[test]
    fn peers_stand_beside_dyno() {
        let results = results(&[
            ("overhead", "canned, put flat", 1.02),
            ("overhead", "canned, get flat", 1.01),
            ("peers", "toasty 0.11.0: canned, get flat", 1.6),
        ]);
        let (_, _, bars) = overhead(&results, "operations", "canned, ", "Operations").unwrap();
        assert_eq!(bars.groups, ["put flat", "get flat"]);
        let wanted = [
            ("dyno".to_owned(), vec![Some(1.02), Some(1.01)]),
            ("toasty 0.11.0".to_owned(), vec![None, Some(1.6)]),
        ];
        assert_eq!(bars.series, wanted);
    }

    #[test]
    fn a_size_is_found_in_a_case() {
        for (case, wanted) in [
            ("load, 64 KB", Some(("load", 64.0))),
            (
                "load, 4 MB in 99 shards",
                Some(("load in 99 shards", 4000.0)),
            ),
            ("load of 512 B", Some(("load of", 0.512))),
            ("load, 64 tasks", None),
        ] {
            let wanted = wanted.map(|(name, size)| (name.to_owned(), size));
            assert_eq!(sized(case), wanted, "{case}");
        }
    }
}
