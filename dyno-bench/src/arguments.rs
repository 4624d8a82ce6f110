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
        ] {
            assert_eq!(parse(line), Ok(wanted), "{line}");
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
