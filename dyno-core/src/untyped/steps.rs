//! The text of a path that goes step by step, as JSONPath writes it: `$.a['b c'][0]`.

use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Step {
    /// Each element of a list: `[*]`.
    EachElement,
    /// Each entry of a map: `.*`.
    EachEntry,
    /// Into a list.
    Index(u32),
    /// Into a map.
    Name(String),
}

/// Why a text is no such path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StepError {
    /// The character at which it was noticed; the first is 1.
    position: usize,
    message: &'static str,
}

impl StepError {
    pub(super) fn position(&self) -> usize {
        self.position
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at position {}, {}", self.position, self.message)
    }
}

/// The steps of a path; the leading `$` may be left out.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, StepError> {
    let mut reader = Reader {
        text,
        characters: text.char_indices().peekable(),
    };
    let mut steps = Vec::new();
    let rooted = reader.take('$');
    if !rooted && !text.is_empty() && !text.starts_with(['.', '[']) {
        steps.push(reader.word()?);
    }
    while let Some((_, next)) = reader.characters.peek().copied() {
        let step = match next {
            '.' => {
                reader.characters.next();
                if reader.take('*') {
                    Step::EachEntry
                } else {
                    reader.word()?
                }
            }
            '[' => {
                reader.characters.next();
                reader.bracket()?
            }
            _ => return Err(reader.error("expected `.` or `[`")),
        };
        steps.push(step);
    }
    Ok(steps)
}

struct Reader<'a> {
    text: &'a str,
    characters: Peekable<CharIndices<'a>>,
}

impl Reader<'_> {
    fn error(&mut self, message: &'static str) -> StepError {
        let at = self
            .characters
            .peek()
            .map_or(self.text.len(), |(at, _)| *at);
        let before = self.text.get(..at).unwrap_or_default();
        StepError {
            position: before.chars().count() + 1,
            message,
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        self.characters
            .next_if(|(_, found)| *found == wanted)
            .is_some()
    }

    fn word(&mut self) -> Result<Step, StepError> {
        let mut name = String::new();
        while let Some((_, next)) = self
            .characters
            .next_if(|(_, next)| next.is_alphanumeric() || matches!(next, '_' | '-'))
        {
            name.push(next);
        }
        if name.is_empty() {
            return Err(self.error("expected a name; write an odd one as `['..']`"));
        }
        Ok(Step::Name(name))
    }

    fn bracket(&mut self) -> Result<Step, StepError> {
        let step = match self.characters.peek().copied() {
            Some((_, '*')) => {
                self.characters.next();
                Step::EachElement
            }
            Some((_, quote @ ('\'' | '"'))) => {
                self.characters.next();
                self.quoted(quote)?
            }
            Some((_, '0'..='9')) => self.index()?,
            _ => return Err(self.error("expected `*`, an index, or a name in quotes")),
        };
        if self.take(']') {
            Ok(step)
        } else {
            Err(self.error("expected `]`"))
        }
    }

    fn index(&mut self) -> Result<Step, StepError> {
        let mut digits = String::new();
        while let Some((_, digit)) = self.characters.next_if(|(_, next)| next.is_ascii_digit()) {
            digits.push(digit);
        }
        match digits.parse() {
            Ok(index) => Ok(Step::Index(index)),
            Err(_) => Err(self.error("the index is too large")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Step, StepError> {
        let mut name = String::new();
        loop {
            match self.characters.next() {
                Some((_, end)) if end == quote => return Ok(Step::Name(name)),
                Some((_, '\\')) => name.push(self.escaped(quote)?),
                Some((_, other)) => name.push(other),
                None => return Err(self.error("the quotes are not closed")),
            }
        }
    }

    fn escaped(&mut self, quote: char) -> Result<char, StepError> {
        match self.characters.next() {
            Some((_, same)) if same == quote || matches!(same, '\\' | '/') => Ok(same),
            Some((_, 'b')) => Ok('\u{8}'),
            Some((_, 'f')) => Ok('\u{c}'),
            Some((_, 'n')) => Ok('\n'),
            Some((_, 'r')) => Ok('\r'),
            Some((_, 't')) => Ok('\t'),
            Some((_, 'u')) => self.unicode(),
            _ => Err(self.error("unknown escape")),
        }
    }

    fn unicode(&mut self) -> Result<char, StepError> {
        let first = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first).ok_or_else(|| self.error("half of a character"));
        }
        if !(self.take('\\') && self.take('u')) {
            return Err(self.error("half of a character"));
        }
        let second = self.four_digits()?;
        let low = second.wrapping_sub(0xDC00);
        if low >= 0x400 {
            return Err(self.error("half of a character"));
        }
        let code = 0x1_0000 + ((first - 0xD800) << 10) + low;
        char::from_u32(code).ok_or_else(|| self.error("no character has this code"))
    }

    fn four_digits(&mut self) -> Result<u32, StepError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self
                .characters
                .peek()
                .and_then(|(_, next)| next.to_digit(16));
            let Some(digit) = digit else {
                return Err(self.error("expected four hexadecimal digits"));
            };
            self.characters.next();
            code = code * 16 + digit;
        }
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Step {
        Step::Name(text.to_owned())
    }

    #[test]
    fn steps_are_read_in_every_form() {
        let steps = [name("a"), name("b.c"), Step::Index(7), name("d")];
        for text in [
            "$.a['b.c'][7].d",
            r#"$["a"]["b.c"][7]["d"]"#,
            r"a['b\u002Ec'][7].d",
        ] {
            assert_eq!(parse(text).unwrap(), steps, "{text}");
        }
        assert_eq!(parse("$").unwrap(), []);
        assert_eq!(parse("$.l[*]").unwrap(), [name("l"), Step::EachElement]);
        assert_eq!(parse("$.m.*").unwrap(), [name("m"), Step::EachEntry]);
        assert_eq!(parse(r"$['\uD83D\uDE00']").unwrap(), [name("\u{1F600}")]);
    }

    #[test]
    fn mistakes_name_their_position() {
        for (text, position) in [
            ("$a", 2),
            ("$.", 3),
            ("$.a[", 5),
            ("$.a['b", 7),
            ("$.é[x]", 5),
            ("$['\\uD83D']", 10),
            ("$[99999999999]", 14),
        ] {
            assert_eq!(parse(text).unwrap_err().position, position, "{text}");
        }
    }
}
