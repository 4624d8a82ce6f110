//! Files that were cut or changed: an error with a place, or tables that can be; never a panic.

use std::fs;

use dyno_terraform::{ReadError, Tables, Terraform, to_terraform};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::read::{table, testdata};

fn damaged(file: &str) -> impl Strategy<Value = String> {
    let letters: Vec<char> = fs::read_to_string(testdata(file))
        .unwrap()
        .chars()
        .collect();
    let piece = "[ \n\"{}\\[\\]=$%a1.:-]{0,3}";
    (any::<Index>(), 0_usize..4, piece).prop_map(move |(at, cut, piece)| {
        let at = at.index(letters.len());
        let after = letters.iter().skip(at + cut);
        let before = letters.iter().take(at);
        before
            .copied()
            .chain(piece.chars())
            .chain(after.copied())
            .collect()
    })
}

fn holds(text: &str, read: Result<Tables, ReadError>) -> Result<(), TestCaseError> {
    match read {
        Ok(tables) => {
            // What can be written is read as the same.
            let specs = tables.specs();
            let again = to_terraform(&specs).map(|text| Terraform::new().text(&text));
            let again = again.map(|read| read.map(|tables| tables.specs()));
            prop_assert!(
                matches!(&again, Ok(Ok(again)) if *again == specs),
                "{specs:?}: {again:?}"
            );
        }
        Err(error) => {
            let place = error.line().zip(error.column());
            if let Some((line, column)) = place {
                let line_text = text.split('\n').nth(line - 1);
                let letters = line_text.map(|text| text.chars().count());
                // The end of a text may be told as the place after its last line.
                let most = letters.unwrap_or(0) + 1;
                prop_assert!(line <= text.split('\n').count() + 1, "{error}");
                prop_assert!((1..=most).contains(&column), "{error}");
            }
        }
    }
    Ok(())
}

/// A text that nests one of these often, with an end or without.
fn nested() -> impl Strategy<Value = String> {
    let pair = select(vec![
        ("[", "]"),
        ("{ a = ", "}"),
        ("(", ")"),
        ("\"${", "}\""),
        ("local.a[", "]"),
        ("- ", ""),
        ("a {\n", "}\n"),
        ("{a: ", "}"),
    ]);
    (pair, 0_usize..2_000, any::<bool>()).prop_map(|((open, close), often, ends)| {
        let close = if ends {
            close.repeat(often)
        } else {
            String::new()
        };
        format!("{}1{close}", open.repeat(often))
    })
}

proptest! {
    #[test]
    fn terraform(text in damaged("cc_dynamodb3.tf")) {
        holds(&text, Terraform::new().text(&text))?;
    }

    #[test]
    fn terraform_with_variables(text in damaged("shop/variables.tf")) {
        let text = format!("{text}\n{}", fs::read_to_string(testdata("shop/dynamodb.tf")).unwrap());
        holds(&text, Terraform::new().variable("env", "dev").text(&text))?;
    }

    #[test]
    fn yaml(text in damaged("cc_dynamodb3.yml")) {
        holds(&text, Terraform::new().yaml(&text))?;
    }

    #[test]
    fn nesting(text in nested()) {
        let locals = format!("locals {{\n  a = {text}\n}}\n{}", table("users", "tags = local.a"));
        holds(&locals, Terraform::new().text(&locals))?;
        holds(&text, Terraform::new().text(&text))?;
        holds(&text, Terraform::new().yaml(&text))?;
    }
}
