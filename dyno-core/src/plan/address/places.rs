//! Finds the addresses of items that were read.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::Item;

use super::Address;
use super::kinds::Part;

/// Addresses in one table, by their keys.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    /// The names of the key attributes: one pair, unless types call the key of the table otherwise.
    names: BTreeSet<Names>,
    by_key: BTreeMap<(Names, Parts<'a>), &'a Address>,
}

/// Of the partition key and of the sort key.
type Names = (&'static str, Option<&'static str>);
type Parts<'a> = (Part<'a>, Option<Part<'a>>);

impl<'a> Places<'a> {
    pub(crate) fn of(addresses: impl Iterator<Item = &'a Address>) -> Self {
        let keyed = |address: &'a Address| {
            let (partition, sort) = (&address.partition, address.sort.as_ref());
            let names = (partition.0, sort.map(|(name, _)| *name));
            let parts = ((&partition.1).into(), sort.map(|(_, part)| part.into()));
            ((names, parts), address)
        };
        let by_key: BTreeMap<_, _> = addresses.map(keyed).collect();
        Self {
            names: by_key.keys().map(|(names, _)| *names).collect(),
            by_key,
        }
    }

    /// The address of an item that was read.
    pub(crate) fn place(&self, item: &Item) -> Option<&'a Address> {
        self.names.iter().find_map(|names| {
            let partition = Part::of(item, names.0)?;
            let sort = match names.1 {
                Some(name) => Some(Part::of(item, name)?),
                None => None,
            };
            self.by_key.get(&(*names, (partition, sort))).copied()
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::shape::TableShape;

    const TABLE: TableShape = TableShape::new("T", "ID").sort("AT");
    const CALLED_OTHERWISE: TableShape = TableShape::new("T", "KEY");

    fn item(attributes: &[(&str, AttributeValue)]) -> Item {
        let attributes = attributes.iter().cloned();
        attributes
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    #[test]
    fn an_item_is_found_by_its_key_in_any_form_of_its_numbers() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let number = |text: &str| AttributeValue::N(text.to_owned());
        let (first, second) = (
            [("ID", text("a")), ("AT", number("1"))],
            [("ID", text("a")), ("AT", number("20"))],
        );
        let of = |table, item: &Item| Address::of_item(table, None, item).unwrap();
        let addresses = [
            of(&TABLE, &item(&first)),
            of(&TABLE, &item(&second)),
            of(&CALLED_OTHERWISE, &item(&[("KEY", text("a"))])),
        ];
        let places = Places::of(addresses.iter());
        let found = |attributes: &[(&str, AttributeValue)]| {
            let found = places.place(&item(attributes))?;
            addresses.iter().position(|address| address == found)
        };
        let title = ("title", text("x"));
        assert_eq!(
            found(&[("AT", number("1.0")), ("ID", text("a")), title]),
            Some(0)
        );
        assert_eq!(found(&[("AT", number("2e1")), ("ID", text("a"))]), Some(1));
        assert_eq!(found(&[("KEY", text("a"))]), Some(2));
        assert_eq!(found(&[("ID", text("a")), ("AT", text("1"))]), None);
        assert_eq!(found(&[("ID", text("a"))]), None);
    }
}
