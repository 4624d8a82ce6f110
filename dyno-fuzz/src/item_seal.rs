use std::sync::LazyLock;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{
    Binding, EncryptionKey, EnvelopeError, Error, FieldPath, Item, ItemSeal, KeyId, MasterKey,
    SEAL_ATTRIBUTE, is_envelope, seal_attributes, verify_attributes,
};
use dyno_value::encoding::{decode_item, encode_item};

const SEQUENCE: u64 = 7;

/// A key, an object, its item, and the genuine seal of that item.
struct World {
    key: EncryptionKey,
    binding: Binding,
    item: Item,
    seal: Vec<u8>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let key = EncryptionKey::new("k1", MasterKey::from_bytes([7; 32])).unwrap();
    let id = AttributeValue::S("42".to_owned());
    let binding = Binding::new("users", &[("id", &id)]).unwrap();
    let limit = AttributeValue::N("100".to_owned());
    let item = Item::from([("id".to_owned(), id), ("limit".to_owned(), limit)]);
    let root = FieldPath::root();
    let seal = seal_attributes(&item, &key, &binding, &root, SEQUENCE).unwrap();
    let seal = seal.as_b().unwrap().as_ref().to_vec();
    World {
        key,
        binding,
        item,
        seal,
    }
});

impl World {
    fn verify(&self, item: &Item, seal: &[u8]) -> Result<u64, Error> {
        verify_attributes(item, seal, &self.key, &self.binding, &FieldPath::root())
    }

    /// Of all bytes only the genuine seal fits the item.
    fn accepts_the_genuine_only(&self, seal: &[u8]) {
        let expected = if seal == self.seal {
            Ok(SEQUENCE)
        } else {
            let path = FieldPath::root();
            Err(Error::ItemSeal { path })
        };
        assert_eq!(self.verify(&self.item, seal), expected);
    }

    /// The genuine seal fits no other item, and every item fits its own.
    fn tells_apart(&self, item: &Item) {
        let covered = |item: &Item| {
            let mut covered = item.clone();
            covered.remove(SEAL_ATTRIBUTE);
            encode_item(&covered).expect("a decoded item has an encoding")
        };
        let genuine = covered(item) == covered(&self.item);
        assert_eq!(self.verify(item, &self.seal).is_ok(), genuine);

        let root = FieldPath::root();
        let own = seal_attributes(item, &self.key, &self.binding, &root, SEQUENCE)
            .expect("a decoded item can be sealed");
        let own = own.as_b().unwrap().as_ref();
        assert_eq!(self.verify(item, own), Ok(SEQUENCE));
        assert_eq!(own == self.seal, genuine);
    }
}

/// Hostile bytes as a seal: as they are, after a genuine header, and as changes to a genuine seal; and as an item.
pub fn item_seal(bytes: &[u8]) {
    has_one_form(bytes);
    let world = &*WORLD;
    world.accepts_the_genuine_only(bytes);
    let (header, _) = world.seal.split_at(6);
    world.accepts_the_genuine_only(&[header, bytes].concat());
    if let Some((place, changes)) = bytes.split_first() {
        let mut changed = world.seal.clone();
        let length = changed.len();
        for (byte, change) in changed
            .iter_mut()
            .skip(usize::from(*place) % length)
            .zip(changes)
        {
            *byte ^= change;
        }
        world.accepts_the_genuine_only(&changed);
    }
    if let Ok(item) = decode_item(bytes) {
        world.tells_apart(&item);
    }
}

/// Bytes have the form of a seal exactly when their lengths add up, and the error says how far they do.
fn has_one_form(bytes: &[u8]) {
    match ItemSeal::parse(bytes) {
        Ok(seal) => {
            let id = seal.key_id().as_bytes();
            assert!((1..=KeyId::MAX_LENGTH).contains(&id.len()));
            let length = u8::try_from(id.len()).unwrap();
            let sequence = seal.sequence().to_be_bytes();
            let head = [&[0xdc, 1, 0x41, length], id, &sequence].concat();
            let tag = bytes.strip_prefix(head.as_slice()).expect("the head first");
            assert_eq!(tag.len(), 32);
            assert!(!is_envelope(bytes));
            ItemSeal::parse(bytes.split_last().unwrap().1).unwrap_err();
            ItemSeal::parse(&[bytes, &[0]].concat()).unwrap_err();
        }
        Err(EnvelopeError::NotAnEnvelope) => {
            assert!(bytes.len() < 4 || bytes.first() != Some(&0xdc));
        }
        Err(EnvelopeError::Unsupported { version, suite }) => {
            assert!(bytes.starts_with(&[0xdc, version, suite]) && (version, suite) != (1, 0x41));
        }
        Err(_) => assert!(bytes.starts_with(&[0xdc, 1, 0x41])),
    }
}
