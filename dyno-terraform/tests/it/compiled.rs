//! Tables that the compiler reads.

use dyno_terraform::{Terraform, from_file, tables};

use crate::read::{shop, testdata};

#[test]
fn the_compiler_reads_what_the_program_reads() {
    assert_eq!(tables!("testdata/shop"), shop());
    assert_eq!(
        tables!("testdata/cc_dynamodb3.tf"),
        from_file(testdata("cc_dynamodb3.tf")).unwrap()
    );
    assert_eq!(
        tables!("testdata/cc_dynamodb3.yml"),
        from_file(testdata("cc_dynamodb3.yml")).unwrap()
    );
    let live = Terraform::new().variable("env", "live").variable("team", 7);
    assert_eq!(
        tables!("testdata/shop", variables(env = "live", team = 7)),
        live.directory(testdata("shop")).unwrap()
    );
}
