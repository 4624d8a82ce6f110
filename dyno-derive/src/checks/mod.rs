//! Third pass: the parts of an object against each other and against the rules of DynamoDB.

mod duty;
mod index;
mod keys;
mod names;
mod roles;
mod secondary;
mod table;
mod template;
mod unique;

use crate::diagnostics::Diagnostics;
use crate::model::Object;

pub(crate) fn object(object: &Object, diagnostics: &Diagnostics) {
    table::check(object, diagnostics);
    keys::check(object, diagnostics);
    roles::check(object, diagnostics);
    duty::check(object, diagnostics);
    index::check(object, diagnostics);
    secondary::check(object, diagnostics);
    template::check(object, diagnostics);
    unique::check(object, diagnostics);
    names::check(object, diagnostics);
}
