//! The bare calls: CBC and HMAC of the same crates, with the key schedules ready, and nothing else.

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha512;

pub(super) const BLOCK: usize = 16;
const TAG: usize = 32;

/// A cipher and a keyed hash, made from a master key as `docs/format/envelope-v1.md` says, so that both sides can be
/// seen to do the same work.
pub(super) struct Bare {
    cipher: Aes256,
    hash: Hmac<Sha512>,
}

/// What the bare calls need for one value.
pub(super) struct Input {
    pub(super) associated: Vec<u8>,
    pub(super) iv: [u8; BLOCK],
    /// The encoded value.
    pub(super) message: Vec<u8>,
}

impl Bare {
    pub(super) fn new(id: &str, master: &[u8; 32]) -> Self {
        let prk = Hkdf::<Sha512>::new(Some(b"dyno-crypto v1"), master);
        let mut keys = [0; 64];
        let length = [u8::try_from(id.len()).expect("a key id is short")];
        let info: [&[u8]; 4] = [b"field\0", &[1], &length, id.as_bytes()];
        prk.expand_multi_info(&info, &mut keys)
            .expect("64 bytes are few");
        let (mac_key, encryption_key) = keys.split_at(32);
        Self {
            cipher: Aes256::new_from_slice(encryption_key).expect("the key has 32 bytes"),
            hash: <Hmac<Sha512> as KeyInit>::new_from_slice(mac_key)
                .expect("a key of any length is one"),
        }
    }

    /// Ciphertext and tag, in a buffer of its own.
    pub(super) fn seal(&self, input: &Input) -> Vec<u8> {
        self.seal_under(&input.iv, input)
    }

    /// [`seal`](Self::seal) under another vector.
    pub(super) fn seal_under(&self, iv: &[u8; BLOCK], input: &Input) -> Vec<u8> {
        let length = (input.message.len() / BLOCK + 1) * BLOCK;
        let mut output = vec![0; length + TAG];
        let (ciphertext, tag) = output.split_at_mut(length);
        cbc::Encryptor::inner_iv_init(&self.cipher, iv.into())
            .encrypt_padded_b2b::<Pkcs7>(&input.message, ciphertext)
            .expect("the buffer has room");
        let full = self.hash_of(&input.associated, iv, ciphertext).finalize();
        tag.copy_from_slice(full.as_bytes().first_chunk::<TAG>().expect("64 bytes"));
        output
    }

    /// The message, in a buffer of its own.
    pub(super) fn open(&self, associated: &[u8], sealed: Sealed<'_>) -> Vec<u8> {
        self.hash_of(associated, sealed.iv, sealed.ciphertext)
            .verify_truncated_left(sealed.tag)
            .expect("the tag is right");
        let mut output = vec![0; sealed.ciphertext.len()];
        let length = cbc::Decryptor::inner_iv_init(&self.cipher, sealed.iv.into())
            .decrypt_padded_b2b::<Pkcs7>(sealed.ciphertext, &mut output)
            .expect("the padding is right")
            .len();
        output.truncate(length);
        output
    }

    fn hash_of(&self, associated: &[u8], iv: &[u8], ciphertext: &[u8]) -> Hmac<Sha512> {
        let bits = 8 * associated.len() as u64;
        let mut hash = self.hash.clone();
        hash.update(associated);
        hash.update(iv);
        hash.update(ciphertext);
        hash.update(&bits.to_be_bytes());
        hash
    }
}

/// An initialization vector from the operating system.
pub(super) fn draw() -> [u8; BLOCK] {
    let mut iv = [0; BLOCK];
    SysRng
        .try_fill_bytes(&mut iv)
        .expect("the system gives random bytes");
    iv
}

/// The parts of an envelope after its header.
#[derive(Clone, Copy)]
pub(super) struct Sealed<'a> {
    iv: &'a [u8; BLOCK],
    ciphertext: &'a [u8],
    tag: &'a [u8],
}

impl<'a> Sealed<'a> {
    pub(super) fn of(envelope: &'a [u8], header: usize) -> Self {
        let rest = envelope.get(header..).unwrap_or_default();
        let (iv, rest) = rest.split_first_chunk().expect("an envelope has a vector");
        let (ciphertext, tag) = rest.split_at(rest.len() - TAG);
        Self {
            iv,
            ciphertext,
            tag,
        }
    }
}
