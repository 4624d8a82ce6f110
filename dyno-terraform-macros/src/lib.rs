//! The macro of `dyno-terraform`, which documents it; use it from there.
//!
//! ```text
//! input     what stands in the parentheses    output    a table as the calls that build it
//! ```

mod input;
mod output;

use std::path::Path;

use proc_macro2::TokenStream;
use syn::Error;

use self::input::Input;

/// See `dyno_terraform::tables`, which gives the path of its crate as the first token.
#[doc(hidden)]
#[proc_macro]
pub fn tables(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let directory = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    expanded(tokens.into(), Path::new(&directory))
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

/// The tables of the files that `tokens` name, relative to the directory of the package.
fn expanded(tokens: TokenStream, directory: &Path) -> syn::Result<TokenStream> {
    let input: Input = syn::parse2(tokens)?;
    let path = directory.join(input.path.value());
    match input.reader.path(&path) {
        Ok(found) => output::tables(&input.root, input.path.span(), &found),
        Err(error) => Err(Error::new(input.path.span(), error)),
    }
}

#[cfg(test)]
mod tests;
