//! What the program is asked to do.

/// Runs all benchmarks.
const ALL: &str = "all";

#[derive(Debug, PartialEq)]
pub(crate) struct Arguments {
    /// The benchmarks at these places are run.
    pub(crate) benches: Vec<usize>,
    pub(crate) check: bool,
}

impl Arguments {
    /// An error is the words of a usage message.
    pub(crate) fn parse(
        arguments: impl Iterator<Item = String>,
        names: &[&str],
    ) -> Result<Self, String> {
        let mut chosen = None;
        let mut check = false;
        for argument in arguments {
            let named = names.iter().position(|name| *name == argument);
            let benches = match (named, argument.as_str()) {
                (Some(at), _) => Some(vec![at]),
                (None, ALL) => Some((0..names.len()).collect()),
                (None, _) => None,
            };
            match (benches, argument.as_str()) {
                (Some(benches), _) if chosen.is_none() => chosen = Some(benches),
                (None, "--check") => check = true,
                // The only format there is; named so that a script can say what it relies on.
                (None, "--json") => {}
                _ => return Err(usage(Some(&argument), names)),
            }
        }
        let benches = chosen.ok_or_else(|| usage(None, names))?;
        Ok(Self { benches, check })
    }
}

fn usage(wrong: Option<&str>, names: &[&str]) -> String {
    let wrong = wrong.map(|wrong| {
        format!("dyno-bench: `{wrong}` is neither a benchmark nor an option, or is one too many\n")
    });
    let names = names.join("|");
    format!(
        "{}usage: dyno-bench {names}|{ALL} [--check] [--json]",
        wrong.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        let words = line.split_whitespace().map(str::to_owned);
        Arguments::parse(words, &["crypto", "overhead"])
    }

    fn run(benches: &[usize], check: bool) -> Arguments {
        Arguments {
            benches: benches.to_vec(),
            check,
        }
    }

    #[test]
    fn benchmarks_are_chosen_by_name() {
        for (line, wanted) in [
            ("overhead", run(&[1], false)),
            ("all", run(&[0, 1], false)),
            ("all --check", run(&[0, 1], true)),
            ("--check crypto --json", run(&[0], true)),
        ] {
            assert_eq!(parse(line), Ok(wanted), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (line, wrong) in [
            ("crypt", "`crypt`"),
            ("crypto overhead", "`overhead`"),
            ("all crypto", "`crypto`"),
            ("crypto --fast", "`--fast`"),
            ("", "usage: dyno-bench crypto|overhead|all"),
            ("--check", "usage: "),
        ] {
            let usage = parse(line).unwrap_err();
            assert!(usage.contains(wrong), "{line}: {usage}");
        }
    }
}
