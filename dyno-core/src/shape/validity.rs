//! Whether a type accepts what its objects hold: asked of each object inside another while that is written.

use std::cell::RefCell;
use std::error::Error as StdError;

use dyno_value::{FieldPath, Item, ValueError};

use super::Object;
use super::attribute::write_object;

/// Why a type does not accept an object, in the words of the program.
pub type Invalid = Box<dyn StdError + Send + Sync>;

/// The result of a function that a type names with `#[dyno(validate = path)]`.
///
/// # Errors
///
/// What the function says.
pub fn validated<E: Into<Invalid>>(result: Result<(), E>) -> Result<(), Invalid> {
    result.map_err(Into::into)
}

/// Why an object is not written.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// A type does not accept the object at this path.
    Invalid(FieldPath, &'static str, Invalid),
    /// A value has no form in DynamoDB.
    Value(ValueError),
}

/// The object as one map, if its type and those of all objects inside accept them.
///
/// # Errors
///
/// One does not, or a value has no form in DynamoDB.
pub(crate) fn write_valid<T: Object>(object: &T) -> Result<Item, Unwritten> {
    let _question = Question::begin();
    let written = write_object(object);
    let asked = ASKED.replace(Asked::No);
    written.map_err(|error| match asked {
        Asked::Refused(name, why) => Unwritten::Invalid(error.into_parts().0, name, why),
        Asked::No | Asked::Yes => Unwritten::Value(error),
    })
}

/// Asks the type of an object that is about to be written.
///
/// # Errors
///
/// It does not accept the object; why is kept for [`write_valid`], and this error gathers the path.
pub(super) fn check<T: Object>(object: &T) -> Result<(), ValueError> {
    if !are_asked() {
        return Ok(());
    }
    match object.validate() {
        Ok(()) => Ok(()),
        Err(why) => Err(refused(T::SHAPE.name(), why)),
    }
}

/// Apart from what is compiled for each type.
fn are_asked() -> bool {
    ASKED.with_borrow(|asked| matches!(asked, Asked::Yes))
}

fn refused(name: &'static str, why: Invalid) -> ValueError {
    ASKED.set(Asked::Refused(name, why));
    ValueError::custom("not valid")
}

/// Whether types are asked.
enum Asked {
    No,
    Yes,
    /// One was, and this is what it said.
    Refused(&'static str, Invalid),
}

thread_local! {
    static ASKED: RefCell<Asked> = const { RefCell::new(Asked::No) };
}

/// Types are asked for as long as this is there.
struct Question;

impl Question {
    fn begin() -> Self {
        ASKED.set(Asked::Yes);
        Self
    }
}

/// Also if a conversion of the program panics.
impl Drop for Question {
    fn drop(&mut self) {
        ASKED.set(Asked::No);
    }
}
