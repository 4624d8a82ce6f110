//! Many objects with few requests: of one type, or of several.
//!
//! ```text
//! load_many  save_many  delete_many   what a program asks for
//! load_together  write_together       several of these with the same requests
//! read   roots, then shards, whatever the types     pile   which items are asked for together
//! read_at_once                        the same at one moment
//! write  which changes are made together            send   these changes
//! task   a change that is ready to be made          ending errors that others would meet, too
//! open   from what was read to objects              error  what came of each part, if not all could be done
//! ```

mod delete_many;
mod ending;
mod error;
mod load_many;
mod load_together;
mod open;
mod pile;
mod read;
mod read_at_once;
mod save_many;
mod send;
mod task;
mod write;
mod write_together;

pub use self::delete_many::DeleteMany;
pub use self::error::BatchError;
pub use self::load_many::LoadMany;
pub use self::load_together::{LoadAsked, LoadPart, LoadParts, LoadTogether, Reads};
pub use self::save_many::SaveMany;
pub(super) use self::send::{Write as BareWrite, send as send_batch};
pub use self::write_together::{WriteAsked, WritePart, WriteParts, WriteTogether};

/// Requests that are sent at the same time, if the caller says nothing.
pub(super) const AT_ONCE: usize = super::select::BATCHES_AT_ONCE;

/// The option of how many requests are sent at the same time, of a builder with the field `at_once`.
macro_rules! at_once_option {
    () => {
        /// Sends so many requests at the same time at most; 8 if nothing is said.
        pub fn at_once(mut self, requests: usize) -> Self {
            self.at_once = requests;
            self
        }
    };
}

use at_once_option;
