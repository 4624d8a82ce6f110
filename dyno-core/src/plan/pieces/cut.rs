//! A body to pieces.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{Item, ValueCause, ValueError, encoding};
use sha2::{Digest as _, Sha256};

use super::codec::Codec;
use super::{LARGEST_BODY, PIECE_BYTES};
use crate::reserved;

/// The pieces of a body, at least one, in order; without keys and the attributes that every shard item has.
///
/// They are compressed if the codec makes the body shorter, and this build has it.
///
/// # Errors
///
/// * A value has no form in DynamoDB.
/// * [`TooLarge`](ValueCause::TooLarge): the body is longer than [`LARGEST_BODY`].
pub(crate) fn cut(body: &Item, codec: Codec) -> Result<Vec<Item>, ValueError> {
    cut_at(body, codec, PIECE_BYTES)
}

pub(super) fn cut_at(
    body: &Item,
    codec: Codec,
    piece_bytes: usize,
) -> Result<Vec<Item>, ValueError> {
    let body = encoding::encode_item(body)?;
    let length = body.len();
    if length > LARGEST_BODY {
        return Err(ValueError::new(ValueCause::TooLarge {
            length,
            limit: LARGEST_BODY,
        }));
    }
    let digest = Sha256::digest(&body);
    let (codec, data) = codec.pack(body);
    let mut pieces: Vec<Item> = data
        .chunks(piece_bytes)
        .enumerate()
        .map(|(index, data)| piece(index, data))
        .collect();
    let count = pieces.len();
    if let Some(first) = pieces.first_mut() {
        first.remove(reserved::PIECE);
        first.extend([
            (reserved::PIECES.to_owned(), number(count)),
            (reserved::LENGTH.to_owned(), number(length)),
            (
                reserved::CODEC.to_owned(),
                AttributeValue::S(codec.name().to_owned()),
            ),
            (
                reserved::DIGEST.to_owned(),
                AttributeValue::B(Blob::new(digest.as_slice())),
            ),
        ]);
    }
    Ok(pieces)
}

fn piece(index: usize, data: &[u8]) -> Item {
    Item::from([
        (reserved::PIECE.to_owned(), number(index)),
        (
            reserved::DATA.to_owned(),
            AttributeValue::B(Blob::new(data)),
        ),
    ])
}

fn number(value: usize) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

#[cfg(test)]
mod tests {
    use dyno_value::measure;

    use super::*;
    use crate::limits;

    /// A body whose encoding has exactly this many bytes.
    fn body_of(bytes: usize) -> Item {
        let body = |bytes| {
            let data = AttributeValue::B(Blob::new(vec![7; bytes]));
            Item::from([("data".to_owned(), data)])
        };
        let head = encoding::encode_item(&body(bytes)).unwrap().len() - bytes;
        body(bytes - head)
    }

    #[test]
    fn the_last_byte_of_a_piece_and_the_first_of_the_next() {
        for (bytes, lengths) in [
            (PIECE_BYTES - 1, vec![PIECE_BYTES - 1]),
            (PIECE_BYTES, vec![PIECE_BYTES]),
            (PIECE_BYTES + 1, vec![PIECE_BYTES, 1]),
            (2 * PIECE_BYTES, vec![PIECE_BYTES; 2]),
            (2 * PIECE_BYTES + 1, vec![PIECE_BYTES, PIECE_BYTES, 1]),
        ] {
            let body = body_of(bytes);
            let pieces = cut(&body, Codec::Plain).unwrap();
            let data = |piece: &Item| piece[reserved::DATA].as_b().unwrap().as_ref().len();
            assert_eq!(pieces.iter().map(data).collect::<Vec<_>>(), lengths);
            let count = u32::try_from(pieces.len()).unwrap();
            let joined =
                super::super::join(count, |number| pieces.get(usize::try_from(number).unwrap()));
            assert_eq!(joined, Ok(body));
        }
    }

    #[test]
    fn a_piece_leaves_room_for_the_longest_key_and_the_rest() {
        let pieces = cut(&body_of(PIECE_BYTES + 1), Codec::Plain).unwrap();
        for piece in pieces {
            let rest = limits::PARTITION_KEY_BYTES + limits::SORT_KEY_BYTES + 2 * 255 + 1024;
            assert!(measure(&piece).unwrap() + rest < limits::ITEM_BYTES);
        }
    }

    #[test]
    fn a_body_too_large_for_one_item_is_one_piece_when_it_compresses() {
        let body = body_of(4 * PIECE_BYTES);
        let pieces = cut(&body, Codec::PREFERRED).unwrap();
        let expected = if cfg!(feature = "zstd") { 1 } else { 4 };
        assert_eq!(pieces.len(), expected);
    }

    #[test]
    fn the_attributes_are_as_the_format_says() {
        let body = Item::from([("ab".to_owned(), AttributeValue::Bool(true))]);
        let pieces = cut_at(&body, Codec::Plain, 4).unwrap();
        let n = |text: &str| AttributeValue::N(text.to_owned());
        let b = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
        let digest = Sha256::digest(b"\x0a\x01\x02ab\x02");
        let first = [
            ("_dy_pieces", n("2")),
            ("_dy_length", n("6")),
            ("_dy_codec", AttributeValue::S("plain".to_owned())),
            ("_dy_digest", b(&digest)),
            ("_dy_data", b(b"\x0a\x01\x02a")),
        ];
        let second = [("_dy_piece", n("1")), ("_dy_data", b(b"b\x02"))];
        let item = |attributes: &[(&str, AttributeValue)]| -> Item {
            attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect()
        };
        assert_eq!(pieces, [item(&first), item(&second)]);
    }
}
