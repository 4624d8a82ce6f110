//! The rows of the pieces.
//!
//! ```text
//! namespace S   features$chunks, after a prefix
//! key       S   <id>#<number of six digits>
//! data      B   at most 380 000 bytes of the JSON
//! stored    N   seconds since 1970
//! ```

use dyno_core::{AttributeValue, Blob, Item};

use super::Pointer;
use crate::descriptor::Entry;
use crate::item::{key_of, number};

pub(super) const DATA: &str = "data";
pub(super) const STORED: &str = "stored";

const LONGEST: usize = 380_000;

/// Cuts the JSON of an entry into rows, and says how they are found again.
pub(crate) fn cut(namespace: &str, entry: &Entry, id: String, stored: u64) -> (Pointer, Vec<Item>) {
    let pieces: Vec<_> = entry.json.as_bytes().chunks(LONGEST).collect();
    let pointer = Pointer::to(entry.version, id, pieces.len(), &entry.json);
    let rows = pointer.keys().zip(pieces).map(|(key, piece)| {
        let mut row = key_of(namespace, &key);
        row.insert(DATA.to_owned(), AttributeValue::B(Blob::new(piece)));
        row.insert(STORED.to_owned(), number(stored));
        row
    });
    (pointer.clone(), rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    #[test]
    fn pieces_make_the_json_again_and_no_other() {
        let entry = Entry {
            kind: Kind::Flag,
            key: "f".into(),
            version: 1,
            json: "ä".repeat(400_001),
        };
        let (pointer, rows) = cut("features$chunks", &entry, "id".into(), 5);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[2]["key"], AttributeValue::S("id#000002".into()));
        let bytes = |rows: &[Item]| -> Vec<u8> {
            let data = rows.iter().map(|row| row[DATA].as_b().unwrap().as_ref());
            data.flatten().copied().collect()
        };
        let read = Pointer::read(1, &pointer.attribute()).unwrap();
        assert_eq!(read, pointer);
        assert_eq!(read.verified(bytes(&rows)).unwrap().json(), entry.json);
        assert_eq!(read.verified(bytes(&rows[1..])), None);
        let mut damaged = bytes(&rows);
        damaged[7] ^= 1;
        assert_eq!(read.verified(damaged), None);
    }
}
