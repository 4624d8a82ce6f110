//! What stands in the parentheses: a path, values of variables, and what is passed over.

use std::collections::BTreeSet;

use dyno_terraform_syntax::{Reader, Value};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Lit, LitStr, Token, parenthesized};

pub(crate) struct Input {
    /// The path of `dyno_terraform` where the macro is used.
    pub(crate) root: TokenStream,
    pub(crate) path: LitStr,
    pub(crate) reader: Reader,
}

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        // `$crate`, which is one token and no path that could be parsed.
        let root: TokenTree = input.parse()?;
        input.parse::<Token![,]>()?;
        let mut parsed = Self {
            root: root.into(),
            path: input.parse()?,
            reader: Reader::new(),
        };
        let mut given = BTreeSet::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let word: Ident = input.parse()?;
            let inside;
            parenthesized!(inside in input);
            if word == "variables" {
                let all = Punctuated::<Variable, Token![,]>::parse_terminated(&inside)?;
                for one in all {
                    if !given.insert(one.name.clone()) {
                        let why = format!("variable `{}` is given twice; keep one", one.name);
                        return Err(Error::new(one.at, why));
                    }
                    parsed.reader = parsed.reader.variable(one.name, one.value);
                }
            } else if word == "pass_over" {
                let all = Punctuated::<LitStr, Token![,]>::parse_terminated(&inside)?;
                for one in all {
                    parsed.reader = parsed.reader.pass_over(one.value());
                }
            } else {
                let why = "expected `variables(name = \"value\")` or `pass_over(\"name\")`";
                return Err(Error::new(word.span(), why));
            }
        }
        Ok(parsed)
    }
}

/// `name = "value"`.
struct Variable {
    at: Span,
    name: String,
    value: Value,
}

impl Parse for Variable {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = Ident::parse_any(input)?;
        let (at, name) = (name.span(), name.unraw().to_string());
        input.parse::<Token![=]>()?;
        let value = match input.parse()? {
            Lit::Str(text) => Value::from(text.value()),
            Lit::Int(number) => Value::from(number.base10_parse::<i64>()?),
            Lit::Bool(flag) => Value::from(flag.value),
            other => {
                let why = "expected a string, a whole number, `true` or `false`";
                return Err(Error::new(other.span(), why));
            }
        };
        Ok(Self { at, name, value })
    }
}
