//! Keys of secondary indexes of enums: what a variant stores is what its key is made of.

use dyno::table::TableSpec;
use dyno::{DyObject, ErrorKind};

#[derive(DyObject, Debug)]
struct Work {
    worker: String,
}

#[test]
fn a_field_that_a_variant_has_in_a_flattened_object_is_refused() {
    #[derive(DyObject, Debug)]
    #[dyno(table = "Jobs", key = "ID", index(name = "gsi1", key = "W#{worker}"))]
    enum Job {
        Waiting {
            worker: String,
        },
        Running {
            #[dyno(flatten)]
            work: Work,
        },
    }
    #[derive(DyObject, Debug)]
    #[dyno(table = "Jobs", key = "ID", index(name = "gsi1", key = "W#{worker}"))]
    enum Short {
        Waiting { worker: String },
        Running(Work),
    }
    for error in [
        TableSpec::of::<Job>().unwrap_err(),
        TableSpec::of::<Short>().unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidShape);
        let words = error.to_string();
        for part in [
            "`GSI1PK`",
            "`gsi1`",
            "`worker`",
            "flattened",
            "name the field in each variant",
        ] {
            assert!(words.contains(part), "{words}");
        }
    }
}

#[test]
fn a_flattened_object_without_the_field_stands_beside_it() {
    #[derive(DyObject, Debug)]
    struct Place {
        city: String,
    }
    #[derive(DyObject, Debug)]
    #[dyno(table = "Jobs", key = "ID", index(name = "gsi1", key = "W#{worker}"))]
    enum Job {
        Waiting(Place),
        Running { worker: String },
    }
    TableSpec::of::<Job>().unwrap();
}
