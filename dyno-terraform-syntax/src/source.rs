//! A file with its positions.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::structure::Body;

use crate::error::{ReadError, ReadErrorKind, Result};

/// A file that is HCL.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: String,
    text: String,
    pub(crate) body: Body,
}

/// More than any file of tables has, and less than takes long to parse.
pub(crate) const LONGEST: usize = 256 * 1024;

pub(crate) fn refuse_long(file: &str, length: usize) -> Result<()> {
    if length <= LONGEST {
        return Ok(());
    }
    let why = format!("has more than {} KiB; split it", LONGEST / 1024);
    Err(ReadError::new(ReadErrorKind::NotSupported, file, why))
}

impl Source {
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self> {
        refuse_long(file, text.len())?;
        // Editors on Windows begin files with it, and Terraform reads them.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match hcl_edit::parser::parse_body(text) {
            Ok(body) => Ok(Self {
                file: file.to_owned(),
                text: text.to_owned(),
                body,
            }),
            Err(error) => {
                let line = error.location().line();
                // At the end of a text the parser counts on.
                let letters = text.split('\n').nth(line.saturating_sub(1));
                let most = letters.map_or(0, |letters| letters.chars().count()) + 1;
                let position = (line, error.location().column().min(most));
                let why = format!("this is not Terraform: {}", error.message());
                Err(ReadError::new(ReadErrorKind::Syntax, file, why).at(Some(position)))
            }
        }
    }

    /// What stands in the file.
    pub(crate) fn written(&self, at: &impl Span) -> Option<&str> {
        self.text.get(at.span()?)
    }

    /// Line and column, from 1.
    pub(crate) fn position(&self, span: Option<Range<usize>>) -> Option<(usize, usize)> {
        let before = self.text.get(..span?.start)?;
        let line = before.matches('\n').count() + 1;
        let in_line = before.rsplit('\n').next().unwrap_or(before);
        Some((line, in_line.chars().count() + 1))
    }

    pub(crate) fn error(
        &self,
        kind: ReadErrorKind,
        at: &impl Span,
        why: impl Into<String>,
    ) -> ReadError {
        ReadError::new(kind, &self.file, why).at(self.position(at.span()))
    }

    pub(crate) fn invalid(&self, at: &impl Span, why: impl Into<String>) -> ReadError {
        self.error(ReadErrorKind::Invalid, at, why)
    }

    /// Where something stands, for the error of something else.
    pub(crate) fn place(&self, at: &impl Span) -> String {
        match self.position(at.span()) {
            Some((line, column)) => format!("{}:{line}:{column}", self.file),
            None => self.file.clone(),
        }
    }
}
