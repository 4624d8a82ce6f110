//! Which values are sealed inside each part of an object.

use std::collections::HashMap;

use dyno_crypto::KeyId;
use dyno_value::{FieldPath, Segment};

use super::decisions::Decisions;

/// Which values are sealed inside each part of an object, and with which keys: a part in which that differs is written
/// again, though its values are the same.
#[derive(Debug, Default)]
pub(crate) struct Marks(HashMap<FieldPath, Vec<Mark>>);

/// One sealed value, as seen from the part that holds it.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    place: FieldPath,
    id: KeyId,
}

impl Decisions {
    /// The values sealed inside each of these parts of the object, and of its root.
    pub(crate) fn marks(&self, parts: impl Iterator<Item = FieldPath>) -> Marks {
        if self.keys.is_empty() {
            return Marks::default();
        }
        let mut marks = Marks(parts.map(|path| (path, Vec::new())).collect());
        marks.0.insert(FieldPath::root(), Vec::new());
        self.keys
            .iter()
            .for_each(|(stored, sealing)| marks.add(stored, &sealing.known_as, sealing.key.id()));
        marks
    }
}

impl Marks {
    /// The values sealed inside one part, which stands at this path.
    pub(crate) fn inside(&self, part: &FieldPath) -> &[Mark] {
        self.0.get(part).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, stored: &FieldPath, known_as: &FieldPath, id: &KeyId) {
        let mut part = stored.clone();
        while part.pop().is_some() {
            if let Some(marks) = self.0.get_mut(&part) {
                let inside = known_as.segments().iter().skip(part.depth());
                marks.push(Mark {
                    place: inside.cloned().collect(),
                    id: id.clone(),
                });
                return;
            }
        }
    }
}

impl Mark {
    /// The attribute of the part that the value is, or lies in.
    pub(crate) fn attribute(&self) -> Option<&str> {
        match self.place.segments().first() {
            Some(Segment::Key(name)) => Some(name),
            Some(Segment::Index(_)) | None => None,
        }
    }

    /// Bytes that tell marks apart.
    pub(crate) fn bytes(&self) -> [Vec<u8>; 2] {
        [
            self.id.as_bytes().to_vec(),
            self.place.to_string().into_bytes(),
        ]
    }
}
