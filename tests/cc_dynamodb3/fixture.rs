//! The tables and models of the tests of `cc_dynamodb3`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::compat::{self, raw_map::RawMap};
use dyno::{DyObject, Store};
use dyno_terraform::{Tables, tables};
use dyno_testkit::Recorder;
use serde::{Serialize, Serializer};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "nps_survey", key = "agency_subdomain", sort = "recipient_id")]
pub(crate) struct NpsSurvey {
    #[dyno(key)]
    pub(crate) agency_subdomain: String,
    #[dyno(sort)]
    pub(crate) recipient_id: u64,
    pub(crate) favorite: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "change_in_condition", key = "carelog_id", sort = "time")]
pub(crate) struct ChangeInCondition {
    #[dyno(key)]
    pub(crate) carelog_id: u64,
    #[dyno(sort, with = compat::epoch_seconds, index(name = "SavedInRDB", sort, number))]
    pub(crate) time: SystemTime,
    #[dyno(with = compat::bool_as_number, index(name = "SavedInRDB", key, number))]
    pub(crate) saved_in_rdb: bool,
    pub(crate) note: Option<String>,
}

#[derive(DyObject, Clone, Debug, PartialEq, Serialize)]
#[dyno(table = "hash_only", key = "agency_subdomain")]
pub(crate) struct HashOnly {
    #[dyno(key)]
    pub(crate) agency_subdomain: String,
    #[dyno(index(name = "HashOnlyExternalId", key))]
    pub(crate) external_id: String,
    #[dyno(with = compat::bool_as_number)]
    pub(crate) is_enabled: Option<bool>,
    #[dyno(with = compat::epoch_seconds)]
    #[serde(serialize_with = "iso_8601")]
    pub(crate) created: Option<SystemTime>,
    #[dyno(skip)]
    #[serde(skip)]
    pub(crate) cached: u32,
}

impl HashOnly {
    /// A constant of the type, which is no attribute.
    pub(crate) const SOME_CONSTANT: u32 = 1;
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "map_field", key = "agency_subdomain")]
pub(crate) struct MapField {
    #[dyno(key)]
    pub(crate) agency_subdomain: String,
    #[dyno(with = compat::raw_map)]
    pub(crate) request_data: RawMap,
}

pub(crate) fn at(seconds: i64) -> SystemTime {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        UNIX_EPOCH - distance
    } else {
        UNIX_EPOCH + distance
    }
}

pub(crate) fn seconds_of(change: &ChangeInCondition) -> u64 {
    change.time.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[expect(clippy::ref_option, reason = "the form that serde asks for")]
fn iso_8601<S: Serializer>(time: &Option<SystemTime>, to: S) -> Result<S::Ok, S::Error> {
    let time = time.map(|time| jiff::Timestamp::try_from(time).unwrap());
    time.serialize(to)
}

pub(crate) fn hash_only(agency: &str, external_id: &str) -> HashOnly {
    HashOnly {
        agency_subdomain: agency.into(),
        external_id: external_id.into(),
        is_enabled: None,
        created: None,
        cached: 0,
    }
}

/// The tables of the file, read by the compiler.
pub(crate) fn declared() -> Tables {
    tables!("tests/cc_dynamodb3/tables.tf")
}

/// A store with the tables of the file.
pub(crate) async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    store.ensure_specs(declared().specs()).await.unwrap();
    recorder.take();
    (store, recorder)
}

/// The three rows of the predecessor's tests: of one care log, at 1, 2 and 4, not saved yet.
pub(crate) async fn changes() -> (Store, Recorder) {
    let (store, recorder) = store().await;
    let change = |seconds| ChangeInCondition {
        carelog_id: 100,
        time: at(seconds),
        saved_in_rdb: false,
        note: (seconds == 4).then(|| "fell twice".into()),
    };
    store.save_many([4, 1, 2].map(change)).await.unwrap();
    recorder.take();
    (store, recorder)
}
