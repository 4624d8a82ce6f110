//! Tables that the compiler reads.

/// The tables of a `.tf` file, of a directory of them, or of a YAML file of `cc_dynamodb3`, as [`Tables`](crate::Tables): read when the program is compiled.
///
/// The path is relative to the directory of the package (`CARGO_MANIFEST_DIR`). Values of variables and what is to be
/// passed over follow it. Nothing is read or parsed when the program runs: the macro becomes the calls that build the
/// specifications. When a file that was read changes the program is compiled anew; a file that is added to a directory is noticed
/// with the next change of another.
///
/// A mistake in a file is an error of the compiler, with the file's line and column.
///
/// # Examples
///
/// ```
/// use dyno_terraform::tables;
///
/// let tables = tables!("testdata/shop", variables(env = "live", team = "ops"));
/// assert_eq!(tables.by_label("orders").unwrap().name(), "live_shop_orders");
/// ```
///
/// ```compile_fail
/// // error: testdata/cc_dynamodb3.tf: variable `env` is given a value and not declared; declare it
/// dyno_terraform::tables!("testdata/cc_dynamodb3.tf", variables(env = "live"));
/// ```
#[macro_export]
macro_rules! tables {
    ($($input:tt)*) => {
        $crate::__private::read_tables!($crate, $($input)*)
    };
}
