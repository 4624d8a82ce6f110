use std::collections::BTreeMap;
use std::time::SystemTime;

use dyno_core::AttributeValue;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
pub struct Object {
    pub id: String,
    pub name: String,
    pub count: u32,
    pub balance: i64,
    pub score: f64,
    pub active: bool,
    pub note: Option<String>,
    pub tags: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub at: SystemTime,
}

pub fn write(object: &Object) -> Option<AttributeValue> {
    serde_dynamo::to_attribute_value(object).ok()
}

pub fn read(value: AttributeValue) -> Option<Object> {
    serde_dynamo::from_attribute_value(value).ok()
}
