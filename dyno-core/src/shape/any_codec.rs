//! Codecs, for code that does not know their types.

use std::any::Any;
use std::fmt;

use super::{Beside, Codec, Kind};

/// The codec of a field, whatever its type: a [`Codec`] or a [`Beside`].
pub trait AnyCodec {
    /// What the values look like inside.
    fn kind(&self) -> Kind;

    /// The [`Codec`] of values as a whole.
    fn whole(&self) -> &dyn Any;
}

impl<T: 'static> AnyCodec for Codec<T> {
    fn kind(&self) -> Kind {
        self.kind()
    }

    fn whole(&self) -> &dyn Any {
        self
    }
}

impl<T: 'static> AnyCodec for Beside<T> {
    fn kind(&self) -> Kind {
        self.whole.kind()
    }

    fn whole(&self) -> &dyn Any {
        &self.whole
    }
}

/// What is shown a codec.
pub type Viewer<'a> = &'a mut dyn FnMut(&dyn AnyCodec);

/// Asks for the codec in a slot.
pub(super) struct SlotQuestion<'a> {
    pub(super) slot: usize,
    pub(super) to: Viewer<'a>,
}

impl fmt::Debug for SlotQuestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SlotQuestion").field(&self.slot).finish()
    }
}
