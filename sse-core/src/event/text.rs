//! What an id and a name are made of: text that is cheap to clone, static where it can be.

use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

/// Text that is either static or shared. Equal when the text is, wherever it lives.
#[derive(Clone)]
pub(super) enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Text {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Shared(text) => text,
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The offset of the first byte of `text` that is one of these.
pub(super) const fn first_of(illegal: &[u8], text: &str) -> Option<usize> {
    let text = text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        let mut i = 0;
        while i < illegal.len() {
            if text[at] == illegal[i] {
                return Some(at);
            }
            i += 1;
        }
        at += 1;
    }
    None
}

/// What every validated text offers: construction that checks, the text, and the error.
macro_rules! validated_text {
    ($Name:ident, $illegal:expr; $(#[$doc:meta])* $Invalid:ident, $message:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $Invalid {
            at: usize,
        }

        impl $Invalid {
            /// The offset of the first illegal byte.
            #[must_use]
            pub const fn at(&self) -> usize {
                self.at
            }
        }

        impl core::fmt::Display for $Invalid {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{} (byte {})", $message, self.at)
            }
        }

        impl core::error::Error for $Invalid {}

        impl $Name {
            /// The text as it goes on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl TryFrom<&str> for $Name {
            type Error = $Invalid;

            fn try_from(text: &str) -> Result<Self, $Invalid> {
                match $crate::event::text::first_of($illegal, text) {
                    Some(at) => Err($Invalid { at }),
                    None => Ok(Self::from_legal(text)),
                }
            }
        }

        impl TryFrom<alloc::string::String> for $Name {
            type Error = $Invalid;

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
