//! Pieces to the body that they hold.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, encoding};
use sha2::{Digest as _, Sha256};

use super::LARGEST_BODY;
use super::codec::Codec;
use super::error::PiecesError;
use crate::reserved;

/// The body that these pieces hold: `count` is what the manifest says, `piece` gives each by its number.
///
/// Memory is taken for the data of the pieces and for a body of the stated length, which has a limit; never for what a
/// compressed body claims to be.
///
/// # Errors
///
/// The pieces are damaged, or beyond this build: [`PiecesError::kind`] tells which.
pub(crate) fn join<'a>(
    count: u32,
    mut piece: impl FnMut(u32) -> Option<&'a Item>,
) -> Result<Item, PiecesError> {
    let first = piece(0).ok_or(PiecesError::Missing { piece: 0 })?;
    let Head {
        length,
        codec,
        digest,
    } = Head::read(first, count)?;
    let mut data = Vec::new();
    for number in 0..count {
        let item = piece(number).ok_or(PiecesError::Missing { piece: number })?;
        check_number(item, number)?;
        data.extend_from_slice(data_of(item, number)?);
        // Compressed data is shorter than the body, so no data is longer.
        if data.len() > length {
            return Err(PiecesError::Length { length });
        }
    }
    let body = codec.unpack(data, length)?;
    if Sha256::digest(&body).as_slice() != digest {
        return Err(PiecesError::Digest);
    }
    encoding::decode_item(&body).map_err(PiecesError::Body)
}

/// What the first piece says of all.
struct Head<'a> {
    length: usize,
    codec: Codec,
    digest: &'a [u8],
}

impl<'a> Head<'a> {
    fn read(first: &'a Item, count: u32) -> Result<Self, PiecesError> {
        let damaged = |name| PiecesError::Attribute { piece: 0, name };
        let stored = number(first, 0, reserved::PIECES)?;
        if stored != u64::from(count) {
            return Err(PiecesError::Count {
                manifest: count,
                stored,
            });
        }
        let codec = text(first, reserved::CODEC).ok_or_else(|| damaged(reserved::CODEC))?;
        let codec = Codec::from_name(codec).ok_or_else(|| PiecesError::UnknownCodec {
            codec: codec.chars().take(16).collect(),
        })?;
        let stated = number(first, 0, reserved::LENGTH)?;
        let length = usize::try_from(stated)
            .ok()
            .filter(|length| *length <= LARGEST_BODY)
            .ok_or(PiecesError::TooLarge { length: stated })?;
        let digest = binary(first, reserved::DIGEST).ok_or_else(|| damaged(reserved::DIGEST))?;
        Ok(Self {
            length,
            codec,
            digest,
        })
    }
}

/// The first piece is the only one without a number: it has the count.
fn check_number(item: &Item, piece: u32) -> Result<(), PiecesError> {
    if piece == 0 {
        return Ok(());
    }
    let stored = number(item, piece, reserved::PIECE)?;
    if stored == u64::from(piece) {
        Ok(())
    } else {
        Err(PiecesError::Number { piece, stored })
    }
}

fn data_of(item: &Item, piece: u32) -> Result<&[u8], PiecesError> {
    binary(item, reserved::DATA).ok_or(PiecesError::Attribute {
        piece,
        name: reserved::DATA,
    })
}

fn number(item: &Item, piece: u32, name: &'static str) -> Result<u64, PiecesError> {
    item.get(name)
        .and_then(|value| value.as_n().ok())
        .and_then(|text| text.parse().ok())
        .ok_or(PiecesError::Attribute { piece, name })
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
}

fn binary<'a>(item: &'a Item, name: &str) -> Option<&'a [u8]> {
    item.get(name)
        .and_then(|value: &AttributeValue| value.as_b().ok())
        .map(AsRef::as_ref)
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::Blob;
    use dyno_testkit::{any_attribute_value, any_item};
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::super::cut::cut_at;
    use super::*;
    use crate::error::ErrorKind;

    fn join_all(pieces: &[Item]) -> Result<Item, PiecesError> {
        join_count(count(pieces), pieces)
    }

    fn join_count(count: u32, pieces: &[Item]) -> Result<Item, PiecesError> {
        join(count, |number| pieces.get(usize::try_from(number).ok()?))
    }

    fn count(pieces: &[Item]) -> u32 {
        u32::try_from(pieces.len()).unwrap()
    }

    fn bytes(body: &Item) -> Vec<u8> {
        encoding::encode_item(body).unwrap()
    }

    fn any_codec() -> impl Strategy<Value = Codec> {
        select(vec![Codec::Plain, Codec::Zstd])
    }

    /// What happens to pieces on their way.
    #[derive(Clone, Debug)]
    enum Harm {
        Drop(Index),
        Swap(Index, Index),
        Repeat(Index, Index),
        Remove(Index, &'static str),
        Replace(Index, &'static str, AttributeValue),
        Flip(Index, &'static str, Index, u8),
        Cut(Index, Index),
    }

    fn any_harm() -> impl Strategy<Value = Harm> {
        use reserved::{CODEC, DATA, DIGEST, LENGTH, PIECE, PIECES};
        let name = || select(vec![PIECES, LENGTH, CODEC, DIGEST, DATA, PIECE]);
        let value = prop_oneof![
            any_attribute_value(),
            any::<u64>().prop_map(|number| AttributeValue::N(number.to_string())),
            (0_u64..300).prop_map(|number| AttributeValue::N(number.to_string())),
            select(vec!["plain", "zstd", "brotli"]).prop_map(|text| AttributeValue::S(text.into())),
        ];
        let at = any::<Index>;
        prop_oneof![
            at().prop_map(Harm::Drop),
            (at(), at()).prop_map(|(a, b)| Harm::Swap(a, b)),
            (at(), at()).prop_map(|(a, b)| Harm::Repeat(a, b)),
            (at(), name()).prop_map(|(a, name)| Harm::Remove(a, name)),
            (at(), name(), value).prop_map(|(a, name, value)| Harm::Replace(a, name, value)),
            (at(), select(vec![DATA, DIGEST]), at(), 1_u8..)
                .prop_map(|(a, name, b, mask)| Harm::Flip(a, name, b, mask)),
            (at(), at()).prop_map(|(a, b)| Harm::Cut(a, b)),
        ]
    }

    fn apply(harm: Harm, pieces: &mut Vec<Item>) {
        let count = pieces.len();
        if count == 0 {
            return;
        }
        match harm {
            Harm::Drop(at) => {
                pieces.remove(at.index(count));
            }
            Harm::Swap(a, b) => pieces.swap(a.index(count), b.index(count)),
            Harm::Repeat(a, b) => {
                let piece = pieces[a.index(count)].clone();
                pieces.insert(b.index(count), piece);
            }
            Harm::Remove(at, name) => {
                pieces[at.index(count)].remove(name);
            }
            Harm::Replace(at, name, value) => {
                pieces[at.index(count)].insert(name.to_owned(), value);
            }
            Harm::Flip(at, name, byte, mask) => {
                change(&mut pieces[at.index(count)], name, |data| {
                    if !data.is_empty() {
                        let byte = byte.index(data.len());
                        data[byte] ^= mask;
                    }
                });
            }
            Harm::Cut(at, length) => change(&mut pieces[at.index(count)], reserved::DATA, |data| {
                data.truncate(length.index(data.len() + 1));
            }),
        }
    }

    fn change(piece: &mut Item, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        if let Some(AttributeValue::B(data)) = piece.get(name) {
            let mut data = data.as_ref().to_vec();
            change(&mut data);
            piece.insert(name.to_owned(), AttributeValue::B(Blob::new(data)));
        }
    }

    proptest! {
        #[test]
        fn pieces_join_to_the_body_that_was_cut(body in any_item(), codec in any_codec(), piece_bytes in 1_usize..200) {
            let joined = join_all(&cut_at(&body, codec, piece_bytes).unwrap()).unwrap();
            prop_assert_eq!(bytes(&joined), bytes(&body));
        }

        #[test]
        fn attributes_of_the_item_do_not_matter(body in any_item(), mut others in prop::collection::vec(any_item(), 1..4)) {
            let mut pieces = cut_at(&body, Codec::PREFERRED, 50).unwrap();
            pieces.iter_mut().zip(&mut others).for_each(|(piece, other)| {
                other.retain(|name, _| !reserved::is_reserved(name));
                piece.extend(other.drain());
            });
            prop_assert_eq!(join_all(&pieces).map(|body| bytes(&body)), Ok(bytes(&body)));
        }

        #[test]
        fn harmed_pieces_are_refused_or_the_body_that_was_cut(
            body in any_item(),
            codec in any_codec(),
            piece_bytes in 1_usize..200,
            harms in prop::collection::vec(any_harm(), 1..4),
            lie in prop::option::weighted(0.2, 0_u32..10),
        ) {
            let mut pieces = cut_at(&body, codec, piece_bytes).unwrap();
            let count = count(&pieces);
            for harm in harms {
                apply(harm, &mut pieces);
            }
            if let Ok(joined) = join_count(lie.unwrap_or(count), &pieces) {
                prop_assert_eq!(bytes(&joined), bytes(&body));
            }
        }

        #[test]
        fn arbitrary_items_are_no_pieces(pieces in prop::collection::vec(any_item(), 0..3), count: u32) {
            prop_assert!(join_count(count, &pieces).is_err());
        }

        #[test]
        fn arbitrary_data_with_a_true_digest_is_a_body_in_its_one_form_or_refused(
            data in prop::collection::vec(0_u8..12, 0..24),
            lengths_differ in 0_usize..2,
        ) {
            let mut piece = cut_at(&Item::new(), Codec::Plain, 50).unwrap().remove(0);
            let length = data.len() + lengths_differ;
            piece.insert(reserved::LENGTH.into(), AttributeValue::N(length.to_string()));
            let digest = Sha256::digest(&data);
            piece.insert(reserved::DIGEST.into(), AttributeValue::B(Blob::new(digest.as_slice())));
            piece.insert(reserved::DATA.into(), AttributeValue::B(Blob::new(data.clone())));
            if let Ok(body) = join_all(&[piece]) {
                prop_assert_eq!((bytes(&body), lengths_differ), (data, 0));
            }
        }
    }

    fn in_four_pieces() -> Vec<Item> {
        let body = Item::from([("a".to_owned(), AttributeValue::S("0123456789".into()))]);
        let pieces = cut_at(&body, Codec::Plain, 4).unwrap();
        assert_eq!(pieces.len(), 4);
        pieces
    }

    /// What becomes of four pieces after a change to one of them.
    fn four(change: impl FnOnce(&mut Vec<Item>)) -> Result<Item, PiecesError> {
        let mut pieces = in_four_pieces();
        change(&mut pieces);
        join_count(4, &pieces)
    }

    #[test]
    fn each_damage_is_named() {
        let n = |text: &str| AttributeValue::N(text.to_owned());
        let set = |piece: usize, name: &str, value| {
            let name = name.to_owned();
            four(|pieces| drop(pieces[piece].insert(name, value)))
        };
        let attribute = |piece, name| Err(PiecesError::Attribute { piece, name });

        assert!(four(|_| ()).is_ok());
        assert_eq!(four(Vec::clear), Err(PiecesError::Missing { piece: 0 }));
        assert_eq!(
            four(|pieces| pieces.truncate(2)),
            Err(PiecesError::Missing { piece: 2 })
        );
        assert_eq!(
            four(|pieces| pieces.swap(1, 2)),
            Err(PiecesError::Number {
                piece: 1,
                stored: 2
            })
        );
        assert_eq!(
            set(0, reserved::PIECES, n("3")),
            Err(PiecesError::Count {
                manifest: 4,
                stored: 3
            })
        );
        assert_eq!(
            set(0, reserved::LENGTH, n("14")),
            Err(PiecesError::Length { length: 14 })
        );
        assert_eq!(
            set(0, reserved::LENGTH, n("4")),
            Err(PiecesError::Length { length: 4 })
        );
        assert_eq!(
            set(0, reserved::LENGTH, n("268435457")),
            Err(PiecesError::TooLarge {
                length: 268_435_457
            })
        );
        assert_eq!(
            set(0, reserved::LENGTH, n("-1")),
            attribute(0, reserved::LENGTH)
        );
        assert_eq!(
            set(3, reserved::PIECE, n("1.5")),
            attribute(3, reserved::PIECE)
        );
        assert_eq!(set(2, reserved::DATA, n("1")), attribute(2, reserved::DATA));
        assert_eq!(
            four(|pieces| drop(pieces[0].remove(reserved::DIGEST))),
            attribute(0, reserved::DIGEST)
        );
        assert_eq!(
            set(2, reserved::DATA, AttributeValue::B(Blob::new(b"4566"))),
            Err(PiecesError::Digest)
        );
    }

    #[test]
    fn what_a_newer_version_wrote_is_told_from_damage() {
        let codec = |name: &str| {
            let name = AttributeValue::S(name.to_owned());
            four(|pieces| drop(pieces[0].insert(reserved::CODEC.to_owned(), name))).unwrap_err()
        };
        let newer = codec("brotli");
        assert_eq!(newer.kind(), ErrorKind::NewerFormat);
        assert!(newer.to_string().contains("`brotli`"));
        assert!(codec(&"x".repeat(100_000)).to_string().len() < 200);
        let kind = if cfg!(feature = "zstd") {
            ErrorKind::Corrupt
        } else {
            ErrorKind::NewerFormat
        };
        assert_eq!(codec("zstd").kind(), kind);
    }

    #[test]
    fn a_body_may_nest_as_deep_as_an_item() {
        let deep = |levels| {
            let inmost = AttributeValue::L(Vec::new());
            let value = (1..levels).fold(inmost, |inner, _| AttributeValue::L(vec![inner]));
            Item::from([("a".to_owned(), value)])
        };
        let pieces = cut_at(&deep(32), Codec::Plain, 10).unwrap();
        assert_eq!(join_all(&pieces), Ok(deep(32)));
        assert!(cut_at(&deep(33), Codec::Plain, 10).is_err());
    }

    #[test]
    fn the_body_of_an_empty_item_is_one_piece() {
        let pieces = cut_at(&Item::new(), Codec::PREFERRED, 50).unwrap();
        assert_eq!(pieces.len(), 1);
        assert_eq!(join_all(&pieces), Ok(Item::new()));
    }
}
