//! A table as the calls that build it.
//!
//! ```text
//! { const _: &[u8] = include_bytes!("/..tables.tf");          the file is followed: a change compiles this anew
//!   tables([("users", TableSpec::new("Users", "id", KeyKind::S).with_ttl("expires"))]) }
//! ```

use std::path::Path;

use dyno_terraform_syntax::{Billing, Found, Index, Kind, Part, Projection, Stream, Table};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::Error;

pub(crate) fn tables(root: &TokenStream, at: Span, found: &Found) -> syn::Result<TokenStream> {
    let files: Vec<_> = found
        .files
        .iter()
        .map(|path| absolute(path, at))
        .collect::<syn::Result<_>>()?;
    let tables = found.tables.iter().map(|table| {
        let (label, spec) = (&table.label, spec(root, table));
        quote! { (#label, #spec) }
    });
    Ok(quote! {{
        #( const _: &[u8] = ::core::include_bytes!(#files); )*
        #root::__private::tables([ #( #tables ),* ])
    }})
}

/// The path of a file, or of a link as it stands: it may come to lead elsewhere.
fn absolute(path: &Path, at: Span) -> syn::Result<String> {
    let path = std::path::absolute(path);
    let path = path.map_err(|error| Error::new(at, error))?;
    match path.to_str() {
        Some(path) => Ok(path.to_owned()),
        None => Err(Error::new(
            at,
            "the path is not UTF-8; move the file to another",
        )),
    }
}

fn spec(root: &TokenStream, table: &Table) -> TokenStream {
    let (name, key, kind) = (&table.name, &table.key.name, kind(root, table.key.kind));
    let region = table.region.iter();
    let sort = table.sort.iter().map(|sort| part(root, sort));
    let global = table.global.iter().map(|one| index(root, one));
    let local = table.local.iter().map(|one| index(root, one));
    let billing = match table.billing {
        Billing::OnDemand => quote! {},
        Billing::Provisioned(reads, writes) => quote! {
            .with_billing(#root::__private::Billing::Provisioned(
                #root::__private::Throughput::new(#reads, #writes)
            ))
        },
    };
    let ttl = table.ttl.iter();
    let stream = table.stream.iter().map(|one| stream(root, *one));
    let recovery = table
        .recovery
        .then(|| quote! { .with_point_in_time_recovery() });
    let protection = table
        .protection
        .then(|| quote! { .with_deletion_protection() });
    let (tags, values) = (table.tags.keys(), table.tags.values());
    quote! {
        #root::__private::TableSpec::new(#name, #key, #kind)
            #( .with_region(#region) )*
            #( .with_sort(#sort) )*
            #( .with_global_index(#global) )*
            #( .with_local_index(#local) )*
            #billing
            #( .with_ttl(#ttl) )*
            #( .with_stream(#stream) )*
            #recovery
            #protection
            #( .with_tag(#tags, #values) )*
    }
}

fn index(root: &TokenStream, index: &Index) -> TokenStream {
    let name = &index.name;
    let key = index.key.iter().map(|key| part(root, key));
    let sort = index.sort.iter().map(|sort| part(root, sort));
    let projection = match &index.projection {
        Projection::All => quote! { All },
        Projection::KeysOnly => quote! { KeysOnly },
        Projection::Include(names) => {
            let names = names.iter();
            quote! { include([ #( #names ),* ]) }
        }
    };
    let throughput = index.throughput.map(|(reads, writes)| {
        quote! { .with_throughput(#root::__private::Throughput::new(#reads, #writes)) }
    });
    quote! {
        #root::__private::IndexSpec::new(#name)
            #( .with_key(#key) )*
            #( .with_sort(#sort) )*
            .with_projection(#root::__private::Projection::#projection)
            #throughput
    }
}

/// The arguments of `with_key` and `with_sort`.
fn part(root: &TokenStream, part: &Part) -> TokenStream {
    let (name, kind) = (&part.name, kind(root, part.kind));
    quote! { #name, #kind }
}

fn kind(root: &TokenStream, kind: Kind) -> TokenStream {
    let kind = match kind {
        Kind::B => quote! { B },
        Kind::N => quote! { N },
        Kind::S => quote! { S },
    };
    quote! { #root::__private::KeyKind::#kind }
}

fn stream(root: &TokenStream, stream: Stream) -> TokenStream {
    let view = match stream {
        Stream::Both => quote! { Both },
        Stream::Keys => quote! { Keys },
        Stream::New => quote! { New },
        Stream::Old => quote! { Old },
    };
    quote! { #root::__private::StreamView::#view }
}
