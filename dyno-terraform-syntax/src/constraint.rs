//! Types of variables, and what they make of a value.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};

use crate::error::{ReadErrorKind, Result};
use crate::source::Source;
use crate::value::Value;

/// The type of a variable.
#[derive(Debug)]
pub(crate) enum Constraint {
    Any,
    Flag,
    Number,
    Text,
    List(Box<Self>),
    Map(Box<Self>),
    Object(BTreeMap<String, Member>),
}

/// A member of an object: it may be left out where it has a default.
#[derive(Debug)]
pub(crate) struct Member {
    constraint: Constraint,
    default: Option<Value>,
}

/// What evaluates a default.
type Evaluate<'e> = &'e dyn Fn(&Expression) -> Result<Value>;

impl Constraint {
    pub(crate) fn of(
        source: &Source,
        written: &Expression,
        evaluate: Evaluate<'_>,
    ) -> Result<Self> {
        match written {
            Expression::Variable(name) => match name.as_str() {
                "any" => return Ok(Self::Any),
                "bool" => return Ok(Self::Flag),
                "number" => return Ok(Self::Number),
                "string" => return Ok(Self::Text),
                "list" => return Ok(Self::List(Box::new(Self::Any))),
                "map" => return Ok(Self::Map(Box::new(Self::Any))),
                _ => {}
            },
            // As Terraform was written up to 0.11.
            Expression::String(name) if name.value() == "string" => return Ok(Self::Text),
            Expression::FuncCall(call) => {
                if let Some((name, inner)) = one_argument(call) {
                    match (name, inner) {
                        ("list", of) => {
                            return Ok(Self::List(Box::new(Self::of(source, of, evaluate)?)));
                        }
                        ("map", of) => {
                            return Ok(Self::Map(Box::new(Self::of(source, of, evaluate)?)));
                        }
                        ("object", Expression::Object(members)) => {
                            let mut all = BTreeMap::new();
                            for (key, member) in members {
                                let ObjectKey::Ident(name) = key else {
                                    return Err(refused(source, written));
                                };
                                let member = Member::of(source, member.expr(), evaluate)?;
                                if all.insert(name.as_str().to_owned(), member).is_some() {
                                    let why = format!(
                                        "`{}` stands twice in a type; keep one",
                                        name.as_str()
                                    );
                                    return Err(source.invalid(key, why));
                                }
                            }
                            return Ok(Self::Object(all));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        Err(refused(source, written))
    }

    /// The value converted as Terraform does, or what does not fit; `path` says where in the value it is.
    pub(crate) fn convert(&self, value: Value, path: &str) -> std::result::Result<Value, String> {
        match (self, value) {
            (_, Value::Null) => Ok(Value::Null),
            (Self::Any, value) | (Self::Number, value @ (Value::Number(_) | Value::Decimal(_))) => {
                Ok(value)
            }
            (Self::Number, Value::String(text)) => match Value::of_number(&text) {
                value @ Value::Number(_) => Ok(value),
                _ => Err(misfit(path, "a number", "a string")),
            },
            (Self::Text, value) => match value.text() {
                Some(text) => Ok(Value::String(text)),
                None if value.has_decimal() => Err(misfit(
                    path,
                    "a string",
                    "a number whose text is not certain, so that it should stand in quotes",
                )),
                None => Err(misfit(path, "a string", value.in_words())),
            },
            (Self::Flag, value) => match value.flag() {
                Some(flag) => Ok(Value::Bool(flag)),
                None => Err(misfit(path, "true or false", value.in_words())),
            },
            (Self::List(of), Value::List(values)) => {
                let values = values.into_iter().enumerate();
                let values = values.map(|(at, one)| of.convert(one, &format!("{path}[{at}]")));
                Ok(Value::List(values.collect::<std::result::Result<_, _>>()?))
            }
            (Self::Map(of), Value::Map(values)) => {
                let values = values.into_iter().map(|(name, one)| {
                    let one = of.convert(one, &inner(path, &name))?;
                    Ok((name, one))
                });
                Ok(Value::Map(
                    values.collect::<std::result::Result<_, String>>()?,
                ))
            }
            (Self::Object(members), Value::Map(mut values)) => {
                let members = members.iter().map(|(name, member)| {
                    let own = match (values.remove(name), &member.default) {
                        (None | Some(Value::Null), Some(default)) => default.clone(),
                        (Some(own), _) => own,
                        (None, None) => return Err(format!("{} lacks `{name}`", subject(path))),
                    };
                    let own = member.constraint.convert(own, &inner(path, name))?;
                    Ok((name.clone(), own))
                });
                Ok(Value::Map(members.collect::<std::result::Result<_, _>>()?))
            }
            (wanted, value) => Err(misfit(path, wanted.in_words(), value.in_words())),
        }
    }

    fn in_words(&self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Flag => "true or false",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Object(_) => "a map",
        }
    }
}

impl Member {
    fn of(source: &Source, written: &Expression, evaluate: Evaluate<'_>) -> Result<Self> {
        let call = written
            .as_func_call()
            .filter(|call| is_called(call, "optional"));
        let Some(call) = call else {
            return Ok(Self {
                constraint: Constraint::of(source, written, evaluate)?,
                default: None,
            });
        };
        let mut arguments = call.args.iter();
        let (of, default) = (arguments.next(), arguments.next());
        let (Some(of), None, false) = (of, arguments.next(), call.args.expand_final()) else {
            return Err(refused(source, written));
        };
        Ok(Self {
            constraint: Constraint::of(source, of, evaluate)?,
            default: Some(default.map_or(Ok(Value::Null), evaluate)?),
        })
    }
}

fn is_called(call: &FuncCall, name: &str) -> bool {
    call.name.namespace.is_empty() && call.name.name.as_str() == name
}

fn one_argument(call: &FuncCall) -> Option<(&str, &Expression)> {
    let mut arguments = call.args.iter();
    let only = arguments.next().filter(|_| arguments.next().is_none())?;
    let plain = call.name.namespace.is_empty() && !call.args.expand_final();
    plain.then(|| (call.name.name.as_str(), only))
}

fn inner(path: &str, name: &str) -> String {
    if path.is_empty() {
        return name.to_owned();
    }
    format!("{path}.{name}")
}

fn subject(path: &str) -> String {
    if path.is_empty() {
        return "it".to_owned();
    }
    format!("its `{path}`")
}

fn misfit(path: &str, wanted: &str, found: &str) -> String {
    format!("{} should be {wanted}, and is {found}", subject(path))
}

fn refused(source: &Source, at: &Expression) -> crate::ReadError {
    let why = "this type is not evaluated here; use `string`, `number`, `bool`, `any`, `list(..)`, `map(..)` or `object({ .. })`";
    source.error(ReadErrorKind::NotEvaluated, at, why)
}
