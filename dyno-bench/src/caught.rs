//! Panics, as texts.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs work that may panic, and says with what words it did. What it was changing is no longer used then, but to say so.
pub(crate) fn panic(work: impl FnOnce()) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|payload| format!("panicked: {}", words(&*payload)))
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("without words")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panic_is_told() {
        assert_eq!(super::panic(|| ()), Ok(()));
        let found = super::panic(|| panic!("no {}", "luck"));
        assert_eq!(found, Err("panicked: no luck".to_owned()));
    }
}
