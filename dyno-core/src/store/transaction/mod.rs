//! Several writes of objects of any types, all or none; and several objects as they are at one moment.
//!
//! ```text
//! builder  what a program asks for            given  the objects given, until they are stored or come back
//! part     one write, and its commits         send   all of them in one request
//! error    which object was in the way, and what stood there
//! load     what a program reads at one moment; how it is read: `batch/read_at_once.rs`
//! ```

mod builder;
mod error;
mod given;
mod load;
mod part;
mod send;

pub use self::builder::Transaction;
pub use self::error::{TransactionError, TransactionFailure};
pub use self::given::{Given, Inserts, InsertsAnd, Lefts, Many, One};
pub use self::load::LoadTransaction;
