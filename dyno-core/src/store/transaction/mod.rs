//! Several writes of objects of any types, all or none; and several objects as they are at one moment.
//!
//! ```text
//! builder  what a program asks for            given  the objects given, until they are stored or come back
//! part     one write, and its commits         ready  all of them, checked: to be sent, or shown
//! send     all of them in one request         slot   where an object is found once it is stored
//! params   the request, to be looked at
//! error    which object was in the way, and what stood there
//! load     what a program reads at one moment; how it is read: `batch/read_at_once.rs`
//! ```

mod builder;
mod error;
mod given;
mod load;
mod params;
mod part;
mod ready;
mod send;
mod slot;

pub use self::builder::Transaction;
pub use self::error::{TransactionError, TransactionFailure};
pub use self::given::{Given, Inserts, InsertsAnd, Lefts, Many, One};
pub use self::load::LoadTransaction;
pub use self::params::{ActionParams, TransactionParams};
pub use self::slot::Slot;
