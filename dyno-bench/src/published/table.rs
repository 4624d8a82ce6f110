//! Rows of one baseline, as a table in Markdown.

use super::results::Line;

/// The fields that have columns of their own, or that the text around a table says.
const ELSEWHERE: [&str; 19] = [
    "against",
    "allocations",
    "allowed_allocations",
    "at_most",
    "baseline",
    "baseline_allocations",
    "bench",
    "case",
    "did_not_run",
    "exactly",
    "ours",
    "p10",
    "p90",
    "peer",
    "ratio",
    "rounds",
    "sdk",
    "unit",
    "version",
];

/// The field with the reason of a figure.
const WHY: &str = "why";

/// Fields that end so are sizes.
const BYTES: &str = "bytes";

/// The heads of columns, and what a row has there. A column without anything is left out.
type Column = (&'static str, fn(&Line) -> String);

const COLUMNS: [Column; 8] = [
    ("case", case),
    ("ratio", ratio),
    ("p10 to p90", spread),
    ("limit", limit),
    ("measured", |row| amount(row, "ours")),
    ("baseline", |row| amount(row, "baseline")),
    ("allocations", allocations),
    ("besides", besides),
];

/// The table, and below it the reasons that rows give.
pub(super) fn table(rows: &[&Line]) -> String {
    let columns = COLUMNS.iter();
    let columns = columns.filter(|(_, cell)| rows.iter().any(|row| !cell(row).is_empty()));
    let columns: Vec<_> = columns.collect();
    let heads: String = columns
        .iter()
        .map(|(head, _)| format!(" {head} |"))
        .collect();
    let rule: String = columns
        .iter()
        .map(|(head, _)| {
            if matches!(*head, "case" | "besides") {
                "---|"
            } else {
                "---:|"
            }
        })
        .collect();
    let lines = rows.iter().map(|row| {
        let cells = columns.iter().map(|(_, cell)| format!(" {} |", cell(row)));
        format!("|{}\n", cells.collect::<String>())
    });
    let lines: String = lines.collect();
    let mut reasons: Vec<&str> = rows.iter().filter_map(|row| row.text(WHY)).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let reasons = reasons
        .into_iter()
        .map(|why| format!("\nWhy: {}.\n", plain(why)));
    format!("|{heads}\n|{rule}\n{lines}{}", reasons.collect::<String>())
}

/// Ratios below this have one digit more.
const SMALL: f64 = 0.1;

fn case(row: &Line) -> String {
    plain(row.case())
}

fn ratio(row: &Line) -> String {
    match row.text("did_not_run") {
        Some(why) => format!("did not run: {}", plain(why)),
        None => row
            .number("ratio")
            .map(|ratio| marked(row, ratio))
            .unwrap_or_default(),
    }
}

/// In bold where it is above its limit, be it by no more than the noise, or is not what it must be.
fn marked(row: &Line, ratio: f64) -> String {
    let figure = digits(ratio);
    let is_above = row.number("at_most").is_some_and(|bound| ratio > bound);
    let exactly = row.number("exactly").map(digits);
    if is_above || exactly.is_some_and(|exactly| exactly != figure) {
        format!("**{figure}**")
    } else {
        figure
    }
}

fn digits(ratio: f64) -> String {
    if ratio < SMALL {
        format!("{ratio:.4}")
    } else {
        format!("{ratio:.3}")
    }
}

fn spread(row: &Line) -> String {
    let both = row.number("p10").zip(row.number("p90"));
    both.map(|(p10, p90)| {
        if p90 < SMALL {
            format!("{p10:.4} to {p90:.4}")
        } else {
            format!("{p10:.2} to {p90:.2}")
        }
    })
    .unwrap_or_default()
}

fn limit(row: &Line) -> String {
    let at_most = row
        .number("at_most")
        .map(|bound| format!("at most {}", trimmed(&digits(bound))));
    let exactly = row
        .number("exactly")
        .map(|bound| format!("exactly {}", trimmed(&digits(bound))));
    at_most.or(exactly).unwrap_or_default()
}

fn amount(row: &Line, name: &str) -> String {
    match (row.number(name), row.text("unit")) {
        (Some(figure), Some("ns")) => time(figure),
        (Some(figure), Some(BYTES)) => size(figure),
        (Some(figure), _) => short(figure),
        (None, _) => String::new(),
    }
}

/// Nanoseconds in a unit that suits them.
fn time(nanoseconds: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let unit = units.into_iter().find(|(size, _)| nanoseconds >= *size);
    let (size, unit) = unit.unwrap_or((1.0, "ns"));
    figure(nanoseconds / size, unit)
}

/// Bytes in a unit that suits them.
fn size(bytes: f64) -> String {
    let units = [(1e6, "MB"), (1e3, "KB")];
    let unit = units.into_iter().find(|(size, _)| bytes >= *size);
    match unit {
        Some((size, unit)) => figure(bytes / size, unit),
        None => format!("{} B", short(bytes)),
    }
}

fn figure(figure: f64, unit: &str) -> String {
    let digits = if figure < 10.0 {
        2
    } else {
        usize::from(figure < 100.0)
    };
    format!("{figure:.digits$} {unit}")
}

fn allocations(row: &Line) -> String {
    let Some(ours) = row.number("allocations") else {
        return String::new();
    };
    let baseline = row
        .number("baseline_allocations")
        .map(|count| format!(", baseline {count}"));
    let allowed = row
        .number("allowed_allocations")
        .map(|count| format!(", limit {count}"));
    format!(
        "{ours}{}{}",
        baseline.unwrap_or_default(),
        allowed.unwrap_or_default()
    )
}

fn besides(row: &Line) -> String {
    let more = row.fields();
    let more = more.filter(|(name, _)| !ELSEWHERE.contains(name) && *name != WHY);
    let more = more.map(|(name, value)| {
        let told = match (name.strip_suffix(BYTES), value.as_f64()) {
            (Some(name), Some(bytes)) => format!("{name}{}", size(bytes)),
            (None, Some(number)) => format!("{name} {}", short(number)),
            (_, None) => format!("{name} {}", value.as_str().unwrap_or("unknown")),
        };
        plain(&told.replace('_', " "))
    });
    more.collect::<Vec<_>>().join(", ")
}

/// Without digits that say nothing.
fn short(figure: f64) -> String {
    trimmed(&format!("{figure:.3}"))
}

/// Without zeros at its end.
fn trimmed(decimal: &str) -> String {
    decimal
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// What does not end a cell.
fn plain(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::super::about::About;
    use super::super::results::Section;
    use super::*;

    #[test]
    fn columns_are_those_that_rows_have() {
        let rows = [
            r#"{"case":"a|b","ratio":1.02345,"p10":1,"p90":1.1,"ours":42913.7,"baseline":901,"unit":"ns","at_most":1.03,"rounds":501}"#,
            r#"{"case":"small","ratio":0.01034,"p10":0.0098,"p90":0.0152,"at_most":0.01}"#,
            r#"{"case":"of 21","ratio":0.047619,"exactly":0.047619}"#,
            r#"{"case":"two","ratio":2,"exactly":1,"ours":4,"baseline":2,"unit":"requests","by_hand":3.5,"peak_bytes":51945,"why":"it must"}"#,
            r#"{"case":"three","ratio":null,"did_not_run":"no compiler"}"#,
        ];
        let rows = rows.map(|row| serde_json::from_str(row).unwrap());
        let section = Section::new("test", &About::of_this_run(), rows.to_vec());
        let wanted = "\
| case | ratio | p10 to p90 | limit | measured | baseline | besides |
|---|---:|---:|---:|---:|---:|---|
| a\\|b | 1.023 | 1.00 to 1.10 | at most 1.03 | 42.9 µs | 901 ns |  |
| small | **0.0103** | 0.0098 to 0.0152 | at most 0.01 |  |  |  |
| of 21 | 0.0476 |  | exactly 0.0476 |  |  |  |
| two | **2.000** |  | exactly 1 | 4 | 2 | by hand 3.5, peak 51.9 KB |
| three | did not run: no compiler |  |  |  |  |  |

Why: it must.
";
        assert_eq!(table(&section.rows.iter().collect::<Vec<_>>()), wanted);
    }

    #[test]
    fn allocations_are_told_with_what_they_are_compared_with() {
        let row =
            r#"{"case":"a","allocations":5,"baseline_allocations":3,"allowed_allocations":null}"#;
        let row = serde_json::from_str(row).unwrap();
        let section = Section::new("test", &About::of_this_run(), vec![row]);
        assert_eq!(allocations(&section.rows[0]), "5, baseline 3");
    }

    #[test]
    fn times_have_the_unit_that_suits_them() {
        for (nanoseconds, wanted) in [
            (0.5, "0.50 ns"),
            (901.0, "901 ns"),
            (1234.5, "1.23 µs"),
            (33_905_977.0, "33.9 ms"),
            (2e9, "2.00 s"),
        ] {
            assert_eq!(time(nanoseconds), wanted);
        }
    }
}
