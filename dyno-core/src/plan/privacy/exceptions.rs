//! Exceptions from encryption, once what they are for is taken.

use dyno_crypto::{ExceptionKind, UsedException};

/// Counts each exception that was made for an object, and warns of it.
pub(crate) fn report_exceptions(object: &str, exceptions: &[UsedException]) {
    for used in exceptions {
        used.count();
        let accepted = match used.kind() {
            ExceptionKind::Unsealed => "accepted an object without seals",
            _ => "accepted a value that is not encrypted",
        };
        tracing::warn!(object, path = %used.path(), kind = ?used.kind(), reason = used.reason(), "{accepted}");
    }
}
