use std::collections::BTreeMap;
use std::time::SystemTime;

use dyno_core::{Attribute as _, AttributeValue, ValueError};
use dyno_derive::DyObject;

#[derive(DyObject)]
#[dyno(crate = dyno_core, table = "Objects")]
pub struct Object {
    #[dyno(key)]
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

pub fn write(object: &Object) -> Result<AttributeValue, ValueError> {
    object.to_value()
}

pub fn read(value: AttributeValue) -> Result<Object, ValueError> {
    Object::from_value(value)
}
