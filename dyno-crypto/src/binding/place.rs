use dyno_value::FieldPath;

use super::write_path;
use crate::Error;

/// Where the bytes of a path are written.
pub(crate) trait Output {
    fn put(&mut self, bytes: &[u8]);
}

impl Output for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// As many bytes as the paths of most values have, at least.
const USUAL: usize = 64;

/// The bytes of one path; nothing is allocated for one of usual length.
pub(crate) struct Place {
    usual: [u8; USUAL],
    length: usize,
    /// All bytes, once they are more.
    long: Vec<u8>,
}

impl Place {
    /// # Errors
    ///
    /// [`Error::NotAllowedHere`]: no value stands at this path, or it is longer than can be bound.
    pub(crate) fn of(path: &FieldPath) -> Result<Self, Error> {
        let mut place = Self {
            usual: [0; USUAL],
            length: 0,
            long: Vec::new(),
        };
        write_path(path, &mut place)?;
        Ok(place)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        if self.long.is_empty() {
            self.usual.get(..self.length).unwrap_or_default()
        } else {
            &self.long
        }
    }
}

impl Output for Place {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        match self.usual.get_mut(self.length..end) {
            Some(room) if self.long.is_empty() => {
                room.copy_from_slice(bytes);
                self.length = end;
            }
            _ => {
                if self.long.is_empty() {
                    self.long
                        .extend_from_slice(self.usual.get(..self.length).unwrap_or_default());
                }
                self.long.extend_from_slice(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_the_bytes_of_its_path_short_or_long() {
        let long = "x".repeat(USUAL);
        for (path, is_long) in [
            (FieldPath::root().key("a").index(3).key("b"), false),
            (FieldPath::root().key(&long), true),
            // The last steps would fit beside the first, were it not for the long one between.
            (
                FieldPath::root().key("a").key(&long).index(7).key("b"),
                true,
            ),
        ] {
            let mut expected = Vec::new();
            write_path(&path, &mut expected).unwrap();
            let place = Place::of(&path).unwrap();
            assert_eq!(place.as_bytes(), expected);
            assert_eq!(place.long.is_empty(), !is_long);
        }
        assert!(Place::of(&FieldPath::root()).is_err());
    }

    #[test]
    fn a_place_of_the_usual_length_stays_where_it_is() {
        for length in USUAL - 10..=USUAL - 4 {
            let place = Place::of(&FieldPath::root().key("x".repeat(length))).unwrap();
            assert!(place.long.is_empty());
            assert_eq!(place.as_bytes().len(), length + 4);
        }
    }
}
