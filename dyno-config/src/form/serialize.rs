//! Any value of serde as an attribute.

use std::fmt;

use dyno_core::{AttributeValue, Blob, Item};
use serde::ser::{
    self, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct,
    SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    Serializer,
};

/// Why a value has no form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Formless {
    /// From the key downwards, as far as names go.
    path: Vec<String>,
    pub(super) why: String,
}

impl Formless {
    fn new(why: impl Into<String>) -> Self {
        Self {
            path: Vec::new(),
            why: why.into(),
        }
    }

    fn under(mut self, name: &str) -> Self {
        self.path.insert(0, name.to_owned());
        self
    }

    /// The place in the option, if it is not the whole.
    pub(super) fn place(&self) -> Option<String> {
        (!self.path.is_empty()).then(|| self.path.join("."))
    }
}

impl fmt::Display for Formless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Formless {}

impl ser::Error for Formless {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::new(why.to_string())
    }
}

/// An attribute of a value.
pub(super) fn attribute<T: Serialize + ?Sized>(value: &T) -> Result<AttributeValue, Formless> {
    value.serialize(ToAttribute)
}

struct ToAttribute;

macro_rules! integers {
    ($($method:ident: $integer:ty),*) => {
        $(fn $method(self, number: $integer) -> Result<AttributeValue, Formless> {
            Ok(AttributeValue::N(number.to_string()))
        })*
    };
}

impl Serializer for ToAttribute {
    type Ok = AttributeValue;
    type Error = Formless;
    type SerializeSeq = Elements;
    type SerializeTuple = Elements;
    type SerializeTupleStruct = Elements;
    type SerializeTupleVariant = Variant<Elements>;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Variant<Entries>;

    integers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128
    );

    fn serialize_bool(self, flag: bool) -> Result<AttributeValue, Formless> {
        Ok(AttributeValue::Bool(flag))
    }

    fn serialize_f32(self, number: f32) -> Result<AttributeValue, Formless> {
        finite(number.is_finite(), &number)
    }

    fn serialize_f64(self, number: f64) -> Result<AttributeValue, Formless> {
        finite(number.is_finite(), &number)
    }

    fn serialize_char(self, letter: char) -> Result<AttributeValue, Formless> {
        Ok(AttributeValue::S(letter.to_string()))
    }

    fn serialize_str(self, text: &str) -> Result<AttributeValue, Formless> {
        Ok(AttributeValue::S(text.to_owned()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<AttributeValue, Formless> {
        Ok(AttributeValue::B(Blob::new(bytes)))
    }

    fn serialize_none(self) -> Result<AttributeValue, Formless> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<AttributeValue, Formless> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<AttributeValue, Formless> {
        Ok(AttributeValue::Null(true))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<AttributeValue, Formless> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<AttributeValue, Formless> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<AttributeValue, Formless> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<AttributeValue, Formless> {
        Ok(named(variant, value.serialize(self)?))
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Elements, Formless> {
        Ok(Elements::default())
    }

    fn serialize_tuple(self, _len: usize) -> Result<Elements, Formless> {
        Ok(Elements::default())
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Elements, Formless> {
        Ok(Elements::default())
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Variant<Elements>, Formless> {
        Ok(Variant::new(variant))
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Entries, Formless> {
        Ok(Entries::default())
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Entries, Formless> {
        Ok(Entries::default())
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Variant<Entries>, Formless> {
        Ok(Variant::new(variant))
    }
}

fn finite(is_finite: bool, number: &dyn fmt::Display) -> Result<AttributeValue, Formless> {
    if is_finite {
        return Ok(AttributeValue::N(number.to_string()));
    }
    Err(Formless::new(format!("DynamoDB has no number `{number}`")))
}

/// A variant with contents: a map with its name as the only entry.
fn named(variant: &str, contents: AttributeValue) -> AttributeValue {
    AttributeValue::M(Item::from([(variant.to_owned(), contents)]))
}

#[derive(Default)]
struct Elements(Vec<AttributeValue>);

impl Elements {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Formless> {
        self.0.push(attribute(value)?);
        Ok(())
    }

    fn into_attribute(self) -> AttributeValue {
        AttributeValue::L(self.0)
    }
}

#[derive(Default)]
struct Entries {
    entries: Item,
    name: Option<String>,
}

impl Entries {
    fn insert<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Formless> {
        let value = attribute(value).map_err(|formless: Formless| formless.under(name))?;
        self.entries.insert(name.to_owned(), value);
        Ok(())
    }

    fn into_attribute(self) -> AttributeValue {
        AttributeValue::M(self.entries)
    }
}

struct Variant<C> {
    name: &'static str,
    contents: C,
}

impl<C: Default> Variant<C> {
    fn new(name: &'static str) -> Self {
        let contents = C::default();
        Self { name, contents }
    }
}

macro_rules! sequences {
    ($($form:ident: $method:ident),*) => {
        $(impl $form for Elements {
            type Ok = AttributeValue;
            type Error = Formless;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Formless> {
                self.push(value)
            }

            fn end(self) -> Result<AttributeValue, Formless> {
                Ok(self.into_attribute())
            }
        })*
    };
}

sequences!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field);

impl SerializeTupleVariant for Variant<Elements> {
    type Ok = AttributeValue;
    type Error = Formless;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Formless> {
        self.contents.push(value)
    }

    fn end(self) -> Result<AttributeValue, Formless> {
        Ok(named(self.name, self.contents.into_attribute()))
    }
}

impl SerializeMap for Entries {
    type Ok = AttributeValue;
    type Error = Formless;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Formless> {
        self.name = Some(name.serialize(ToName)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Formless> {
        match self.name.take() {
            Some(name) => self.insert(&name, value),
            None => Err(ser::Error::custom("a value of a map came before its name")),
        }
    }

    fn end(self) -> Result<AttributeValue, Formless> {
        Ok(self.into_attribute())
    }
}

impl SerializeStruct for Entries {
    type Ok = AttributeValue;
    type Error = Formless;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Formless> {
        self.insert(name, value)
    }

    fn end(self) -> Result<AttributeValue, Formless> {
        Ok(self.into_attribute())
    }
}

impl SerializeStructVariant for Variant<Entries> {
    type Ok = AttributeValue;
    type Error = Formless;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Formless> {
        self.contents.insert(name, value)
    }

    fn end(self) -> Result<AttributeValue, Formless> {
        Ok(named(self.name, self.contents.into_attribute()))
    }
}

/// The name of an entry, which is text.
struct ToName;

macro_rules! no_names {
    ($($method:ident($($argument:ty),*)),* $(,)?) => {
        $(fn $method(self, $(_: $argument),*) -> Result<String, Formless> {
            Err(no_name())
        })*
    };
}

macro_rules! no_containers {
    ($($method:ident($($argument:ty),*)),* $(,)?) => {
        $(fn $method(self, $(_: $argument),*) -> Result<Impossible<String, Formless>, Formless> {
            Err(no_name())
        })*
    };
}

fn no_name() -> Formless {
    Formless::new("the names of a map are text")
}

impl Serializer for ToName {
    type Ok = String;
    type Error = Formless;
    type SerializeSeq = Impossible<String, Formless>;
    type SerializeTuple = Impossible<String, Formless>;
    type SerializeTupleStruct = Impossible<String, Formless>;
    type SerializeTupleVariant = Impossible<String, Formless>;
    type SerializeMap = Impossible<String, Formless>;
    type SerializeStruct = Impossible<String, Formless>;
    type SerializeStructVariant = Impossible<String, Formless>;

    fn serialize_str(self, text: &str) -> Result<String, Formless> {
        Ok(text.to_owned())
    }

    fn serialize_char(self, letter: char) -> Result<String, Formless> {
        Ok(letter.to_string())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<String, Formless> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<String, Formless> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<String, Formless> {
        Err(no_name())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _value: &T) -> Result<String, Formless> {
        Err(no_name())
    }

    no_names!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(&'static str),
    );

    no_containers!(
        serialize_seq(Option<usize>),
        serialize_tuple(usize),
        serialize_tuple_struct(&'static str, usize),
        serialize_tuple_variant(&'static str, u32, &'static str, usize),
        serialize_map(Option<usize>),
        serialize_struct(&'static str, usize),
        serialize_struct_variant(&'static str, u32, &'static str, usize),
    );
}
