//! Second pass: everything that the attributes left open is decided here, so that later passes only look.
//!
//! A model differs from the syntax in that names are stored names, every field has exactly one role, and `Self` in
//! field types is spelled out.

mod case;
mod field;
mod layout;
mod object;
mod own_type;
mod secondary;
mod template;

pub(crate) use case::Case;
pub(crate) use field::{Duty, Field, Index, Missing, Placing, Privacy, Role, Unique};
pub(crate) use layout::{Layout, Variant};
pub(crate) use object::{Body, Object, Table, object};
pub(crate) use own_type::TypeTokens;
pub(crate) use secondary::{Form, IndexPart, Projection, SecondaryIndex};
pub(crate) use template::{Piece, Template};

use proc_macro2::Span;

use crate::attributes::{Given, Slot};

/// A stored name, with the token that decided it.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) place: Span,
}

impl Name {
    fn given(slot: &Slot<String>) -> Option<Self> {
        slot.given().map(Self::from)
    }
}

impl From<&Given<String>> for Name {
    fn from(given: &Given<String>) -> Self {
        Self {
            text: given.value.clone(),
            place: given.place,
        }
    }
}
