use std::sync::LazyLock;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_crypto::{
    Binding, EncryptionKey, Error, FieldPath, Item, KeyId, MasterKey, OpenPolicy, is_envelope,
};
use dyno_value::encoding;

/// A key, an object, a place in it, and a genuine sealed value of that place.
struct World {
    key: EncryptionKey,
    binding: Binding,
    path: FieldPath,
    sealed: Vec<u8>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let key = EncryptionKey::new("k1", MasterKey::from_bytes([7; 32])).unwrap();
    let id = AttributeValue::S("42".to_owned());
    let binding = Binding::new("users", &[("id", &id)]).unwrap();
    let path = FieldPath::root().key("name");
    let value = AttributeValue::S("a text of three blocks in all, so ".to_owned());
    let sealed = dyno_crypto::seal(&value, &key, &binding, &path).unwrap();
    let sealed = sealed.as_b().unwrap().as_ref().to_vec();
    World {
        key,
        binding,
        path,
        sealed,
    }
});

impl OpenPolicy for World {
    fn key(&self, _: &KeyId, _: &FieldPath) -> Result<Option<EncryptionKey>, Error> {
        Ok(Some(self.key.clone()))
    }
}

impl World {
    /// Bytes that were not sealed here do not open, alone or in an item, which stays as it is.
    fn refuses(&self, bytes: &[u8]) {
        let refusal = Error::Open {
            path: self.path.clone(),
        };
        assert_eq!(
            dyno_crypto::open(bytes, &self.key, &self.binding, &self.path),
            Err(refusal)
        );
        let item = Item::from([
            ("name".to_owned(), AttributeValue::B(Blob::new(bytes))),
            (
                "other".to_owned(),
                AttributeValue::B(Blob::new(&*self.sealed)),
            ),
        ]);
        let mut opened = item.clone();
        let root = FieldPath::root();
        // The genuine value is in the wrong place, so the item never opens.
        dyno_crypto::open_item(&mut opened, &root, &self.binding, self).unwrap_err();
        assert_eq!(opened, item);
    }

    /// What is sealed here opens here, as the value in normal form. Refused is only what holds a sealed value.
    fn round_trip(&self, value: &AttributeValue) {
        let sealed = dyno_crypto::seal(value, &self.key, &self.binding, &self.path);
        if holds_envelope(value) {
            assert!(matches!(sealed, Err(Error::AlreadyEncrypted { .. })));
            return;
        }
        let sealed = sealed.expect("a decoded value can be sealed");
        let sealed = sealed.as_b().unwrap().as_ref();
        assert!(is_envelope(sealed));
        let opened = dyno_crypto::open(sealed, &self.key, &self.binding, &self.path);
        assert_eq!(opened.as_ref(), Ok(value));
    }
}

fn holds_envelope(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::B(bytes) => is_envelope(bytes.as_ref()),
        AttributeValue::Bs(elements) => elements.iter().any(|bytes| is_envelope(bytes.as_ref())),
        AttributeValue::L(elements) => elements.iter().any(holds_envelope),
        AttributeValue::M(entries) => entries.values().any(holds_envelope),
        _ => false,
    }
}

/// Hostile bytes under the right key: as they are, after a genuine header, and as changes to a genuine value.
pub fn open(bytes: &[u8]) {
    let world = &*WORLD;
    world.refuses(bytes);
    let (header, _) = world.sealed.split_at(6);
    world.refuses(&[header, bytes].concat());
    if let Some((place, changes)) = bytes.split_first_chunk() {
        let place = usize::from(u16::from_be_bytes(*place)) % world.sealed.len();
        let mut changed = world.sealed.clone();
        for (byte, change) in changed.iter_mut().skip(place).zip(changes) {
            *byte ^= change;
        }
        if changed != world.sealed {
            world.refuses(&changed);
        }
    }
    if let Ok(value) = encoding::decode(bytes) {
        world.round_trip(&value);
    }
}
