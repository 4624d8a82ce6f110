//! Text to path.

use std::fmt;
use std::iter::Peekable;
use std::str::{CharIndices, FromStr};

use super::{FieldPath, Segment};

/// A text that is not a path, and where it stops being one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsePathError {
    text: String,
    at: usize,
    expected: &'static str,
}

impl fmt::Display for ParsePathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "path `{}`, byte {}: expected {}; write paths like `lines[3].price`, odd names as `[\"x.y\"]`",
            self.text, self.at, self.expected
        )
    }
}

impl std::error::Error for ParsePathError {}

impl FromStr for FieldPath {
    type Err = ParsePathError;

    fn from_str(text: &str) -> Result<Self, ParsePathError> {
        let mut parser = Parser {
            text,
            rest: text.char_indices().peekable(),
        };
        parser.path()
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
}

impl Parser<'_> {
    fn path(&mut self) -> Result<FieldPath, ParsePathError> {
        let mut path = FieldPath::root();
        let mut word_may_follow = true;
        if self.skip('$') {
            word_may_follow = self.skip('.');
            if word_may_follow && self.peek().is_none_or(|next| next == '[') {
                return Err(self.expected("a name"));
            }
        }
        while let Some(next) = self.peek() {
            if next == '[' {
                self.rest.next();
                path.push(self.bracket()?);
            } else if word_may_follow {
                path.push(Segment::Key(self.word()?));
            } else {
                return Err(self.expected("`.`, `[` or the end"));
            }
            word_may_follow = self.skip('.');
            if word_may_follow && self.peek().is_none_or(|next| next == '[') {
                return Err(self.expected("a name"));
            }
        }
        Ok(path)
    }

    fn word(&mut self) -> Result<String, ParsePathError> {
        let mut word = String::new();
        if let Some((_, first)) = self
            .rest
            .next_if(|(_, next)| next.is_alphabetic() || *next == '_')
        {
            word.push(first);
        } else {
            return Err(self.expected("a name"));
        }
        while let Some((_, next)) = self
            .rest
            .next_if(|(_, next)| next.is_alphanumeric() || matches!(next, '_' | '-'))
        {
            word.push(next);
        }
        Ok(word)
    }

    fn bracket(&mut self) -> Result<Segment, ParsePathError> {
        let segment = match self.peek() {
            Some('"') => Segment::Key(self.quoted()?),
            _ => Segment::Index(self.index()?),
        };
        if self.skip(']') {
            Ok(segment)
        } else {
            Err(self.expected("`]`"))
        }
    }

    fn quoted(&mut self) -> Result<String, ParsePathError> {
        self.rest.next();
        let mut name = String::new();
        loop {
            match self.rest.next() {
                Some((_, '"')) => return Ok(name),
                Some((_, '\\')) => match self.rest.next() {
                    Some((_, escaped @ ('"' | '\\'))) => name.push(escaped),
                    _ => return Err(self.expected("`\"` or `\\` after `\\`")),
                },
                Some((_, other)) => name.push(other),
                None => return Err(self.expected("a closing `\"`")),
            }
        }
    }

    fn index(&mut self) -> Result<u32, ParsePathError> {
        let mut digits = String::new();
        while let Some((_, digit)) = self.rest.next_if(|(_, next)| next.is_ascii_digit()) {
            digits.push(digit);
        }
        let canonical = digits == "0" || !digits.starts_with('0');
        match digits.parse() {
            Ok(index) if canonical => Ok(index),
            _ => Err(self.expected("an index from 0 to 4294967295, or a name in double quotes")),
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().map(|(_, next)| *next)
    }

    fn skip(&mut self, wanted: char) -> bool {
        self.rest.next_if(|(_, next)| *next == wanted).is_some()
    }

    fn expected(&mut self, expected: &'static str) -> ParsePathError {
        let at = self.rest.peek().map_or(self.text.len(), |(at, _)| *at);
        ParsePathError {
            text: self.text.to_owned(),
            at,
            expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leading_dollar_is_the_root() {
        for text in ["$", ""] {
            assert!(text.parse::<FieldPath>().unwrap().is_root());
        }
        assert_eq!("$.a[0]".parse::<FieldPath>(), "a[0]".parse::<FieldPath>());
        assert_eq!("$[0]".parse::<FieldPath>(), "[0]".parse::<FieldPath>());
    }

    #[test]
    fn refuses_what_is_no_path() {
        let wrong = [
            "a.",
            ".a",
            "a..b",
            "a[",
            "a[]",
            "a[-1]",
            "a[01]",
            "a[4294967296]",
            "a[\"b]",
            "a[\"b\\n\"]",
            "a b",
            "a[0]b",
            "a.[0]",
            "$a",
            "$.",
            "$.[0]",
            "a['b']",
            "1a",
            "a[*]",
        ];
        for text in wrong {
            assert!(text.parse::<FieldPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_error_says_where() {
        let error = "a.b[x]".parse::<FieldPath>().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("path `a.b[x]`, byte 4: expected an index"),
            "{error}"
        );
    }
}
