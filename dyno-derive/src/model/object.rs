use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, GenericParam, Generics, Ident, Visibility};

use super::own_type::OwnType;
use super::{Field, Name, Role, SecondaryIndex, Template, Variant, layout};
use crate::attributes::{KeyAttributes, ObjectAttributes, Slot};
use crate::diagnostics::Diagnostics;

/// The type, with everything decided.
pub(crate) struct Object {
    pub(crate) ident: Ident,
    /// The name in Rust, for error messages.
    pub(crate) rust_name: String,
    pub(crate) visibility: Visibility,
    pub(crate) generics: Generics,
    /// Where the object lives; a type without a table is stored inside others.
    pub(crate) table: Option<Table>,
    pub(crate) body: Body,
    pub(crate) secondary: Vec<SecondaryIndex>,
    /// The attributes as given.
    pub(crate) given: ObjectAttributes,
}

pub(crate) enum Body {
    Enum(Vec<Variant>),
    Struct(Vec<Field>),
}

pub(crate) struct Table {
    pub(crate) name: Name,
    pub(crate) key: Name,
    pub(crate) sort: Option<Name>,
    /// What the partition key is made of, if it is no field.
    pub(crate) key_template: Option<Template>,
    /// What the sort key is made of, if it is no field.
    pub(crate) sort_template: Option<Template>,
}

impl Table {
    /// What its key attributes are made of.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.key_template.iter().chain(&self.sort_template)
    }

    /// The fields of its templates, each once, in order.
    pub(crate) fn template_fields(&self) -> Vec<&str> {
        let mut fields = Vec::new();
        for field in self.templates().flat_map(Template::fields) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }
}

/// The model of what the macro was given; `None` if it is nothing that dyno can store.
pub(crate) fn object(input: &DeriveInput, diagnostics: &Diagnostics) -> Option<Object> {
    let given = ObjectAttributes::parse(&input.attrs, diagnostics);
    let case = given.rename_all.value().copied();
    let own_type = OwnType::new(&input.ident, &input.generics);
    let owned = refuse_lifetimes(&input.generics, diagnostics);
    let mut body = match &input.data {
        Data::Struct(syntax) => {
            let fields = layout::struct_fields(
                &syntax.fields,
                input.ident.span(),
                case,
                &own_type,
                diagnostics,
            )?;
            Body::Struct(fields)
        }
        Data::Enum(syntax) => {
            if syntax.variants.is_empty() {
                let what = "an enum without variants has no value to store";
                diagnostics.report(input.ident.span(), what, "give it a variant");
            }
            let variants = syntax.variants.iter();
            let variant =
                |syntax| layout::variant(syntax, &input.vis, case, &own_type, diagnostics);
            Body::Enum(variants.map(variant).collect())
        }
        Data::Union(syntax) => {
            diagnostics.report(
                syntax.union_token.span(),
                "a union cannot be stored",
                "use a struct or an enum",
            );
            return None;
        }
    };
    if !owned {
        return None;
    }
    let table = table(&given, &body, diagnostics);
    if let Some(table) = &table {
        body.store_keys_under(table);
    }
    Some(Object {
        ident: input.ident.clone(),
        rust_name: input.ident.unraw().to_string(),
        visibility: input.vis.clone(),
        generics: input.generics.clone(),
        table,
        secondary: SecondaryIndex::all_of(&body, &given, diagnostics),
        body,
        given,
    })
}

impl Body {
    /// Groups of fields of which an object has one: those of the struct, or of each variant.
    pub(crate) fn groups(&self) -> Vec<&[Field]> {
        match self {
            Self::Enum(variants) => variants
                .iter()
                .map(|variant| variant.fields.as_slice())
                .collect(),
            Self::Struct(fields) => vec![fields],
        }
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field> {
        self.groups().into_iter().flatten()
    }

    fn fields_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        let (fields, variants) = match self {
            Self::Enum(variants) => (None, Some(variants)),
            Self::Struct(fields) => (Some(fields), None),
        };
        let of_variants = variants
            .into_iter()
            .flatten()
            .flat_map(|variant| &mut variant.fields);
        fields.into_iter().flatten().chain(of_variants)
    }

    /// Key fields are stored under the names of the table's key attributes, whatever the fields are called.
    fn store_keys_under(&mut self, table: &Table) {
        for field in self.fields_mut() {
            let place = field.name.place;
            match (&field.role, &table.sort) {
                (Role::PartitionKey, _) => {
                    field.name = Name {
                        place,
                        ..table.key.clone()
                    }
                }
                (Role::SortKey, Some(sort)) => {
                    field.name = Name {
                        place,
                        ..sort.clone()
                    }
                }
                _ => {}
            }
        }
    }
}

fn table(given: &ObjectAttributes, body: &Body, diagnostics: &Diagnostics) -> Option<Table> {
    let word = given.table.word()?;
    let name = Name::given(&given.table).unwrap_or_else(|| nameless(word));
    let key_field = body
        .fields()
        .find(|field| matches!(field.role, Role::PartitionKey));
    let sort_field = body
        .fields()
        .find(|field| matches!(field.role, Role::SortKey));
    let stored_name = |field: &Field| field.name.clone();
    let key = named(&given.key, "PK")
        .or_else(|| key_field.map(stored_name))
        .unwrap_or_else(|| {
            if !given.key.is_present() {
                let fix = "name its partition key, `key = \"..\"`, or mark a field `#[dyno(key)]`";
                diagnostics.report_absent(word.span(), "a table needs a key", fix);
            }
            nameless(word)
        });
    let sort = named(&given.sort, "SK").or_else(|| sort_field.map(stored_name));
    Some(Table {
        name,
        key,
        sort,
        key_template: Template::of(&given.key, diagnostics),
        sort_template: Template::of(&given.sort, diagnostics),
    })
}

/// The name of a key attribute, which a template has without saying so.
fn named(slot: &Slot<KeyAttributes>, otherwise: &str) -> Option<Name> {
    let given = slot.value()?;
    let unsaid = || {
        let template = given.template.given()?;
        (!given.name.is_present()).then(|| Name {
            text: otherwise.to_owned(),
            place: template.place,
        })
    };
    Name::given(&given.name).or_else(unsaid)
}

/// Stands in for a name that was reported.
fn nameless(word: &Ident) -> Name {
    Name {
        text: "reported".to_owned(),
        place: word.span(),
    }
}

fn refuse_lifetimes(generics: &Generics, diagnostics: &Diagnostics) -> bool {
    let mut owned = true;
    for parameter in &generics.params {
        if let GenericParam::Lifetime(parameter) = parameter {
            let fix = "own the data: `String` for `&str`, `Vec<T>` for `&[T]`";
            diagnostics.report(
                parameter.lifetime.span(),
                "a borrowed object cannot be loaded",
                fix,
            );
            owned = false;
        }
    }
    owned
}
