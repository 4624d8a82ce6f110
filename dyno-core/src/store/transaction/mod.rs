//! Several writes of objects of any types, all or none.
//!
//! ```text
//! builder  what a program asks for            given  the objects given, until they are stored or come back
//! part     one write, and its commits         send   all of them in one request
//! error    which object was in the way, and what stood there
//! ```

mod builder;
mod error;
mod given;
mod part;
mod send;

pub use self::builder::Transaction;
pub use self::error::{TransactionError, TransactionFailure};
pub use self::given::{Given, Inserts, InsertsAnd, Lefts, Many, One};
