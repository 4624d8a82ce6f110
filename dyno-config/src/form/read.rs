//! From attributes to a value.
//!
//! A boolean may also be the number 1 or 0. Errors name the key, and the place in it.

use std::fmt;

use dyno_core::{AttributeValue, Item};
use serde::de::value::{BorrowedBytesDeserializer, BorrowedStrDeserializer, SeqDeserializer};
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// A value of these keys.
pub(crate) fn read<'de, T: Deserialize<'de>>(keys: &'de Item) -> Result<T, Misfit> {
    T::deserialize(Keys(keys))
}

/// Why attributes do not fit a type: where in the option, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// From the key downwards.
    path: Vec<String>,
    pub(crate) why: String,
}

impl Misfit {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self {
            path: Vec::new(),
            why: why.into(),
        }
    }

    /// The place in the option, if it is not the whole.
    pub(crate) fn place(&self) -> Option<String> {
        (!self.path.is_empty()).then(|| self.path.join("."))
    }

    fn under(mut self, name: &str) -> Self {
        self.path.insert(0, name.to_owned());
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place() {
            write!(f, "`{place}`: ")?;
        }
        f.write_str(&self.why)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::new(why.to_string())
    }
}

/// An option as a whole.
struct Keys<'de>(&'de Item);

impl<'de> Deserializer<'de> for Keys<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_map(Entries::of(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_enum(Variant::of(self.0)?)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// One value.
struct Value<'de>(&'de AttributeValue);

impl<'de> Value<'de> {
    fn unexpected(&self) -> Unexpected<'de> {
        match self.0 {
            AttributeValue::S(_) => Unexpected::Other("a string"),
            AttributeValue::N(_) => Unexpected::Other("a number"),
            AttributeValue::Bool(_) => Unexpected::Other("a boolean"),
            AttributeValue::Null(_) => Unexpected::Other("a null"),
            AttributeValue::B(_) => Unexpected::Other("binary data"),
            AttributeValue::L(_) => Unexpected::Other("a list"),
            AttributeValue::M(_) => Unexpected::Other("a map"),
            AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_) => {
                Unexpected::Other("a set")
            }
            _ => Unexpected::Other("a value of unknown type"),
        }
    }

    fn refuse<T>(&self, expected: &dyn de::Expected) -> Result<T, Misfit> {
        Err(de::Error::invalid_type(self.unexpected(), expected))
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            AttributeValue::S(text) => visitor.visit_borrowed_str(text),
            AttributeValue::N(number) => visit_number(number, visitor),
            AttributeValue::Bool(flag) => visitor.visit_bool(*flag),
            AttributeValue::Null(_) => visitor.visit_unit(),
            AttributeValue::B(bytes) => visitor.visit_borrowed_bytes(bytes.as_ref()),
            AttributeValue::L(elements) => {
                visitor.visit_seq(SeqDeserializer::new(elements.iter().map(Self)))
            }
            AttributeValue::M(entries) => visitor.visit_map(Entries::of(entries)),
            AttributeValue::Ss(elements) => {
                let elements = elements.iter();
                let elements = elements.map(|text| BorrowedStrDeserializer::new(text));
                visitor.visit_seq(SeqDeserializer::new(elements.map(Borrowed)))
            }
            AttributeValue::Ns(elements) => {
                visitor.visit_seq(SeqDeserializer::new(elements.iter().map(|n| Number(n))))
            }
            AttributeValue::Bs(elements) => {
                let elements = elements.iter();
                let elements = elements.map(|bytes| BorrowedBytesDeserializer::new(bytes.as_ref()));
                visitor.visit_seq(SeqDeserializer::new(elements.map(Borrowed)))
            }
            _ => self.refuse(&visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            AttributeValue::N(number) if number == "1" => visitor.visit_bool(true),
            AttributeValue::N(number) if number == "0" => visitor.visit_bool(false),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            AttributeValue::N(number) => Number(number).deserialize_i128(visitor),
            _ => self.refuse(&visitor),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            AttributeValue::N(number) => Number(number).deserialize_u128(visitor),
            _ => self.refuse(&visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            AttributeValue::Null(_) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            AttributeValue::S(name) => visitor.visit_enum(name.as_str().into_deserializer()),
            AttributeValue::M(entries) => visitor.visit_enum(Variant::of(entries)?),
            _ => self.refuse(&visitor),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// An element of a set.
struct Borrowed<D>(D);

impl<'de, D: Deserializer<'de, Error = Misfit>> IntoDeserializer<'de, Misfit> for Borrowed<D> {
    type Deserializer = D;

    fn into_deserializer(self) -> D {
        self.0
    }
}

/// A number, alone or in a set.
struct Number<'de>(&'de str);

impl<'de> Deserializer<'de> for Number<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visit_number(self.0, visitor)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0.parse() {
            Ok(number) => visitor.visit_i128(number),
            Err(_) => visit_number(self.0, visitor),
        }
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0.parse() {
            Ok(number) => visitor.visit_u128(number),
            Err(_) => visit_number(self.0, visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Misfit> for Number<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn visit_number<'de, V: Visitor<'de>>(number: &str, visitor: V) -> Result<V::Value, Misfit> {
    if let Ok(number) = number.parse() {
        return visitor.visit_u64(number);
    }
    if let Ok(number) = number.parse() {
        return visitor.visit_i64(number);
    }
    match number.parse() {
        Ok(number) => visitor.visit_f64(number),
        Err(_) => Err(de::Error::custom(format!("`{number}` is no number"))),
    }
}

/// The entries of a map, sorted by name.
struct Entries<'de> {
    left: std::vec::IntoIter<(&'de String, &'de AttributeValue)>,
    next: Option<(&'de str, &'de AttributeValue)>,
}

impl<'de> Entries<'de> {
    fn of(entries: &'de Item) -> Self {
        let mut entries: Vec<_> = entries.iter().collect();
        entries.sort_by_key(|(name, _)| *name);
        Self {
            left: entries.into_iter(),
            next: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        let Some((name, value)) = self.left.next() else {
            return Ok(None);
        };
        self.next = Some((name, value));
        let key = seed.deserialize(BorrowedStrDeserializer::new(name));
        key.map(Some).map_err(|misfit: Misfit| misfit.under(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let Some((name, value)) = self.next.take() else {
            return Err(de::Error::custom("a value was asked for before its name"));
        };
        seed.deserialize(Value(value))
            .map_err(|misfit| misfit.under(name))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// A variant with contents: a map with its name as the only entry.
struct Variant<'de> {
    name: &'de str,
    contents: &'de AttributeValue,
}

impl<'de> Variant<'de> {
    fn of(entries: &'de Item) -> Result<Self, Misfit> {
        let mut all: Vec<_> = entries.iter().collect();
        match (all.pop(), all.pop()) {
            (Some((name, contents)), None) => Ok(Self { name, contents }),
            _ => Err(de::Error::custom(
                "a variant is a map with its name as the only entry",
            )),
        }
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Misfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Misfit> {
        let name = seed.deserialize(BorrowedStrDeserializer::new(self.name))?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        Deserialize::deserialize(Value(self.contents))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misfit> {
        seed.deserialize(Value(self.contents))
            .map_err(|misfit| misfit.under(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Misfit> {
        Value(self.contents).deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        Value(self.contents).deserialize_any(visitor)
    }
}
