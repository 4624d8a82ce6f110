//! YAML with the place of every value.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use saphyr_parser::Marker;

use crate::error::{ReadError, ReadErrorKind, Result};

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node<'f> {
    file: &'f str,
    at: (usize, usize),
    value: Value<'f>,
}

#[derive(Debug)]
enum Value<'f> {
    Text(String),
    Whole(u32),
    List(Vec<Node<'f>>),
    Map(Vec<(Node<'f>, Node<'f>)>),
    Null,
    Other,
}

/// What a map holds, each taken once; what is left over is not known.
pub(crate) struct Entries<'f> {
    file: &'f str,
    at: (usize, usize),
    left: Vec<(Node<'f>, Node<'f>)>,
}

fn place(marker: Marker) -> (usize, usize) {
    (marker.line(), marker.col() + 1)
}

impl<'f> Node<'f> {
    /// Parses a file of one document.
    pub(crate) fn parse(file: &'f str, text: &str) -> Result<Self> {
        let refused =
            |at, why: String| Err(ReadError::new(ReadErrorKind::Syntax, file, why).at(at));
        match MarkedYaml::load_from_str(text) {
            Ok(documents) => match <[_; 1]>::try_from(documents) {
                Ok([document]) => Ok(Self::of(file, &document)),
                Err(documents) => {
                    refused(None, format!("has {} documents; keep one", documents.len()))
                }
            },
            Err(error) => refused(
                Some(place(*error.marker())),
                format!("this is not YAML: {}", error.info()),
            ),
        }
    }

    fn of(file: &'f str, yaml: &MarkedYaml<'_>) -> Self {
        let value = match &yaml.data {
            YamlData::Value(Scalar::String(text)) => Value::Text(text.clone().into_owned()),
            YamlData::Value(Scalar::Integer(number)) => {
                u32::try_from(*number).map_or(Value::Other, Value::Whole)
            }
            YamlData::Value(Scalar::Null) => Value::Null,
            YamlData::Sequence(values) => {
                Value::List(values.iter().map(|one| Self::of(file, one)).collect())
            }
            YamlData::Mapping(values) => {
                let values = values.iter();
                Value::Map(
                    values
                        .map(|(key, value)| (Self::of(file, key), Self::of(file, value)))
                        .collect(),
                )
            }
            _ => Value::Other,
        };
        Self {
            file,
            at: place(yaml.span.start),
            value,
        }
    }

    pub(crate) fn invalid(&self, why: impl Into<String>) -> ReadError {
        ReadError::new(ReadErrorKind::Invalid, self.file, why).at(Some(self.at))
    }

    pub(crate) fn text(&self) -> Result<&str> {
        match &self.value {
            Value::Text(text) => Ok(text),
            _ => Err(self.invalid("this should be a string")),
        }
    }

    pub(crate) fn whole(&self) -> Result<u32> {
        match self.value {
            Value::Whole(number) => Ok(number),
            _ => Err(self.invalid("this should be a whole number that is not negative")),
        }
    }

    pub(crate) fn list(self) -> Result<Vec<Self>> {
        match self.value {
            Value::List(values) => Ok(values),
            _ => Err(self.invalid("this should be a list")),
        }
    }

    /// What it holds as a map; none is an empty one.
    pub(crate) fn entries(self) -> Result<Entries<'f>> {
        let left = match self.value {
            Value::Map(values) => values,
            Value::Null => Vec::new(),
            _ => return Err(self.invalid("this should be a map")),
        };
        Ok(Entries {
            file: self.file,
            at: self.at,
            left,
        })
    }
}

impl<'f> Entries<'f> {
    /// Those of a map that is left out.
    pub(crate) fn none() -> Self {
        Self {
            file: "",
            at: (1, 1),
            left: Vec::new(),
        }
    }

    pub(crate) fn invalid(&self, why: impl Into<String>) -> ReadError {
        ReadError::new(ReadErrorKind::Invalid, self.file, why).at(Some(self.at))
    }

    /// Every name with its value.
    pub(crate) fn all(self) -> Vec<(Node<'f>, Node<'f>)> {
        self.left
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Node<'f>> {
        let is_it = |(key, _): &(Node<'f>, _)| key.text().is_ok_and(|key| key == name);
        let at = self.left.iter().position(is_it)?;
        Some(self.left.remove(at).1)
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<Node<'f>> {
        self.take(name)
            .ok_or_else(|| self.invalid(format!("lacks `{name}`; add it")))
    }

    /// Refuses what was not taken.
    pub(crate) fn finish(self) -> Result<()> {
        let Some((key, _)) = self.left.first() else {
            return Ok(());
        };
        let why = match key.text() {
            Ok(name) => format!("`{name}` is not known; correct its name, or take it out"),
            Err(_) => "this name is not known; take it out".to_owned(),
        };
        Err(ReadError::new(ReadErrorKind::NotSupported, self.file, why).at(Some(key.at)))
    }
}
