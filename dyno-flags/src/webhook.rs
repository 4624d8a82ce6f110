//! Signatures of LaunchDarkly's webhooks.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that has the signature.
pub const SIGNATURE_HEADER: &str = "X-Ld-Signature";

/// Whether a webhook is from somebody who knows the secret: the signature must be the hexadecimal HMAC-SHA256 of the body.
///
/// Takes the body as it came, byte for byte. Sends nothing; takes as long whether the first or the last digit is wrong. An empty
/// secret verifies nothing.
///
/// # Examples
///
/// ```
/// let secret = b"mysecret";
/// let body = br#"{"kind":"flag"}"#;
/// let signature = dyno_flags::webhook::sign(secret, body);
/// assert!(dyno_flags::webhook::verify(secret, body, &signature));
/// assert!(!dyno_flags::webhook::verify(secret, b"{}", &signature));
/// ```
#[must_use]
pub fn verify(secret: &[u8], body: &[u8], signature: &str) -> bool {
    if secret.is_empty() {
        return false;
    }
    let Ok(signature) = hex::decode(signature) else {
        return false;
    };
    mac(secret, body).is_some_and(|mac| mac.verify_slice(&signature).is_ok())
}

/// The signature of a body, for tests of programs that receive webhooks.
#[must_use]
pub fn sign(secret: &[u8], body: &[u8]) -> String {
    mac(secret, body)
        .map(|mac| hex::encode(mac.finalize().into_bytes()))
        .unwrap_or_default()
}

/// A key of any length will do, so that there always is one.
fn mac(secret: &[u8], body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_rfc_4231() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sign(b"Jefe", b"what do ya want for nothing?"), expected);
        assert!(verify(b"Jefe", b"what do ya want for nothing?", expected));
    }

    #[test]
    fn what_is_not_the_signature_is_refused() {
        let right = sign(b"secret", b"body");
        assert!(verify(b"secret", b"body", &right));
        let mut cut = right.clone();
        cut.truncate(62);
        let other: String = right.chars().rev().collect();
        for wrong in ["", "zz", &cut, &other] {
            assert!(!verify(b"secret", b"body", wrong), "{wrong}");
        }
        assert!(!verify(b"other", b"body", &right));
        assert!(!verify(b"", b"body", &sign(b"", b"body")));
    }
}
