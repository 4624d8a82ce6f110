//! What a reader is shown: the kept lines, and the pages and plots that are made from them.

mod about;
mod bars;
mod curves;
mod page;
mod plots;
mod results;
mod svg;
mod table;

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

pub(crate) use self::about::About;
use self::results::{Results, Section};

/// The repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The folder of the kept lines and the plots.
const SHOWN: &str = "docs/benchmarks";

const RESULTS: &str = "docs/benchmarks/results.jsonl";

/// The field that says why a case did not run.
const NOT_RUN: &str = "did_not_run";

/// Pages with places for results.
const PAGES: [&str; 2] = ["docs/benchmarks.md", "README.md"];

/// Keeps the lines of benchmarks that ran in place of those before, and makes everything from all of them.
pub(crate) fn keep(about: &About, benches: Vec<(&str, Vec<Value>)>) -> io::Result<()> {
    let mut results = kept()?;
    for (bench, rows) in benches {
        if rows.iter().any(has_run) {
            let rows = rows.into_iter().map(without_reason).collect();
            results.replace(Section::new(bench, about, rows));
        }
    }
    fs::create_dir_all(Path::new(ROOT).join(RESULTS).with_file_name(""))?;
    fs::write(Path::new(ROOT).join(RESULTS), results.to_lines())?;
    redraw()
}

fn has_run(row: &Value) -> bool {
    row.get(NOT_RUN).is_none()
}

/// The reason why a case did not run may name folders and servers of the machine.
fn without_reason(mut row: Value) -> Value {
    if let Some(reason) = row.get_mut(NOT_RUN) {
        *reason = "not on this machine".into();
    }
    row
}

/// Makes pages and plots from the lines that are kept.
pub(crate) fn redraw() -> io::Result<()> {
    for (file, text) in made(&kept()?)? {
        fs::write(Path::new(ROOT).join(file), text)?;
    }
    Ok(())
}

fn kept() -> io::Result<Results> {
    match read(RESULTS) {
        Ok(lines) => Results::parse(&lines).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Results::default()),
        Err(error) => Err(error),
    }
}

/// The files that these results give, with their places in the repository.
fn made(results: &Results) -> io::Result<Vec<(String, String)>> {
    let plots = plots::draw(results);
    let mut files = Vec::new();
    for page in PAGES {
        let text = page::with_results(&read(page)?, results, &plots).map_err(io::Error::other)?;
        files.push((page.to_owned(), text));
    }
    let plots = plots.into_iter();
    files.extend(plots.map(|plot| (format!("{SHOWN}/{}.svg", plot.name), plot.svg)));
    Ok(files)
}

fn read(file: &str) -> io::Result<String> {
    fs::read_to_string(Path::new(ROOT).join(file))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_machine_says_of_itself_is_not_kept() {
        let row = json!({ "case": "save", "did_not_run": "no /home/somebody/python3" });
        assert!(!has_run(&row));
        assert!(!without_reason(row).to_string().contains("somebody"));
        let row = json!({ "case": "save", "ratio": 1.0 });
        assert!(has_run(&row));
        assert_eq!(without_reason(row.clone()), row);
    }

    /// `cargo run --release -p dyno-bench -- redraw` makes it so.
    #[test]
    fn pages_and_plots_are_what_the_results_give() {
        let files = made(&kept().unwrap()).unwrap();
        for (file, wanted) in &files {
            assert!(read(file).is_ok_and(|found| found == *wanted), "{file}");
        }
        let plots = fs::read_dir(Path::new(ROOT).join(SHOWN)).unwrap();
        for plot in plots.map(|plot| plot.unwrap().path()) {
            let file = format!("{SHOWN}/{}", plot.file_name().unwrap().display());
            let made = files.iter().any(|(made, _)| *made == file);
            assert!(made || file == RESULTS, "{file}");
        }
    }
}
