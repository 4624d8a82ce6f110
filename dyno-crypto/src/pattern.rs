//! Text to pattern, and whether a path fits it.

use std::fmt;

use dyno_value::{FieldPath, Segment};

use crate::KeyringError;

/// A path in which steps may be left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// `*`: one step of either kind.
    Any,
    /// `[*]`: one step into a list.
    AnyIndex,
    /// This step.
    Exactly(Segment),
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        let mut steps = Vec::new();
        let mut rest = match text.strip_prefix('$') {
            Some(after) => next_step(text, after)?,
            None => text,
        };
        loop {
            let (step, after) = split_step(rest);
            let step = parse_step(step).ok_or_else(|| PatternError::syntax(text, step, STEP))?;
            steps.push(step);
            if after.is_empty() {
                return Ok(Self { steps });
            }
            rest = next_step(text, after)?;
        }
    }

    /// Reads every text.
    ///
    /// # Errors
    ///
    /// One of them is no pattern.
    pub(crate) fn parse_all<P: AsRef<str>>(
        patterns: impl IntoIterator<Item = P>,
    ) -> Result<Vec<Self>, PatternError> {
        patterns
            .into_iter()
            .map(|pattern| Self::parse(pattern.as_ref()))
            .collect()
    }

    /// Whether it fits one entry of a list and not the others, such as `lines[0]`.
    pub(crate) fn names_an_index(&self) -> bool {
        let is_index = |step: &Step| matches!(step, Step::Exactly(Segment::Index(_)));
        self.steps.iter().any(is_index)
    }

    /// Whether the pattern names this very path, not one above or below it.
    pub(crate) fn matches(&self, path: &FieldPath) -> bool {
        let segments = path.segments();
        self.steps.len() == segments.len()
            && self
                .steps
                .iter()
                .zip(segments)
                .all(|(step, segment)| match step {
                    Step::Any => true,
                    Step::AnyIndex => matches!(segment, Segment::Index(_)),
                    Step::Exactly(exact) => exact == segment,
                })
    }
}

const STEP: &str = "a name, `*`, `[*]`, an index like `[3]`, or an odd name like `[\"x.y\"]`";

/// What follows a step, without the point between it and a name.
fn next_step<'a>(pattern: &str, after: &'a str) -> Result<&'a str, PatternError> {
    match after.strip_prefix('.') {
        Some(next) if next.starts_with('[') => {
            Err(PatternError::syntax(pattern, next, "a name after `.`"))
        }
        Some(next) => Ok(next),
        None if after.starts_with('[') => Ok(after),
        None => Err(PatternError::syntax(pattern, after, "`.` or `[`")),
    }
}

/// Cuts off the text of one step, which is not looked at closely yet.
fn split_step(text: &str) -> (&str, &str) {
    let end = if text.starts_with("[\"") {
        quoted_end(text)
    } else if text.starts_with('[') {
        text.find(']').map(|bracket| bracket + 1)
    } else {
        text.find(['.', '['])
    };
    end.and_then(|end| text.split_at_checked(end))
        .unwrap_or((text, ""))
}

/// The end of a quoted name with its brackets.
fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(2) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return text.get(at + 1..)?.starts_with(']').then_some(at + 2),
            _ => {}
        }
    }
    None
}

fn parse_step(text: &str) -> Option<Step> {
    match text {
        "*" => Some(Step::Any),
        "[*]" => Some(Step::AnyIndex),
        _ => match text.parse::<FieldPath>().ok()?.segments() {
            [only] => Some(Step::Exactly(only.clone())),
            _ => None,
        },
    }
}

/// Whether one of the patterns names this very path.
pub(crate) fn fits(patterns: &[Pattern], path: &FieldPath) -> bool {
    patterns.iter().any(|pattern| pattern.matches(path))
}

/// A pattern, or the key given with it, that [`Rules`](crate::Rules) or a [`ReadPolicy`](crate::ReadPolicy) cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError(Refusal);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Syntax {
        pattern: String,
        found: String,
        expected: &'static str,
    },
    Key(KeyringError),
    NoKeyring,
    NoReason,
    NoSource,
}

impl From<Refusal> for PatternError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl PatternError {
    fn syntax(pattern: &str, found: &str, expected: &'static str) -> Self {
        Self(Refusal::Syntax {
            pattern: pattern.to_owned(),
            found: found.to_owned(),
            expected,
        })
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Refusal::Syntax {
                pattern,
                found,
                expected,
            } => write!(
                f,
                "pattern `{pattern}`: expected {expected}, found `{found}`"
            ),
            Refusal::Key(error) => fmt::Display::fmt(error, f),
            Refusal::NoKeyring => {
                f.write_str("no keyring is given; call `with_keyring` before `encrypt_with_primary`")
            }
            Refusal::NoReason => f.write_str(
                "an exception from encryption needs a reason; say why it is made, for whoever finds it later",
            ),
            Refusal::NoSource => f.write_str(
                "no key source is given; call `with_source` before `encrypt_with_key_of_source`",
            ),
        }
    }
}

impl std::error::Error for PatternError {}
