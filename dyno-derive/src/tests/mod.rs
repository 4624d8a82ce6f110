//! The passes together, on tokens.

mod errors;
mod output;

use proc_macro2::TokenStream;

/// What the derive prints for this item, without the spaces of the token printer.
fn expansion(item: TokenStream) -> String {
    let input = syn::parse2(item).unwrap();
    crate::compile(&input).to_string().replace(' ', "")
}

/// The messages of the errors that the derive reports.
fn errors(item: TokenStream) -> Vec<String> {
    let input = syn::parse2(item).unwrap();
    let printed = crate::compile(&input).to_string();
    let messages = printed.split("compile_error ! { \"").skip(1);
    messages
        .filter_map(|rest| {
            rest.split_once("\\nhelp: ")
                .map(|(what, _)| what.to_owned())
        })
        .collect()
}
