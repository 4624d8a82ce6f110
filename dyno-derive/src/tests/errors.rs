use quote::quote;

use super::{errors, expansion};
use crate::diagnostics::Diagnostics;

#[test]
fn every_pass_reports_in_one_go() {
    let found = errors(quote! {
        #[dyno(table = "U", nonsense)]
        struct User {
            #[dyno(key, rename = "_dy_id")]
            id: String,
            #[dyno(encrypt, plain)]
            name: String,
        }
    });
    assert_eq!(
        found,
        [
            "unknown attribute `nonsense` on the type",
            "a table name of 1 letter",
            "`encrypt` beside `plain`",
            "`_dy_id` is reserved: names that begin with `_dy_` are dyno's own",
        ]
    );
}

#[test]
fn a_refused_value_is_not_reported_as_absent() {
    let found = errors(quote! {
        #[dyno(table = "Users", key = id)]
        struct User {}
    });
    assert_eq!(found, ["`key` takes a string"]);
}

#[test]
fn an_unknown_word_is_not_reported_as_absent_too() {
    let found = errors(quote! {
        #[dyno(tabel = "Users", key = "id")]
        struct User { #[dyno(sort)] at: u64 }
    });
    assert_eq!(found, ["unknown attribute `tabel` on the type"]);
}

#[test]
fn a_seal_is_for_types_with_a_table() {
    let sealed = || {
        quote!(
            #[dyno(seal)]
            struct Part {
                city: String,
            }
        )
    };
    assert_eq!(errors(sealed()), ["`seal` on a type without a table"]);
    let printed = expansion(sealed());
    assert!(
        printed.contains("whatasealedobjectholdsissealedwithit"),
        "{printed}"
    );
    let found = errors(quote!(
        struct Part {
            #[dyno(seal)]
            city: String,
        }
    ));
    assert_eq!(found, ["unknown attribute `seal` on a field"]);
}

#[test]
fn words_inside_a_shard_are_told_where_they_belong() {
    let printed = expansion(quote! {
        struct Order { #[dyno(shard(key = "ID", chunked))] lines: Lines }
    });
    assert!(printed.contains("help:`key`belongsonthetype"), "{printed}");
    assert!(printed.contains("`#[dyno(shard,chunked)]`"), "{printed}");
}

#[test]
fn a_stub_stands_beside_errors() {
    let printed = expansion(quote! {
        #[dyno(table = "Users")]
        struct User { city: String }
    });
    assert!(printed.contains("impl__dyno::ObjectforUser"));
    assert!(printed.contains("impl__dyno::StoredforUser"));
    assert!(printed.contains("fncity(&self)->__dyno::Path<__DynoR,String>{self.0.field(0)}"));
    assert!(!printed.contains("__dyno_codecs"));
}

#[test]
fn no_stub_stands_for_what_is_no_object() {
    let printed = expansion(quote! { union Bits { integer: u32, float: f32 } });
    assert!(!printed.contains("impl"));
}

#[test]
fn names_at_their_limits_are_taken() {
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    let user = |key: &str| errors(quote! { #[dyno(table = "Users", key = #key)] struct User {} });
    assert_eq!(user(&longest), [""; 0]);
    assert_eq!(
        user(&too_long),
        ["the name of a key attribute with 256 bytes"]
    );

    let (longest, too_long) = ("n".repeat(65_535), "n".repeat(65_536));
    let user = |name: &str| errors(quote! { struct User { #[dyno(rename = #name)] name: String } });
    assert_eq!(user(&longest), [""; 0]);
    assert_eq!(user(&too_long), ["an attribute name of 65536 bytes"]);

    for (table, errors_expected) in [(2, 1), (3, 0), (255, 0), (256, 1)] {
        let table = "t".repeat(table);
        let found = errors(quote! { #[dyno(table = #table, key = "id")] struct User {} });
        assert_eq!(found.len(), errors_expected, "{found:?}");
    }
}

#[test]
#[should_panic(expected = "without being finished")]
#[cfg(debug_assertions)]
fn forgotten_diagnostics_are_noticed() {
    drop(Diagnostics::new());
}

#[test]
fn a_template_with_mistakes_says_each_once() {
    let found = errors(quote! {
        #[dyno(table = "Users", key = "USER#{name", sort = "{at}{at}{nobody}")]
        struct User {
            name: String,
            #[dyno(plain)]
            at: u64,
        }
    });
    assert_eq!(
        found,
        [
            "`{name` is not closed in the key template `USER#{name`",
            "field `at` stands twice in the key template `{at}{at}{nobody}`",
            "`User` has no field `nobody`, of which the key template `{at}{at}{nobody}` is made",
        ]
    );
}

#[test]
fn a_table_of_guards_has_a_key() {
    let found = errors(quote! {
        #[dyno(table = "Users", key = "id")]
        struct User {
            #[dyno(unique(table = "Uniques"))]
            name: String,
            #[dyno(unique(key = "ID"))]
            email: String,
            #[dyno(unique(table = "", key = "ID"))]
            phone: String,
        }
    });
    assert_eq!(
        found,
        [
            "`table` without `key`",
            "`key` without `table`",
            "an empty `table`",
        ]
    );
}

#[test]
fn what_a_variant_stores_under_a_name_of_a_key_template_is_that_field() {
    let found = errors(quote! {
        #[dyno(table = "Jobs", key = "ID", index(name = "gsi1", key = "W#{worker}"))]
        enum Job {
            Waiting { worker: String },
            Running { #[dyno(encrypt, rename = "worker")] secret: String },
            Done { #[dyno(skip)] worker: String, city: String },
        }
    });
    assert_eq!(
        found,
        [
            "`secret` is stored as `worker`, of which the key template `W#{worker}` is made in another variant",
            "field `worker` of the key template `W#{worker}` is not stored, so that nobody could tell the key from the item",
        ]
    );
}
