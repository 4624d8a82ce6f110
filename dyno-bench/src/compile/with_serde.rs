use std::collections::BTreeMap;
use std::time::SystemTime;

use dyno_core::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_dynamo::Result;

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

pub fn write(object: &Object) -> Result<AttributeValue> {
    serde_dynamo::to_attribute_value(object)
}

pub fn read(value: AttributeValue) -> Result<Object> {
    serde_dynamo::from_attribute_value(value)
}
