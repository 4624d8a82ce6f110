//! What the tests of `cc_dynamodb3` say, as tests of ours; its numbers are those of its cases.
//!
//! | cases | there | here |
//! |---|---|---|
//! | 1 | `set_config`, `get_config` | `config`: a namespace and a client of the store; no secret is given back |
//! | 2, 3 | a file in Redis, so that it is not parsed by each process | `config`: `tables!` reads it when the program is compiled |
//! | 4, 5 | `list_table_names`, `get_table` | `config`: labels of the file; an unknown one is none |
//! | 6 | `mock_table_with_data` | `query`: `ensure_specs` and `save_many`, on a store of the test's own |
//! | 7, 8 | `scan_all_in_table`, `query_all_in_table` | `query`: `scan` and `query`, which go over all pages |
//! | 9 to 16 | `query_table`, as `time__gt=2` | `query`: `where_str` |
//! | 17, 18 | queries of a model | `query` |
//! | 19 to 23 | saving, reloading, keys | `model`; 23 otherwise: a new key is no silent second item |
//! | 24, 25 | `to_json` | `model`: the type's own `Serialize` |
//! | 26 | the year 1899 | `model` |
//! | 27, 28 | what differs from the last save, without `FIELDS_SAFE_TO_OVERWRITE` | `model`: `skip`, and values before an update; 27 otherwise: such a field is not stored, in place of never updated |
//! | 29 to 34 | maps | `model` |
//! | 35, 36 | `get_table_columns` | `config`: fields of a type |
//! | 37 to 40 | `update_table` | `update`: `migrate_tables`; 37 otherwise: a missing table is made; 39 otherwise: no index is dropped; 40 otherwise: the indexes of a type have the throughput of its table, and `check_specs` tells what a file says else |
//! | 41, 42 | pages of one | `update` |
//! | 43 to 46 | its reader of Terraform | `config` |
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod config;
mod fixture;
mod format;
mod model;
mod query;
mod update;
