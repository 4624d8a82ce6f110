//! What is sealed: places with their values, and both ways of sealing them.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{
    Binding, Decision, EncryptionKey, Error, FieldPath, Item, KeyId, MasterKey, OpenPolicy,
    SealPolicy, Sealer, encoding,
};

use super::bare::{BLOCK, Bare, Input, Sealed};

const KEY_ID: &str = "2026-11";
const CONTEXT: &str = "users";
const KEY_NAME: &str = "id";
const KEY_VALUE: &str = "user#0000000042";

/// Bytes of an envelope before its vector.
const HEADER: usize = 4 + KEY_ID.len();

/// A key, an object, and the bare calls under the same key.
pub(super) struct World {
    key: EncryptionKey,
    binding: Binding,
    pub(super) bare: Bare,
}

/// A place of the object with its value, clear and sealed.
pub(super) struct Place {
    path: FieldPath,
    value: AttributeValue,
    envelope: Vec<u8>,
    pub(super) input: Input,
}

impl World {
    pub(super) fn new() -> Self {
        let master = [7; 32];
        let id = AttributeValue::S(KEY_VALUE.to_owned());
        Self {
            key: EncryptionKey::new(KEY_ID, MasterKey::from_bytes(master)).expect("a key"),
            binding: Binding::new(CONTEXT, &[(KEY_NAME, &id)]).expect("an object"),
            bare: Bare::new(KEY_ID, &master),
        }
    }

    /// A place with a text of this length in it.
    ///
    /// Shows first that both sides do the same work: each opens what the other sealed.
    pub(super) fn place(&self, name: &str, bytes: usize) -> Place {
        let path = FieldPath::root().key(name);
        let value = AttributeValue::S("x".repeat(bytes));
        let sealed = self.seal_one(&value, &path);
        let envelope = sealed.as_b().expect("binary").as_ref().to_vec();
        let (header, rest) = envelope.split_at(HEADER);
        let header = header.to_vec();
        let associated = [header.clone(), binding_bytes(), path_bytes(name)].concat();
        let iv: [u8; BLOCK] = *rest.first_chunk().expect("a vector");
        let message = encoding::encode(&value).expect("a text has an encoding");
        let input = Input {
            associated,
            iv,
            message,
        };
        let place = Place {
            path,
            value,
            envelope,
            input,
        };
        assert_eq!(
            [header, iv.to_vec(), self.bare.seal(&place.input)].concat(),
            place.envelope
        );
        assert_eq!(
            self.bare.open(&place.input.associated, place.sealed()),
            place.input.message
        );
        assert_eq!(self.open(&place), place.value);
        place
    }

    pub(super) fn seal(&self, sealer: &mut Sealer, place: &Place) -> AttributeValue {
        sealer
            .seal(&place.value, &self.key, &self.binding, &place.path)
            .expect("seals")
    }

    pub(super) fn seal_alone(&self, place: &Place) -> AttributeValue {
        self.seal_one(&place.value, &place.path)
    }

    fn seal_one(&self, value: &AttributeValue, path: &FieldPath) -> AttributeValue {
        dyno_crypto::seal(value, &self.key, &self.binding, path).expect("seals")
    }

    pub(super) fn open(&self, place: &Place) -> AttributeValue {
        dyno_crypto::open(&place.envelope, &self.key, &self.binding, &place.path).expect("opens")
    }

    pub(super) fn seal_item(&self, item: &mut Item) {
        dyno_crypto::seal_item(item, &FieldPath::root(), &self.binding, self).expect("seals");
    }

    pub(super) fn open_item(&self, item: &mut Item) {
        dyno_crypto::open_item(item, &FieldPath::root(), &self.binding, self).expect("opens");
    }
}

/// Every value is sealed with the one key.
impl SealPolicy for World {
    fn decide(&self, _: &FieldPath, _: &AttributeValue) -> Result<Decision, Error> {
        Ok(Decision::Seal(self.key.clone()))
    }
}

impl OpenPolicy for World {
    fn key(&self, _: &KeyId, _: &FieldPath) -> Result<Option<EncryptionKey>, Error> {
        Ok(Some(self.key.clone()))
    }
}

impl Place {
    pub(super) fn sealed(&self) -> Sealed<'_> {
        Sealed::of(&self.envelope, HEADER)
    }

    fn name(&self) -> String {
        self.path.to_string()
    }
}

pub(super) fn clear_item(places: &[Place]) -> Item {
    places
        .iter()
        .map(|place| (place.name(), place.value.clone()))
        .collect()
}

pub(super) fn sealed_item(places: &[Place]) -> Item {
    let sealed = |place: &Place| AttributeValue::B(place.envelope.clone().into());
    places
        .iter()
        .map(|place| (place.name(), sealed(place)))
        .collect()
}

/// As `docs/format/envelope-v1.md` says: context, one key attribute, no owner.
fn binding_bytes() -> Vec<u8> {
    let mut bytes = text(CONTEXT);
    bytes.push(1);
    bytes.extend(text(KEY_NAME));
    bytes.push(b'S');
    bytes.extend(text(KEY_VALUE));
    bytes.push(0);
    bytes
}

fn path_bytes(name: &str) -> Vec<u8> {
    let mut bytes = vec![1, b'$'];
    bytes.extend(text(name));
    bytes
}

fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("short");
    [&length.to_be_bytes(), text.as_bytes()].concat()
}
