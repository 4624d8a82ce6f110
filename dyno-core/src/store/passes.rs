//! Passes that miss keys, and are made again when the keys are there.
//!
//! A pass (joining and opening, or preparing a save) is synchronous. It says of each key that it does not find that it is
//! missing, and fails. Then all that are missing are asked for at once, and the pass is made again. So the ids are learned
//! wherever they stand, also inside bodies in pieces.

use super::operation::Operation;
use crate::error::Result;

impl Operation {
    /// Makes a pass over the input; and again, if it misses keys, once they were asked for.
    ///
    /// # Errors
    ///
    /// Those of the pass. A key that its provider does not give is an error of the pass, too.
    pub(super) async fn with_keys<I: Clone, O>(
        &self,
        input: I,
        mut pass: impl FnMut(I) -> Result<O>,
    ) -> Result<O> {
        let Some(keys) = self.keys() else {
            return pass(input);
        };
        loop {
            let missing = {
                let made = pass(input.clone());
                let missing = keys.take_missing();
                if missing.is_empty() {
                    return made;
                }
                missing
            };
            keys.ask(missing).await;
        }
    }
}
