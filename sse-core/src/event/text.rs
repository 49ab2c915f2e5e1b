//! What an id and a name have in common: a text that was checked.

use multiversion::multiversion;
use wide::u8x16;

/// Whether a byte is CR or less, as CR, LF and NUL are.
///
/// JSON has no such byte and other texts seldom have one, so that no more than this looks at most of what is sent.
#[inline(never)]
pub(crate) fn has_low_byte(text: &[u8]) -> bool {
    let (pages, rest) = text.as_chunks();
    (!pages.is_empty() && has_low_byte_in_pages(pages)) || has_low_byte_in_few(rest)
}

/// A page at a time, because a text of many lines need not be looked at to its end.
#[multiversion(targets("x86_64+avx512bw", "x86_64+avx2"))]
fn has_low_byte_in_pages(pages: &[[u8; 1024]]) -> bool {
    pages.iter().any(|page| page.iter().fold(u8::MAX, |lowest, byte| lowest.min(*byte)) <= b'\r')
}

fn has_low_byte_in_few(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk() {
        let (lanes, _) = text.as_chunks();
        is_low(lanes.iter().fold(u8x16::new(*last), |lowest, lane| lowest.min(u8x16::new(*lane))))
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        is_low_in_word(u64::from_ne_bytes(*first)) || is_low_in_word(u64::from_ne_bytes(*last))
    } else {
        text.iter().any(|byte| *byte <= b'\r')
    }
}

#[inline]
fn is_low(lanes: u8x16) -> bool {
    lanes.min(u8x16::splat(b'\r')).simd_eq(lanes).any()
}

/// The highest bit of each byte tells whether the subtraction borrowed; only bytes below 0x80 may.
#[inline]
const fn is_low_in_word(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 0xff;
    word.wrapping_sub(ONES * 0x0e) & !word & (ONES * 0x80) != 0
}

/// The first byte of `text` that is one of these, and its offset.
pub(super) const fn first_of(illegal: &[u8], text: &str) -> Option<(usize, u8)> {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        let mut i = 0;
        while i < illegal.len() {
            if text[at] == illegal[i] {
                return Some((at, illegal[i]));
            }
            i += 1;
        }
        at += 1;
    }
    None
}

/// What the standard calls a byte that may be illegal.
pub(super) const fn name_of(byte: u8) -> &'static str {
    match byte {
        b'\r' => "CR",
        b'\n' => "LF",
        _ => "NUL",
    }
}

/// What every checked text offers: construction, the text, and the error.
macro_rules! validated_text {
    ($Name:ident, $illegal:expr; $(#[$doc:meta])* $Invalid:ident, $message:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Invalid {
            at: usize,
            // As wide as a word, so that an event beside it in a `Result` is copied by words.
            byte: usize,
        }

        impl $Invalid {
            /// The offset of the first illegal byte.
            #[must_use]
            pub const fn at(&self) -> usize {
                self.at
            }

            /// The first illegal byte.
            #[must_use]
            pub const fn byte(&self) -> u8 {
                self.byte.to_le_bytes()[0]
            }

            /// # Errors
            ///
            /// Returns the first illegal byte of `text`.
            #[inline]
            pub(super) fn check(text: &str) -> Result<(), Self> {
                if $crate::event::text::has_low_byte(text.as_bytes()) { Self::find(text) } else { Ok(()) }
            }

            #[cold]
            fn find(text: &str) -> Result<(), Self> {
                $crate::event::text::first_of($illegal, text).map_or(Ok(()), |(at, byte)| Err(Self { at, byte: byte.into() }))
            }
        }

        impl core::fmt::Display for $Invalid {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}: {} at byte {}", $message, $crate::event::text::name_of(self.byte()), self.at)
            }
        }

        impl core::error::Error for $Invalid {}

        impl $Name {
            /// The text as it goes on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl TryFrom<&str> for $Name {
            type Error = $Invalid;

            #[inline]
            fn try_from(text: &str) -> Result<Self, $Invalid> {
                $Invalid::check(text)?;
                Ok(Self::from_legal(text))
            }
        }

        impl TryFrom<alloc::string::String> for $Name {
            type Error = $Invalid;

            #[inline]
            fn try_from(text: alloc::string::String) -> Result<Self, $Invalid> {
                text.as_str().try_into()
            }
        }

        impl core::str::FromStr for $Name {
            type Err = $Invalid;

            fn from_str(text: &str) -> Result<Self, $Invalid> {
                text.try_into()
            }
        }

        // So that what needs no check can stand where one is asked for.
        impl From<core::convert::Infallible> for $Invalid {
            fn from(never: core::convert::Infallible) -> Self {
                match never {}
            }
        }

        impl From<$Name> for alloc::borrow::Cow<'_, str> {
            fn from(text: $Name) -> Self {
                alloc::borrow::Cow::Owned(text.as_str().into())
            }
        }

        impl<'a> From<&'a $Name> for alloc::borrow::Cow<'a, str> {
            fn from(text: &'a $Name) -> Self {
                alloc::borrow::Cow::Borrowed(text.as_str())
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl core::fmt::Display for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl core::fmt::Debug for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Debug::fmt(self.as_str(), f)
            }
        }

        impl PartialEq<str> for $Name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $Name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }
    };
}

pub(super) use validated_text;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn a_low_byte_is_found_wherever_it_is() {
        for len in (0..140).chain([1023, 1024, 1025, 3000]) {
            let mut text = vec![b' '; len];
            assert!(!has_low_byte(&text));
            for at in 0..len {
                for byte in *b"\r\n\0" {
                    text[at] = byte;
                    assert!(has_low_byte(&text), "{byte} at {at} of {len}");
                }
                text[at] = b' ';
            }
        }
    }
}
