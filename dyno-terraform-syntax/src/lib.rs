//! Reads the tables of Terraform files, without evaluating what it cannot: such a file is refused, with line and column.
//!
//! What `dyno-terraform` and its macro share. It knows nothing of the mapper, so that the macro is built without the AWS SDK; use
//! `dyno-terraform`, which documents what is read, and what is refused.
//!
//! ```text
//! error     why a file is refused, and where         source    a file with its positions
//! table     a table as a file declares it            value     what expressions come to
//! scope     variables and locals                     constraint  types of variables
//! fields    arguments and blocks of a block
//! resource  a block to a table                       index     the same for an index
//! rules     what no table can be                     reader    files and directories, read together
//! files     what stands in a directory
//! yaml      YAML with its positions                  cc_dynamodb3  tables in the YAML of that library
//! ```

mod cc_dynamodb3;
mod constraint;
mod error;
mod fields;
mod files;
mod index;
mod reader;
mod resource;
mod rules;
mod scope;
mod source;
mod table;
mod value;
mod yaml;

pub use self::error::{ReadError, ReadErrorKind};
pub use self::reader::{Found, Reader};
pub use self::table::{Billing, Index, Kind, Part, Projection, Stream, Table};
pub use self::value::{Value, composed};
