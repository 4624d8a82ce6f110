//! Files that were cut or changed: an error with a place, or tables that can be; never a panic.

use std::fs;

use dyno_terraform::{ReadError, Tables, Terraform, to_terraform};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::read::testdata;

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
            let specs = tables.specs();
            prop_assert!(to_terraform(&specs).is_ok(), "{specs:?}");
        }
        Err(error) => {
            if let Some(line) = error.line() {
                prop_assert!((1..=text.lines().count() + 1).contains(&line), "{error}");
            }
        }
    }
    Ok(())
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
}
