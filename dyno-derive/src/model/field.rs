use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, Path, TypePath, Visibility};

use super::own_type::{OwnType, TypeTokens};
use super::{Case, Name};
use crate::attributes::FieldAttributes;
use crate::diagnostics::Diagnostics;

/// One field, with everything decided.
pub(crate) struct Field {
    /// The field's name in Rust; the one field of a newtype variant has none.
    pub(crate) ident: Option<Ident>,
    pub(crate) visibility: Visibility,
    /// The type as written, with `Self` spelled out.
    pub(crate) type_tokens: TypeTokens,
    /// The attribute name written; of no meaning for skipped and flattened fields.
    pub(crate) name: Name,
    /// Older names, which are read too.
    pub(crate) aliases: Vec<Name>,
    pub(crate) role: Role,
    /// Of no meaning for what is not a shard.
    pub(crate) placing: Placing,
    pub(crate) privacy: Privacy,
    /// How equal values are found though they are sealed.
    pub(crate) index: Option<Index>,
    pub(crate) missing: Missing,
    /// What the mapper does with the field, if it writes it.
    pub(crate) duty: Option<Duty>,
    /// Where the items stand that keep its values unique, if they are.
    pub(crate) unique: Option<Unique>,
    /// The attributes as given, for checks that point at them.
    pub(crate) given: FieldAttributes,
}

/// What a field is to its object. A field with contradicting attributes has any of their roles: it is reported.
#[derive(Clone)]
pub(crate) enum Role {
    /// Its attributes stand beside those of the object.
    Flatten,
    /// An attribute of the object.
    Inline,
    /// The partition key.
    PartitionKey,
    /// An item of its own.
    Shard,
    /// Not stored.
    Skip,
    /// The sort key.
    SortKey,
    /// An attribute, converted by the functions of this module.
    With(Path),
}

/// What the mapper does with a field that it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duty {
    Created,
    Ttl,
    Updated,
    Version,
}

/// Where the items stand that keep a field's values unique.
pub(crate) enum Unique {
    /// In a table of their own, with the name of its key.
    Apart { table: String, key: String },
    /// In the table of the objects.
    Beside,
}

/// How a shard departs from what its type says.
#[derive(Default)]
pub(crate) struct Placing {
    /// The table that it stands in.
    pub(crate) table: Option<String>,
    /// Whether it has a version of its own.
    pub(crate) independent: bool,
    /// Whether it is always stored in pieces.
    pub(crate) chunked: bool,
}

/// Who decides whether the field is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privacy {
    AskLoader,
    Encrypted,
    Plain,
}

/// How equal values of a sealed field are found.
pub(crate) struct Index {
    /// The full name, with the token that gave it.
    pub(crate) text: Name,
    pub(crate) bits: Option<u16>,
    pub(crate) low_entropy: bool,
    /// The attributes that hold its values.
    pub(crate) columns: [String; 2],
}

/// What a field is when its attribute is absent.
#[derive(Clone)]
pub(crate) enum Missing {
    /// The answer of a function of the user's.
    Call(TypePath),
    /// What the type's codec says: an error, unless the type is an `Option`.
    Codec,
    /// The type's `Default`, demanded at this place.
    Default(Span),
}

impl Field {
    /// A field with a name.
    pub(super) fn named(
        syntax: &syn::Field,
        visibility: &Visibility,
        case: Option<Case>,
        own_type: &OwnType<'_>,
        diagnostics: &Diagnostics,
    ) -> Option<Self> {
        let ident = syntax.ident.clone()?;
        let given = FieldAttributes::parse(&syntax.attrs, diagnostics);
        let rust_name = ident.unraw().to_string();
        let name = Name::given(&given.rename).unwrap_or_else(|| Name {
            text: case.map_or_else(|| rust_name.clone(), |case| case.of_field(&rust_name)),
            place: ident.span(),
        });
        let role = Role::of(&given);
        let missing = Missing::of(&given, &role, &syntax.ty);
        Some(Self {
            visibility: visibility.clone(),
            type_tokens: own_type.spell_out(&syntax.ty),
            aliases: given.aliases.iter().map(Name::from).collect(),
            placing: Placing::of(&given),
            privacy: Privacy::of(&given),
            index: Index::of(&given, &name),
            name,
            role,
            missing,
            duty: Duty::of(&given),
            unique: Unique::of(&given),
            given,
            ident: Some(ident),
        })
    }

    /// The field of a newtype variant, which is flattened.
    pub(super) fn newtype(
        syntax: &syn::Field,
        own_type: &OwnType<'_>,
        diagnostics: &Diagnostics,
    ) -> Self {
        let given = FieldAttributes::parse(&syntax.attrs, diagnostics);
        for word in given.words() {
            let what = format!(
                "`{word}` on the field of a newtype variant, whose attributes are stored beside the tag"
            );
            let fix = "give the field a name: `Variant { name: Type }`";
            diagnostics.report(word.span(), what, fix);
        }
        Self {
            ident: None,
            visibility: Visibility::Inherited,
            type_tokens: own_type.spell_out(&syntax.ty),
            name: Name {
                text: "0".to_owned(),
                place: syntax.ty.span(),
            },
            aliases: Vec::new(),
            role: Role::Flatten,
            placing: Placing::default(),
            privacy: Privacy::AskLoader,
            index: None,
            missing: Missing::Codec,
            duty: None,
            unique: None,
            given: FieldAttributes::default(),
        }
    }

    /// Whether it has this name in Rust.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.ident
            .as_ref()
            .is_some_and(|ident| ident.unraw() == name)
    }

    /// Whether it is a part of the object's key.
    pub(crate) fn is_key(&self) -> bool {
        matches!(self.role, Role::PartitionKey | Role::SortKey)
    }

    pub(crate) fn is_stored(&self) -> bool {
        !matches!(self.role, Role::Skip)
    }

    pub(crate) fn is_flattened(&self) -> bool {
        matches!(self.role, Role::Flatten)
    }

    /// Whether the field is an attribute under its own name.
    pub(crate) fn has_attribute(&self) -> bool {
        self.is_stored() && !self.is_flattened()
    }
}

impl Role {
    fn of(given: &FieldAttributes) -> Self {
        if given.skip.is_present() {
            Self::Skip
        } else if given.flatten.is_present() {
            Self::Flatten
        } else if given.key.is_present() {
            Self::PartitionKey
        } else if given.sort.is_present() {
            Self::SortKey
        } else if given.shard.is_present() {
            Self::Shard
        } else if let Some(module) = given.with.value() {
            Self::With(module.clone())
        } else {
            Self::Inline
        }
    }
}

impl Duty {
    fn of(given: &FieldAttributes) -> Option<Self> {
        let duties = [
            (given.created.is_present(), Self::Created),
            (given.ttl.is_present(), Self::Ttl),
            (given.updated.is_present(), Self::Updated),
            (given.version.is_present(), Self::Version),
        ];
        let mut given = duties.into_iter().filter(|(is_given, _)| *is_given);
        given.next().map(|(_, duty)| duty)
    }
}

impl Unique {
    fn of(given: &FieldAttributes) -> Option<Self> {
        let words = given.unique.value()?;
        Some(match (words.table.value(), words.key.value()) {
            (Some(table), Some(key)) => Self::Apart {
                table: table.clone(),
                key: key.clone(),
            },
            _ => Self::Beside,
        })
    }
}

impl Placing {
    fn of(given: &FieldAttributes) -> Self {
        let shard = given.shard.value();
        Self {
            table: shard.and_then(|shard| shard.table.value().cloned()),
            independent: given.independent.is_present(),
            chunked: given.chunked.is_present(),
        }
    }
}

impl Privacy {
    fn of(given: &FieldAttributes) -> Self {
        if given.encrypt.is_present() {
            Self::Encrypted
        } else if given.plain.is_present() || given.unique.is_present() || Duty::of(given).is_some()
        {
            Self::Plain
        } else {
            Self::AskLoader
        }
    }
}

impl Index {
    fn of(given: &FieldAttributes, name: &Name) -> Option<Self> {
        let text = Name::given(given.index())?;
        let options = given.encrypt.value();
        Some(Self {
            text,
            bits: options.and_then(|options| options.bits.value().copied()),
            low_entropy: options.is_some_and(|options| options.low_entropy.is_present()),
            columns: [
                format!("{}__idx", name.text),
                format!("{}__idx2", name.text),
            ],
        })
    }
}

impl Missing {
    fn of(given: &FieldAttributes, role: &Role, field_type: &syn::Type) -> Self {
        match (given.default.given(), role) {
            (Some(default), _) => match &default.value {
                Some(function) => Self::Call(function.clone()),
                None => Self::Default(default.word.span()),
            },
            (None, Role::Skip) => Self::Default(field_type.span()),
            (None, _) => Self::Codec,
        }
    }
}
