//! What the program is asked to do.

/// Runs all benchmarks but the one that is run alone.
const ALL: &str = "all";

const REDRAW: &str = "redraw";

#[derive(Debug, PartialEq)]
pub(crate) enum Arguments {
    /// Runs the benchmarks at these places.
    Run {
        benches: Vec<usize>,
        check: bool,
        write: bool,
    },
    /// Makes the pages and plots from what was written before.
    Redraw,
    /// Says what there is.
    Help,
}

impl Arguments {
    /// An error is the words of a usage message.
    pub(crate) fn parse(
        arguments: impl Iterator<Item = String>,
        names: &[&str],
        alone: &str,
    ) -> Result<Self, String> {
        let all = || (0..names.len()).filter(|at| names.get(*at) != Some(&alone));
        let mut chosen = None;
        let (mut check, mut write) = (false, false);
        for argument in arguments {
            if matches!(argument.as_str(), "--help" | "-h") {
                return Ok(Self::Help);
            }
            let named = names.iter().position(|name| *name == argument);
            let benches = match (named, argument.as_str()) {
                (Some(at), _) => Some(Some(vec![at])),
                (None, ALL) => Some(Some(all().collect())),
                (None, REDRAW) => Some(None),
                (None, _) => None,
            };
            match (benches, argument.as_str()) {
                (Some(benches), _) if chosen.is_none() => chosen = Some(benches),
                (None, "--check") => check = true,
                (None, "--write") => write = true,
                // The only format there is; named so that a script can say what it relies on.
                (None, "--json") => {}
                _ => return Err(usage(Some(&argument), names)),
            }
        }
        match chosen {
            Some(Some(benches)) => Ok(Self::Run {
                benches,
                check,
                write,
            }),
            Some(None) if !check && !write => Ok(Self::Redraw),
            _ => Err(usage(None, names)),
        }
    }
}

fn usage(wrong: Option<&str>, names: &[&str]) -> String {
    let wrong = wrong.map(|wrong| {
        format!("dyno-bench: `{wrong}` is neither a benchmark nor an option, or is one too many\n")
    });
    let names = names.join("|");
    format!(
        "{}usage: dyno-bench {names}|{ALL} [--check] [--json] [--write]\n       dyno-bench {REDRAW}",
        wrong.unwrap_or_default()
    )
}

/// The usage, with what each benchmark measures.
pub(crate) fn help<'a>(
    benches: impl IntoIterator<Item = (&'a str, &'a str)>,
    alone: &str,
) -> String {
    let benches: Vec<_> = benches.into_iter().collect();
    let names: Vec<_> = benches.iter().map(|(name, _)| *name).collect();
    let usage = usage(None, &names);
    let lines = benches
        .iter()
        .map(|(name, what)| format!("  {name:12} {what}\n"));
    let lines: String = lines.collect();
    format!(
        "{usage}\n\n{lines}\n  {ALL:12} all but {alone}\n  {REDRAW:12} the page and plots again, from the kept lines\n\n\
         Each case is one line of JSON; `docs/benchmarks.md` says how to read it.\n\n  \
         --check      exits with 1, and says why, where a limit is passed by more than the noise or a case did not run\n  \
         --write      keeps the lines, and makes the page and plots\n  \
         --json       what is printed anyway\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        let words = line.split_whitespace().map(str::to_owned);
        Arguments::parse(words, &["crypto", "overhead", "slow"], "slow")
    }

    fn run(benches: &[usize], check: bool, write: bool) -> Arguments {
        Arguments::Run {
            benches: benches.to_vec(),
            check,
            write,
        }
    }

    #[test]
    fn benchmarks_are_chosen_by_name() {
        for (line, wanted) in [
            ("overhead", run(&[1], false, false)),
            ("all", run(&[0, 1], false, false)),
            ("slow", run(&[2], false, false)),
            ("all --check", run(&[0, 1], true, false)),
            ("--check crypto --json", run(&[0], true, false)),
            ("all --write --check", run(&[0, 1], true, true)),
            ("redraw", Arguments::Redraw),
            ("--help", Arguments::Help),
            ("crypto -h", Arguments::Help),
        ] {
            assert_eq!(parse(line), Ok(wanted), "{line}");
        }
    }

    #[test]
    fn help_names_each_benchmark_and_option() {
        let benches = [("crypto", "what sealing costs"), ("slow", "takes long")];
        let help = help(benches, "slow");
        for part in [
            "usage: dyno-bench crypto|slow|all",
            "  crypto       what sealing costs\n",
            "all but slow",
            "--check",
            "--write",
        ] {
            assert!(help.contains(part), "{help}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, wrong) in [
            ("crypt", "`crypt`"),
            ("crypto overhead", "`overhead`"),
            ("all redraw", "`redraw`"),
            ("crypto --fast", "`--fast`"),
            ("", "usage: dyno-bench crypto|overhead|slow|all"),
            ("--check", "usage: "),
            ("redraw --check", "usage: "),
        ] {
            let usage = parse(line).unwrap_err();
            assert!(usage.contains(wrong), "{line}: {usage}");
        }
    }
}
