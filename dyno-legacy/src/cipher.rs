//! From text to the stored bytes, and back.

use aes::cipher::array::Array;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::{Zeroize, Zeroizing};

use crate::{LegacyError, LegacySealError, LegacySecret};

/// Bytes of a block of AES.
const BLOCK: usize = 16;

/// The text is padded to a multiple of this. 0.6 counts characters, so of text that is not ASCII only multiples of
/// [`BLOCK`] are certain.
const PADDED: usize = 32;

pub(crate) type Iv = [u8; BLOCK];

/// An initialization vector from the operating system.
pub(crate) fn random_iv() -> Result<Iv, LegacySealError> {
    let mut iv = [0; BLOCK];
    SysRng
        .try_fill_bytes(&mut iv)
        .map_err(|_| LegacySealError::Rng)?;
    Ok(iv)
}

/// Pads by bytes. Of ASCII it is what 0.6 writes; of other text 0.6 often fails to write, and reads this.
pub(crate) fn encrypt(secret: &LegacySecret, text: &str, iv: &Iv) -> String {
    let padding = PADDED - text.len() % PADDED;
    let mut bytes = Zeroizing::new(Vec::with_capacity(BLOCK + text.len() + padding));
    bytes.extend_from_slice(iv);
    bytes.extend_from_slice(text.as_bytes());
    // 1 to 32.
    let byte = u8::try_from(padding).unwrap_or_default();
    let length = bytes.len() + padding;
    bytes.resize(length, byte);
    let message = bytes.get_mut(BLOCK..).unwrap_or_default();
    let (blocks, _) = Array::slice_as_chunks_mut(message);
    cbc::Encryptor::inner_iv_init(secret.cipher(), iv.into()).encrypt_blocks(blocks);
    STANDARD.encode(bytes.as_slice())
}

/// The text, if the bytes have exactly the form that [`encrypt`] or 0.6 gives them.
pub(crate) fn decrypt(secret: &LegacySecret, stored: &[u8]) -> Result<String, LegacyError> {
    // The base64 engine refuses white space, missing padding and bits that stand for nothing.
    let mut bytes = Zeroizing::new(STANDARD.decode(stored).map_err(|_| LegacyError)?);
    let (iv, message) = bytes.split_first_chunk_mut::<BLOCK>().ok_or(LegacyError)?;
    if !message.len().is_multiple_of(BLOCK) {
        return Err(LegacyError);
    }
    let (blocks, _) = Array::slice_as_chunks_mut(message);
    cbc::Decryptor::inner_iv_init(secret.cipher(), (&*iv).into()).decrypt_blocks(blocks);
    let text = unpadded(message).ok_or(LegacyError)?;
    String::from_utf8(text.to_vec()).map_err(|error| {
        error.into_bytes().zeroize();
        LegacyError
    })
}

/// What stands before the padding, if there is one and it is one: 0.6 looks at the last byte only, and takes any.
fn unpadded(message: &[u8]) -> Option<&[u8]> {
    let count = usize::from(*message.last()?);
    let (text, padding) = message.split_at_checked(message.len().checked_sub(count)?)?;
    let whole = (1..=PADDED).contains(&count);
    let alike = padding.iter().all(|byte| usize::from(*byte) == count);
    (whole && alike).then_some(text)
}
