//! Envelopes of two files, one written by an independent implementation and one by this; and what is done to them.

mod draft;
mod golden;
mod padded;
mod room;
mod tamper;

use serde_json::Value;

use super::*;
use crate::MasterKey;
use crate::testdata::{bytes, list, text, value};

/// One envelope of a file with everything that made it.
struct Case {
    name: String,
    key: EncryptionKey,
    binding: Binding,
    place: Vec<u8>,
    value: AttributeValue,
    bucket: Option<usize>,
    iv: Iv,
    encoded: Vec<u8>,
    associated: Vec<u8>,
    envelope: Vec<u8>,
}

impl Case {
    fn all() -> Vec<Self> {
        let mut all = draft::cases();
        all.extend(golden::cases());
        all.extend(padded::cases());
        all
    }

    fn open(&self, envelope: &[u8]) -> Option<AttributeValue> {
        open_at(
            &Parts::parse(envelope).ok()?,
            &self.key,
            &self.binding,
            &self.place,
        )
    }

    fn normal(&self) -> AttributeValue {
        encoding::decode(&encoding::encode(&self.value).unwrap()).unwrap()
    }

    /// What a reader in another language is told to check, step by step.
    fn check(&self) {
        let name = &self.name;
        let envelope = Parts::parse(&self.envelope).unwrap();
        let associated = [envelope.header(), self.binding.as_bytes(), &self.place].concat();
        assert_eq!(associated, self.associated, "{name}");
        let encoded = self
            .key
            .cipher()
            .open(
                envelope.iv(),
                &[&associated],
                envelope.ciphertext(),
                envelope.tag(),
            )
            .unwrap();
        assert_eq!(*encoded, self.encoded, "{name}");
        assert_eq!(self.open(&self.envelope).unwrap(), self.normal(), "{name}");
        assert_eq!(self.seal(), self.envelope, "{name}");
        let id = self.key.id().as_bytes().len();
        assert_eq!(
            self.envelope.len(),
            52 + id + 16 * (self.encoded.len() / 16 + 1)
        );
    }

    fn seal(&self) -> Vec<u8> {
        let room = encoding::size_bound(&self.value) + self.bucket.unwrap_or(0);
        let encode = |output: &mut Vec<u8>| match self.bucket {
            Some(bucket) => encoding::encode_padded_into(&self.value, bucket, output),
            None => encoding::encode_into(&self.value, output),
        };
        self.seal_encoded(room, encode)
    }
}

impl Case {
    /// Seals whatever `encode` writes, in the place and under the key and vector of this case.
    fn seal_encoded(
        &self,
        room: usize,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), ValueError>,
    ) -> Vec<u8> {
        let prepared = Prepared::encoded(&self.key, room, encode).unwrap();
        let sealed = prepared.seal(&self.iv, &self.binding, &self.place);
        sealed.as_b().unwrap().as_ref().to_vec()
    }
}

fn key_of(file: &Value) -> EncryptionKey {
    let master: [u8; 32] = bytes(file, "master_key").try_into().unwrap();
    EncryptionKey::new(text(file, "key_id"), MasterKey::from_bytes(master)).unwrap()
}

/// Key attributes written as `[name, type, value]`.
fn keys_of(json: &Value) -> Vec<(String, AttributeValue)> {
    let keys = json.as_array().unwrap().iter();
    keys.map(|key| {
        let inner = serde_json::json!({ key[1].as_str().unwrap(): key[2] });
        (key[0].as_str().unwrap().to_owned(), value(&inner))
    })
    .collect()
}

fn borrowed(keys: &[(String, AttributeValue)]) -> Vec<(&str, &AttributeValue)> {
    keys.iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}

fn case_of(file: &Value, case: &Value, binding: Binding) -> Case {
    Case {
        name: text(case, "name").to_owned(),
        key: key_of(file),
        binding,
        place: path_bytes(list(case, "path")),
        value: value(&case["value"]),
        bucket: case["pad_bucket"]
            .as_u64()
            .map(|bucket| usize::try_from(bucket).unwrap()),
        iv: bytes(case, "iv").try_into().unwrap(),
        encoded: bytes(case, "plaintext_dve"),
        associated: bytes(case, "aad"),
        envelope: bytes(case, "envelope"),
    }
}

/// A path written as names and indexes; null is an index that is not bound, which only the draft knows.
fn path_bytes(steps: &[Value]) -> Vec<u8> {
    let mut output = vec![u8::try_from(steps.len()).unwrap()];
    for step in steps {
        if let Some(name) = step.as_str() {
            output.push(b'$');
            output.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
            output.extend(name.as_bytes());
        } else if let Some(index) = step.as_u64() {
            output.push(b'#');
            output.extend(u32::try_from(index).unwrap().to_be_bytes());
        } else {
            output.push(b'*');
        }
    }
    output
}
