//! The content codings.

use std::fmt;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// `zstd`, RFC 8878.
    #[cfg(feature = "zstd")]
    Zstd,
    /// `gzip`, RFC 1952.
    #[cfg(feature = "gzip")]
    Gzip,
    /// `br`, RFC 7932.
    #[cfg(feature = "br")]
    Br,
}

impl Encoding {
    /// Those that there are, the preferred first: `zstd` is the cheapest by far, and `br` cannot be shared.
    pub const ALL: &[Self] = &[
        #[cfg(feature = "zstd")]
        Self::Zstd,
        #[cfg(feature = "gzip")]
        Self::Gzip,
        #[cfg(feature = "br")]
        Self::Br,
    ];

    /// The name in `content-encoding`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            #[cfg(feature = "zstd")]
            Self::Zstd => "zstd",
            #[cfg(feature = "gzip")]
            Self::Gzip => "gzip",
            #[cfg(feature = "br")]
            Self::Br => "br",
        }
    }

    /// Whether an item of `Accept-Encoding` means this coding.
    pub(super) fn is_named(self, name: &str) -> bool {
        let name = match name {
            // The name from before the standard.
            _ if name.eq_ignore_ascii_case("x-gzip") => "gzip",
            _ => name,
        };
        name.eq_ignore_ascii_case(self.as_str())
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
