//! Results in Markdown, in the places that pages have for them.

use super::plots::Plot;
use super::results::{Results, Section};
use super::table::table;

/// Marks the beginning of a place, with its name between these and [`NAMED`].
const BEGIN: &str = "<!-- results: ";
const NAMED: &str = " -->\n";
const END: &str = "<!-- end of results -->";

/// The place of the few figures that matter most.
const SUMMARY: &str = "summary";

const NOTHING: &str = "No results are kept.\n";

/// Longer tables are folded.
const LONG: usize = 24;

/// The page with these results in its places. A page with a place for a benchmark gets one for each of the others, too.
pub(super) fn with_results(
    page: &str,
    results: &Results,
    plots: &[Plot],
) -> Result<String, String> {
    let mut rest = page;
    let mut made = String::new();
    let mut places = Vec::new();
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(NAMED).ok_or("a place has no name")?;
        let (_, after) = after.split_once(END).ok_or("a place has no end")?;
        made.push_str(before);
        made.push_str(&place(name, results, plots));
        places.push(name);
        rest = after;
    }
    made.push_str(rest);
    if places.iter().any(|name| *name != SUMMARY) {
        let benches = results
            .sections()
            .iter()
            .map(|section| section.bench.as_str());
        for bench in benches.filter(|bench| !places.contains(bench)) {
            let place = place(bench, results, plots);
            made.extend(["\n## `", bench, "`\n\n", &place, "\n"]);
        }
    }
    Ok(made)
}

fn place(name: &str, results: &Results, plots: &[Plot]) -> String {
    let content = match results.section(name) {
        _ if name == SUMMARY => summary(results, plots),
        Some(section) => shown(section, plots),
        None => NOTHING.to_owned(),
    };
    format!("{BEGIN}{name}{NAMED}{content}{END}")
}

/// The plots of a benchmark, what it was measured with, and its tables.
fn shown(section: &Section, plots: &[Plot]) -> String {
    let mut text = String::new();
    for plot in plots.iter().filter(|plot| plot.bench == section.bench) {
        text.push_str(&image(plot, "benchmarks"));
    }
    text.extend([&section.about(), "\n"]);
    let mut baselines: Vec<&str> = Vec::new();
    for row in &section.rows {
        let against = row.text("against").unwrap_or_default();
        if !baselines.contains(&against) {
            baselines.push(against);
        }
    }
    for against in baselines {
        let rows = section.rows.iter();
        let rows: Vec<_> = rows
            .filter(|row| row.text("against") == Some(against))
            .collect();
        let table = table(&rows);
        let count = rows.len().to_string();
        if rows.len() > LONG {
            let summary = ["\n<details><summary>", &count, " rows against ", against];
            text.extend(summary);
            text.extend(["</summary>\n\n", &table, "\n</details>\n"]);
        } else {
            text.extend(["\nAgainst ", against, ":\n\n", &table]);
        }
    }
    text
}

fn image(plot: &Plot, folder: &str) -> String {
    format!("![{}]({folder}/{}.svg)\n\n", plot.title, plot.name)
}

/// The first plot, and a table of the same figures.
fn summary(results: &Results, plots: &[Plot]) -> String {
    let Some(plot) = plots.first() else {
        return NOTHING.to_owned();
    };
    let about = results.section(plot.bench).map(Section::about);
    let others = results.section("peers").map(Section::about);
    let others = others.map(|about| format!("\nThe same of the other mappers:\n{about}\n"));
    format!(
        "{}{}\n{}\n{}",
        image(plot, "docs/benchmarks"),
        plot.table,
        about.unwrap_or_default(),
        others.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::super::plots;
    use super::super::results::tests::results;
    use super::*;

    fn made(page: &str) -> Result<String, String> {
        let results = results(&[
            ("overhead", "canned, put flat", 1.02),
            ("crypto", "seal 1 KB", 1.0),
        ]);
        with_results(page, &results, &plots::draw(&results))
    }

    fn empty(name: &str) -> String {
        format!("{BEGIN}{name}{NAMED}{END}")
    }

    #[test]
    fn places_are_filled_and_filled_again() {
        let page = format!(
            "before\n{}\nbetween\n{}\nafter\n",
            empty("overhead"),
            empty("crypto")
        );
        let once = made(&page).unwrap();
        assert!(
            once.starts_with("before\n") && once.ends_with("\nafter\n"),
            "{once}"
        );
        assert!(once.contains("| canned, put flat | 1.020 |"), "{once}");
        assert!(once.contains("(benchmarks/operations.svg)"), "{once}");
        assert_eq!(made(&once).unwrap(), once);
    }

    #[test]
    fn a_benchmark_without_a_place_gets_one() {
        let once = made(&empty("overhead")).unwrap();
        assert!(once.contains("\n## `crypto`\n"), "{once}");
        assert_eq!(made(&once).unwrap(), once);
    }

    #[test]
    fn a_summary_has_the_first_plot_alone() {
        let page = made(&empty(SUMMARY)).unwrap();
        assert!(page.contains("(docs/benchmarks/operations.svg)"), "{page}");
        assert!(page.contains("| put flat | 1.02 |"), "{page}");
        assert!(!page.contains("crypto"), "{page}");
    }

    #[test]
    fn a_place_without_results_says_so() {
        assert!(made(&empty("scale")).unwrap().contains(NOTHING));
    }

    #[test]
    fn a_place_without_an_end_is_refused() {
        assert!(made(BEGIN).is_err());
        assert!(made(&format!("{BEGIN}overhead{NAMED}")).is_err());
    }
}
