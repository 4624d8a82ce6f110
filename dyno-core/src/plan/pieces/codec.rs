//! How a body is compressed.

#[cfg(feature = "zstd")]
use std::io::Read as _;

use super::error::PiecesError;

/// What the data of a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// The body itself.
    Plain,
    /// One zstd frame of it.
    Zstd,
}

impl Codec {
    /// What this build writes: compressed where it can.
    pub(crate) const PREFERRED: Self = if cfg!(feature = "zstd") {
        Self::Zstd
    } else {
        Self::Plain
    };

    /// The compression level: zstd's own default, beyond which time grows faster than size falls.
    #[cfg(feature = "zstd")]
    const LEVEL: i32 = 3;

    /// Largest window of a frame, as a power of two: 8 MiB, which the specification of zstd wants every decoder to
    /// have. It is all the memory that a frame can take besides the body.
    #[cfg(feature = "zstd")]
    const WINDOW_LOG: u32 = 23;

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Zstd => "zstd",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::Plain, Self::Zstd]
            .into_iter()
            .find(|codec| codec.name() == name)
    }

    /// The data of a body, in this codec if it makes the body shorter.
    pub(super) fn pack(self, body: Vec<u8>) -> (Self, Vec<u8>) {
        match self {
            Self::Plain => (Self::Plain, body),
            Self::Zstd => match compress(&body) {
                Some(frame) if frame.len() < body.len() => (Self::Zstd, frame),
                _ => (Self::Plain, body),
            },
        }
    }

    /// The body of this many bytes that was packed to data.
    ///
    /// # Errors
    ///
    /// The data is that of a body of another length, or no data of this codec; or it cannot be read without the
    /// feature `zstd`.
    pub(super) fn unpack(self, data: Vec<u8>, length: usize) -> Result<Vec<u8>, PiecesError> {
        let body = match self {
            Self::Plain => data,
            Self::Zstd => decompress(&data, length)?,
        };
        if body.len() == length {
            Ok(body)
        } else {
            Err(PiecesError::Length { length })
        }
    }
}

#[cfg(feature = "zstd")]
fn compress(body: &[u8]) -> Option<Vec<u8>> {
    zstd::bulk::compress(body, Codec::LEVEL).ok()
}

#[cfg(not(feature = "zstd"))]
fn compress(_body: &[u8]) -> Option<Vec<u8>> {
    None
}

/// The content of a frame, or its first `length + 1` bytes: no more is ever held.
#[cfg(feature = "zstd")]
fn decompress(frame: &[u8], length: usize) -> Result<Vec<u8>, PiecesError> {
    let read = || {
        let mut decoder = zstd::Decoder::with_buffer(frame)?.single_frame();
        decoder.window_log_max(Codec::WINDOW_LOG)?;
        let limit = u64::try_from(length).unwrap_or(u64::MAX).saturating_add(1);
        let mut body = Vec::new();
        decoder.by_ref().take(limit).read_to_end(&mut body)?;
        Ok::<_, std::io::Error>((body, decoder.finish()))
    };
    let (body, rest) = read().map_err(|_| PiecesError::Frame)?;
    if body.len() <= length && !rest.is_empty() {
        return Err(PiecesError::Frame);
    }
    Ok(body)
}

#[cfg(not(feature = "zstd"))]
fn decompress(_frame: &[u8], _length: usize) -> Result<Vec<u8>, PiecesError> {
    Err(PiecesError::ZstdIsOff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_with_the_feature_and_named_without() {
        // `zstd -3` of "dyno" 25 times, by the command line tool: another build than the one under test.
        const FRAME: &[u8] =
            b"\x28\xb5\x2f\xfd\x04\x58\x55\x00\x00\x20\x64\x79\x6e\x6f\x01\x00\xfd\xe4\x88\x7d\x18\xb6\xef";
        let body = Codec::Zstd.unpack(FRAME.to_vec(), 100);
        if cfg!(feature = "zstd") {
            assert_eq!(body, Ok(b"dyno".repeat(25)));
        } else {
            assert_eq!(body, Err(PiecesError::ZstdIsOff));
        }
    }

    #[test]
    fn a_body_that_does_not_shrink_stays_plain() {
        let body = vec![1, 2, 3];
        assert_eq!(Codec::Zstd.pack(body.clone()), (Codec::Plain, body));
    }

    #[cfg(feature = "zstd")]
    mod zstd_on {
        use std::io::Write as _;

        use super::*;

        #[test]
        fn no_more_than_the_stated_length_is_decompressed() {
            let bomb = compress(&vec![0; 64 << 20]).unwrap();
            assert!(bomb.len() < 10_000);
            let found = decompress(&bomb, 1000).unwrap();
            assert_eq!((found.len(), found.capacity() <= 4096), (1001, true));
            let refused = Codec::Zstd.unpack(bomb, 1000);
            assert_eq!(refused, Err(PiecesError::Length { length: 1000 }));
        }

        #[test]
        fn a_frame_that_wants_a_large_window_is_refused() {
            let frame = |log| {
                let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
                encoder.window_log(log).unwrap();
                encoder.write_all(b"dyno").unwrap();
                encoder.finish().unwrap()
            };
            assert_eq!(Codec::Zstd.unpack(frame(23), 4), Ok(b"dyno".to_vec()));
            assert_eq!(Codec::Zstd.unpack(frame(24), 4), Err(PiecesError::Frame));
        }

        #[test]
        fn what_is_not_exactly_one_frame_is_refused() {
            let body = b"dyno".repeat(25);
            let frame = compress(&body).unwrap();
            let unpack = |data: &[u8]| Codec::Zstd.unpack(data.to_vec(), body.len());
            assert_eq!(unpack(&frame), Ok(body.clone()));
            assert_eq!(unpack(&frame[..frame.len() - 1]), Err(PiecesError::Frame));
            assert_eq!(
                unpack(&[&frame[..], &[0]].concat()),
                Err(PiecesError::Frame)
            );
            assert_eq!(
                unpack(&[&frame[..], &frame[..]].concat()),
                Err(PiecesError::Frame)
            );
            assert_eq!(unpack(b"dyno"), Err(PiecesError::Frame));
        }
    }
}
