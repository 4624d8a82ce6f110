//! Lists and maps of attributes.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueError};

use crate::shape::{Attribute, Element, Kind};

impl<T: Attribute> Attribute for Vec<T> {
    const __DYNO_IS_PLAIN: bool = T::__DYNO_IS_PLAIN;

    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        list_value(self)
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        list_elements(value)
    }

    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        kept_elements(value)
    }

    fn kind() -> Kind {
        Kind::List(Element::of(T::kind))
    }
}

impl<T: Attribute, const N: usize> Attribute for [T; N] {
    const __DYNO_IS_PLAIN: bool = T::__DYNO_IS_PLAIN;

    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        list_value(self)
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        array_of(list_elements(value)?)
    }

    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        array_of(kept_elements(value)?)
    }

    fn kind() -> Kind {
        Kind::List(Element::of(T::kind))
    }
}

impl<V: Attribute, S: BuildHasher + Default> Attribute for HashMap<String, V, S> {
    const __DYNO_IS_PLAIN: bool = V::__DYNO_IS_PLAIN;

    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        map_value(self.iter())
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        map_entries(value)
    }

    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        kept_entries(value)
    }

    fn kind() -> Kind {
        Kind::Map(Element::of(V::kind))
    }
}

impl<V: Attribute> Attribute for BTreeMap<String, V> {
    const __DYNO_IS_PLAIN: bool = V::__DYNO_IS_PLAIN;

    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        map_value(self.iter())
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        map_entries(value)
    }

    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        kept_entries(value)
    }

    fn kind() -> Kind {
        Kind::Map(Element::of(V::kind))
    }
}

fn list_value<T: Attribute>(elements: &[T]) -> Result<AttributeValue, ValueError> {
    let mut values = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let value = element.to_value();
        values.push(value.map_err(|error| error.under_index(index))?);
    }
    Ok(AttributeValue::L(values))
}

fn list_elements<T: Attribute, C: FromIterator<T>>(value: AttributeValue) -> Result<C, ValueError> {
    let AttributeValue::L(values) = value else {
        return Err(ValueError::expected("a list", &value));
    };
    let element = |(index, value)| T::from_value(value).map_err(|error| error.under_index(index));
    values.into_iter().enumerate().map(element).collect()
}

fn kept_elements<T: Attribute>(value: &AttributeValue) -> Result<Vec<T>, ValueError> {
    let AttributeValue::L(values) = value else {
        return Err(ValueError::expected("a list", value));
    };
    let mut elements = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let element = T::from_ref(value);
        elements.push(element.map_err(|error| error.under_index(index))?);
    }
    Ok(elements)
}

fn array_of<T, const N: usize>(elements: Vec<T>) -> Result<[T; N], ValueError> {
    <[T; N]>::try_from(elements).map_err(|elements| {
        ValueError::custom(format_args!(
            "expected a list of {N} elements, found {}",
            elements.len()
        ))
    })
}

fn map_value<'a, V: Attribute + 'a>(
    entries: impl ExactSizeIterator<Item = (&'a String, &'a V)>,
) -> Result<AttributeValue, ValueError> {
    let mut item = Item::with_capacity(entries.len());
    for (name, value) in entries {
        let value = value.to_value().map_err(|error| error.under_key(name))?;
        item.insert(name.clone(), value);
    }
    Ok(AttributeValue::M(item))
}

fn map_entries<V: Attribute, C: FromIterator<(String, V)>>(
    value: AttributeValue,
) -> Result<C, ValueError> {
    let AttributeValue::M(values) = value else {
        return Err(ValueError::expected("a map", &value));
    };
    let entry = |(name, value): (String, AttributeValue)| match V::from_value(value) {
        Ok(value) => Ok((name, value)),
        Err(error) => Err(error.under_key(&name)),
    };
    values.into_iter().map(entry).collect()
}

fn kept_entries<V: Attribute, C: FromIterator<(String, V)>>(
    value: &AttributeValue,
) -> Result<C, ValueError> {
    let AttributeValue::M(values) = value else {
        return Err(ValueError::expected("a map", value));
    };
    let entry = |(name, value): (&String, &AttributeValue)| match V::from_ref(value) {
        Ok(value) => Ok((name.clone(), value)),
        Err(error) => Err(error.under_key(name)),
    };
    values.iter().map(entry).collect()
}
