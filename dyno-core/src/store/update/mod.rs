//! Updates of the values of one object, worked out by the service.

mod builder;
mod check;
mod params;
mod returning;

pub use self::builder::Update;
pub(super) use self::builder::UpdatePart;
pub use self::params::UpdateParams;
pub use self::returning::UpdateReturning;
