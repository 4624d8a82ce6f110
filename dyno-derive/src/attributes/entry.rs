//! Splits `#[dyno(word, word = value)]` into its words and values.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitInt, LitStr, Meta, Path, Token, TypePath, parenthesized, token};

use super::{Given, KeyAttributes, words};
use crate::diagnostics::Diagnostics;
use crate::model::Case;

/// Bits of the hash that index values are cut from.
const MAX_BITS: u16 = 256;

/// One `word` or `word = value`.
pub(super) struct Entry {
    pub(super) word: Ident,
    pub(super) value: Value,
}

/// What follows a word.
pub(super) enum Value {
    Absent,
    List(TokenStream),
    Other(TokenStream),
    Path(TypePath),
    Text(LitStr),
}

/// The entries of every `#[dyno(..)]` among `attributes`.
pub(super) fn entries(attributes: &[Attribute], diagnostics: &Diagnostics) -> Vec<Entry> {
    let mut entries = Vec::new();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("dyno"))
    {
        let Meta::List(list) = &attribute.meta else {
            let fix = "write `#[dyno(..)]` with words inside, or remove the attribute";
            diagnostics.report_across(
                &attribute.meta,
                "`dyno` takes its words in parentheses",
                fix,
            );
            continue;
        };
        let parser = |input: ParseStream<'_>| {
            parse_entries(input, &mut entries, diagnostics);
            Ok(())
        };
        if let Err(error) = parser.parse2(list.tokens.clone()) {
            diagnostics.add(&error);
        }
    }
    entries
}

fn parse_entries(input: ParseStream<'_>, entries: &mut Vec<Entry>, diagnostics: &Diagnostics) {
    while !input.is_empty() {
        let Ok(word) = input.call(Ident::parse_any) else {
            let place = until_comma(input);
            diagnostics.report_across(
                &place,
                format!("expected a word, found `{place}`"),
                "write `word` or `word = value`",
            );
            continue;
        };
        let value = parse_value(input);
        if at_end(input) {
            let _: Option<Token![,]> = input.parse().ok();
        } else {
            let what = format!("expected a comma after `{word}`");
            diagnostics.report(input.span(), what, "separate words with commas");
            if !input.peek(Ident::peek_any) {
                until_comma(input);
            }
        }
        entries.push(Entry { word, value });
    }
}

fn parse_value(input: ParseStream<'_>) -> Value {
    if input.peek(token::Paren) {
        return match input.parse::<TokenTree>() {
            Ok(list) => Value::List(list.to_token_stream()),
            Err(_) => Value::Absent,
        };
    }
    if input.parse::<Token![=]>().is_err() {
        return Value::Absent;
    }
    let ahead = input.fork();
    if ahead
        .parse::<LitStr>()
        .is_ok_and(|text| text.suffix().is_empty())
        && ends_a_value(&ahead)
        && let Ok(text) = input.parse()
    {
        return Value::Text(text);
    }
    let ahead = input.fork();
    if ahead.parse::<TypePath>().is_ok()
        && ends_a_value(&ahead)
        && let Ok(path) = input.parse()
    {
        return Value::Path(path);
    }
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend(input.parse::<TokenTree>());
    }
    Value::Other(tokens)
}

/// Whether a value may end here: at a comma, or where the next word shows that one is missing.
fn ends_a_value(input: ParseStream<'_>) -> bool {
    at_end(input) || input.peek(Ident::peek_any)
}

fn at_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Takes the tokens up to the next comma, and the comma.
fn until_comma(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && input.parse::<Token![,]>().is_err() {
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

/// What the words in parentheses say, one after the other.
pub(super) fn gathered<T: Default>(
    given: Given<Vec<Entry>>,
    mut keep: impl FnMut(&mut T, Entry),
) -> Given<T> {
    let Given {
        value: entries,
        word,
        place,
    } = given;
    let mut value = T::default();
    for entry in entries {
        keep(&mut value, entry);
    }
    Given { value, word, place }
}

impl Entry {
    /// Nothing, as in `#[dyno(shard)]`.
    pub(super) fn flag(self, diagnostics: &Diagnostics) -> Result<Given<()>, Ident> {
        let word = self.word;
        match self.value {
            Value::Absent => Ok(Given {
                value: (),
                place: word.span(),
                word,
            }),
            value => {
                let fix = format!("write `#[dyno({word})]`");
                diagnostics.report_across(value, format!("`{word}` takes no value"), fix);
                Err(word)
            }
        }
    }

    /// Nothing, or words of its own, as in `#[dyno(shard(table = "Users"))]`.
    pub(super) fn flag_or_words(
        self,
        example: &str,
        diagnostics: &Diagnostics,
    ) -> Result<Given<Vec<Self>>, Ident> {
        let Self { word, value } = self;
        let mut words = Vec::new();
        let (place, what) = match value {
            Value::Absent => {
                return Ok(Given {
                    value: words,
                    place: word.span(),
                    word,
                });
            }
            Value::List(list) => {
                let parser = |input: ParseStream<'_>| {
                    let inside;
                    let parentheses = parenthesized!(inside in input);
                    parse_entries(&inside, &mut words, diagnostics);
                    Ok(parentheses.span.join())
                };
                match parser.parse2(list.clone()) {
                    Ok(place) if !words.is_empty() => {
                        return Ok(Given {
                            value: words,
                            place,
                            word,
                        });
                    }
                    _ => (list, format!("`{word}` names nothing in its parentheses")),
                }
            }
            value => (
                value.to_token_stream(),
                format!("`{word}` takes no value, or words in parentheses"),
            ),
        };
        let fix = format!("write `#[dyno({word})]` or `#[dyno({example})]`");
        diagnostics.report_across(place, what, fix);
        Err(word)
    }

    /// Whether parentheses follow the word.
    pub(super) fn has_list(&self) -> bool {
        matches!(self.value, Value::List(_))
    }

    /// Names of fields, as in `include(name, age)`.
    pub(super) fn names(
        self,
        example: &str,
        diagnostics: &Diagnostics,
    ) -> Result<Given<Vec<Ident>>, Ident> {
        let Given { value, word, place } = self.flag_or_words(example, diagnostics)?;
        let names = value.into_iter().map(|entry| match entry.value {
            Value::Absent => Ok(entry.word),
            value => {
                let what = format!("`{word}` takes names of fields");
                diagnostics.report_across(value, what, format!("write `{example}`"));
                Err(word.clone())
            }
        });
        let value: Vec<_> = names.collect::<Result<_, _>>()?;
        if value.is_empty() {
            let what = format!("`{word}` names no field");
            diagnostics.report(place, what, format!("write `{example}`"));
            return Err(word);
        }
        Ok(Given { value, word, place })
    }

    /// Text, as in `#[dyno(table = "Users")]`.
    pub(super) fn text(self, diagnostics: &Diagnostics) -> Result<Given<String>, Ident> {
        let word = self.word;
        let (value, fix) = match self.value {
            Value::Text(text) => {
                return Ok(Given {
                    place: text.span(),
                    value: text.value(),
                    word,
                });
            }
            Value::Absent => (word.to_token_stream(), format!("write `{word} = \"..\"`")),
            Value::Path(path) => {
                let path = path.to_token_stream();
                let fix = format!("put it in quotes: `{word} = \"{path}\"`");
                (path, fix)
            }
            value => (value.to_token_stream(), format!("write `{word} = \"..\"`")),
        };
        diagnostics.report_across(value, format!("`{word}` takes a string"), fix);
        Err(word)
    }

    /// A name or a template, as in `#[dyno(key = "ID")]`, or both in parentheses.
    pub(super) fn key(self, diagnostics: &Diagnostics) -> Result<Given<KeyAttributes>, Ident> {
        if !self.has_list() {
            return self.text(diagnostics).map(KeyAttributes::of_text);
        }
        let example = format!("{}(name = \"..\", template = \"..\")", self.word);
        let given = self.flag_or_words(&example, diagnostics)?;
        Ok(KeyAttributes::of_words(given, diagnostics))
    }

    /// A number of bits, as in `#[dyno(encrypt(index = "email", bits = 64))]`.
    pub(super) fn bits(self, diagnostics: &Diagnostics) -> Result<Given<u16>, Ident> {
        let word = self.word;
        let bits = match &self.value {
            Value::Other(tokens) => syn::parse2::<LitInt>(tokens.clone()).ok(),
            _ => None,
        };
        let bits = bits.and_then(|bits| Some((bits.base10_parse::<u16>().ok()?, bits.span())));
        if let Some((value, place)) = bits
            && (1..=MAX_BITS).contains(&value)
        {
            return Ok(Given { value, word, place });
        }
        let place = match &self.value {
            Value::Absent => word.to_token_stream(),
            value => value.to_token_stream(),
        };
        let what = format!("`{word}` takes a number from 1 to {MAX_BITS}");
        diagnostics.report_across(place, what, format!("write `{word} = 64`"));
        Err(word)
    }

    /// A way to write names, as in `#[dyno(rename_all = "camelCase")]`.
    pub(super) fn case(self, diagnostics: &Diagnostics) -> Result<Given<Case>, Ident> {
        let Given { value, word, place } = self.text(diagnostics)?;
        if let Some(value) = Case::parse(&value) {
            return Ok(Given { value, word, place });
        }
        let fix = match Case::resembling(&value) {
            Some(case) => format!("did you mean `\"{case}\"`?"),
            None => format!(
                "the cases are {}",
                words::list(&Case::ALL.map(|(name, _)| name))
            ),
        };
        diagnostics.report(place, format!("unknown case `{value}`"), fix);
        Err(word)
    }

    /// A path to a function, as in `#[dyno(loader = secrets)]`.
    pub(super) fn function(self, diagnostics: &Diagnostics) -> Result<Given<TypePath>, Ident> {
        let word = self.word;
        match self.value {
            Value::Path(value) => Ok(Given {
                place: word.span(),
                value,
                word,
            }),
            value => Err(not_a_path(
                word,
                &value,
                "a path to a function",
                diagnostics,
            )),
        }
    }

    /// A path to a module, as in `#[dyno(with = cents)]`.
    pub(super) fn module(self, diagnostics: &Diagnostics) -> Result<Given<Path>, Ident> {
        let word = self.word;
        match self.value {
            Value::Path(TypePath {
                qself: None, path, ..
            }) => Ok(Given {
                place: word.span(),
                value: path,
                word,
            }),
            value => Err(not_a_path(word, &value, "a path to a module", diagnostics)),
        }
    }

    /// Nothing, or a path to a function.
    pub(super) fn flag_or_function(
        self,
        diagnostics: &Diagnostics,
    ) -> Result<Given<Option<TypePath>>, Ident> {
        match self.value {
            Value::Absent => Ok(Given {
                place: self.word.span(),
                value: None,
                word: self.word,
            }),
            _ => self.function(diagnostics).map(|given| Given {
                value: Some(given.value),
                word: given.word,
                place: given.place,
            }),
        }
    }
}

fn not_a_path(word: Ident, value: &Value, wanted: &str, diagnostics: &Diagnostics) -> Ident {
    let what = format!("`{word}` takes {wanted}");
    match value {
        Value::Text(text) => {
            let fix = format!("write the path without quotes: `{word} = {}`", text.value());
            diagnostics.report(text.span(), what, fix);
        }
        Value::Absent => diagnostics.report(word.span(), what, format!("write `{word} = path`")),
        Value::Other(tokens) if is_call(tokens) => {
            diagnostics.report_across(tokens, what, "name the function without calling it");
        }
        Value::List(tokens) | Value::Other(tokens) => {
            diagnostics.report_across(tokens, what, format!("write `{word} = path`"));
        }
        Value::Path(path) => {
            diagnostics.report_across(path, what, format!("write `{word} = path`"));
        }
    }
    word
}

fn is_call(tokens: &TokenStream) -> bool {
    let last = tokens.clone().into_iter().last();
    matches!(last, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

impl ToTokens for Value {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Absent => {}
            Self::List(list) => list.to_tokens(tokens),
            Self::Other(other) => other.to_tokens(tokens),
            Self::Path(path) => path.to_tokens(tokens),
            Self::Text(text) => text.to_tokens(tokens),
        }
    }
}

/// The words of every `#[serde(..)]` among `attributes`.
pub(super) fn serde_words(attributes: &[Attribute]) -> Vec<Ident> {
    let mut words = Vec::new();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        if let Meta::List(list) = &attribute.meta {
            // serde reports its own mistakes
            let _ = (|input: ParseStream<'_>| {
                while !input.is_empty() {
                    words.push(input.call(Ident::parse_any)?);
                    until_comma(input);
                }
                Ok(())
            })
            .parse2(list.tokens.clone());
        }
    }
    words
}
