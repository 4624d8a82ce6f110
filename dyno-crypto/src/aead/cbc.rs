//! Cipher block chaining with the padding of PKCS#7. Unauthenticated: only for use under a tag.

use aes::cipher::array::Array;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::consts::U16;
use aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser,
    InnerIvInit, KeyInit,
};
use zeroize::Zeroizing;

use super::{BLOCK, Rejected};

/// AES with a key of any size.
pub(crate) trait BlockCipher:
    BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + KeyInit
{
}

impl<C> BlockCipher for C where
    C: BlockCipherEncrypt + BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + KeyInit
{
}

/// Pads the message from `start` on and encrypts it in place.
pub(super) fn encrypt<C: BlockCipher>(
    cipher: &C,
    iv: &[u8; BLOCK],
    message: &mut Vec<u8>,
    start: usize,
) {
    let padding = BLOCK - message.len().saturating_sub(start) % BLOCK;
    // 1 to 16.
    let byte = u8::try_from(padding).unwrap_or_default();
    message.resize(message.len() + padding, byte);
    let plaintext = message.get_mut(start..).unwrap_or_default();
    let (blocks, _) = Array::slice_as_chunks_mut(plaintext);
    cbc::Encryptor::inner_iv_init(cipher, iv.into()).encrypt_blocks(blocks);
}

/// Decrypts and takes the padding away, if it is padding.
pub(super) fn decrypt<C: BlockCipher>(
    cipher: &C,
    iv: &[u8; BLOCK],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Rejected> {
    let mut message = Zeroizing::new(vec![0; ciphertext.len()]);
    let length = cbc::Decryptor::inner_iv_init(cipher, iv.into())
        .decrypt_padded_b2b::<Pkcs7>(ciphertext, &mut message)
        .map_err(|_| Rejected)?
        .len();
    message.truncate(length);
    Ok(message)
}
