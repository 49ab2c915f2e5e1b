//! What makes an append that is tried again the same append.

use core::fmt;

use crate::history::random_u64;

/// The name of one attempt at one append: 128 bits, stored with the event.
///
/// The low 96 bits are the [key](Self::key) of the append: whoever appends draws it for each event and keeps it for
/// each attempt. A remote that has executed the first attempt answers the second with the position of the event that is
/// there.
///
/// The other 32 bits are the attempt's own. As the [anchor](super::Page::anchor) of a page the whole token tells an
/// event from another one that was given the same offset later, even if that is the same append, lost and executed
/// [again](Self::again): what stands before it need not be the same.
///
/// # Examples
///
/// ```
/// use sse_core::relay::Token;
///
/// let token = Token::random();
/// assert_eq!(Token::from_bits(token.to_bits()), token);
/// assert_eq!(Token::from_bits(0x2a).to_string(), "0000000000000000000000000000002a");
/// assert_eq!(token.again().key(), token.key());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(u128);

impl Token {
    const KEY_BITS: u32 = 96;

    /// Draws a token that no other append has, from the entropy of the standard library's hasher keys.
    #[must_use]
    pub fn random() -> Self {
        Self(u128::from(random_u64()) << 64 | u128::from(random_u64()))
    }

    /// Another attempt at the same append.
    #[must_use]
    pub fn again(self) -> Self {
        Self(u128::from(random_u64()) << Self::KEY_BITS | self.key())
    }

    /// What all attempts at one append have in common, and no other append has.
    #[must_use]
    pub const fn key(self) -> u128 {
        self.0 & ((1 << Self::KEY_BITS) - 1)
    }

    /// Makes the token with these bits: one that was stored, or a test's.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// The bits to store.
    #[must_use]
    pub const fn to_bits(self) -> u128 {
        self.0
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({self})")
    }
}
