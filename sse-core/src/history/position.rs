//! A place in one incarnation of a log.

use alloc::string::ToString as _;
use core::fmt;
use core::hash::{BuildHasher as _, Hasher as _};
use core::str::FromStr;

use crate::event::EventId;

/// The name of one incarnation of a log: 10 to 32 characters of `[A-Za-z0-9]`.
///
/// A log that loses its memory gets another epoch, so that an id from before is not taken for one of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Epoch {
    /// Behind `len` there are zeros, so that comparison of the whole is comparison of the text.
    bytes: [u8; Self::MAX_LEN],
    len: u8,
}

impl Epoch {
    const MIN_LEN: usize = 10;
    const MAX_LEN: usize = 32;

    /// Makes an epoch that no other log has, from the entropy of the standard library's hasher keys.
    #[must_use]
    pub fn random() -> Self {
        Self::from_entropy([random_u64(), random_u64()])
    }

    /// Makes the epoch that the low 50 bits of each half name, for tests that want the same ids on every run.
    #[must_use]
    pub fn from_entropy(entropy: [u64; 2]) -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let mut bytes = [0; Self::MAX_LEN];
        for (half, mut bits) in bytes.chunks_exact_mut(10).zip(entropy) {
            for byte in half {
                *byte = ALPHABET[(bits & 31) as usize];
                bits >>= 5;
            }
        }
        Self { bytes, len: 20 }
    }

    /// The epoch as it stands in an id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // ASCII alphanumerics only, checked at construction.
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// 64 bits from the hasher keys, which the standard library seeds from the operating system.
pub(crate) fn random_u64() -> u64 {
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

impl FromStr for Epoch {
    type Err = InvalidEpoch;

    fn from_str(text: &str) -> Result<Self, InvalidEpoch> {
        let legal = (Self::MIN_LEN..=Self::MAX_LEN).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !legal {
            return Err(InvalidEpoch { _priv: () });
        }
        let mut bytes = [0; Self::MAX_LEN];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "at most 32")]
        Ok(Self { bytes, len: text.len() as u8 })
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// A place in a log, between two events: behind the one with this offset, before the next.
///
/// As an event's id it is the place behind that event: `id: k3x9f0q2m1-184`.
///
/// # Examples
///
/// ```
/// use sse_core::history::Position;
///
/// let position: Position = "k3x9f0q2m1-184".parse()?;
/// assert_eq!(position.offset(), 184);
/// assert_eq!(position.to_string(), "k3x9f0q2m1-184");
/// assert!("k3x9f0q2m1-0184".parse::<Position>().is_err());
/// # Ok::<(), sse_core::history::InvalidPosition>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    epoch: Epoch,
    offset: u64,
}

impl Position {
    /// The length of the longest position in bytes that is read: 64.
    pub const MAX_LEN: usize = 64;

    /// Makes the position behind the event with this offset; 0 is before everything.
    #[must_use]
    pub const fn new(epoch: Epoch, offset: u64) -> Self {
        Self { epoch, offset }
    }

    /// The incarnation of the log.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The offset of the event just before this place.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }
}

/// The line `id: <epoch>-<offset>`, without an allocation.
#[derive(Debug)]
pub(crate) struct IdLine {
    bytes: [u8; Self::MAX_LEN],
    len: u8,
}

impl IdLine {
    /// 32 characters of epoch and 20 digits, with what stands around them.
    const MAX_LEN: usize = "id: ".len() + Epoch::MAX_LEN + "-".len() + 20 + "\n".len();

    pub(crate) fn new(position: Position) -> Self {
        let mut line = Self { bytes: [0; Self::MAX_LEN], len: 0 };
        let mut digits = itoa::Buffer::new();
        for part in [b"id: ", position.epoch.as_bytes(), b"-", digits.format(position.offset).as_bytes(), b"\n"] {
            let start = usize::from(line.len);
            line.bytes[start..start + part.len()].copy_from_slice(part);
            line.len += u8::try_from(part.len()).unwrap_or(0);
        }
        line
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let invalid = InvalidPosition { _priv: () };
        if text.len() > Self::MAX_LEN {
            return Err(invalid);
        }
        let (epoch, offset) = text.rsplit_once('-').ok_or(invalid)?;
        let canonical = offset.bytes().all(|byte| byte.is_ascii_digit()) && (offset == "0" || !offset.starts_with('0'));
        match (epoch.parse(), offset.parse()) {
            (Ok(epoch), Ok(offset)) if canonical => Ok(Self { epoch, offset }),
            _ => Err(invalid),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.offset)
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Position({self})")
    }
}

impl From<Position> for EventId {
    fn from(position: Position) -> Self {
        // Alphanumerics and one hyphen are legal in an id.
        Self::try_from(position.to_string()).unwrap_or(Self::from_static(""))
    }
}

/// An epoch that is not 10 to 32 characters of `[A-Za-z0-9]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEpoch {
    _priv: (),
}

impl fmt::Display for InvalidEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no epoch: one is {} to {} characters of [A-Za-z0-9]", Epoch::MIN_LEN, Epoch::MAX_LEN)
    }
}

impl core::error::Error for InvalidEpoch {}

/// Text that is not `<epoch>-<offset>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPosition {
    _priv: (),
}

impl fmt::Display for InvalidPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no position: one is `<epoch>-<offset>` in at most {} bytes", Position::MAX_LEN)
    }
}

impl core::error::Error for InvalidPosition {}
