//! The `retry` field.

use core::fmt;
use core::time::Duration;

/// The value of a `retry:` line: how long a client waits before it reconnects, in milliseconds.
///
/// 500 to 2 147 483 647 (2^31 − 1). Firefox raises what is less, and wraps what does not fit in 32 bits.
///
/// # Examples
///
/// ```
/// use sse_core::Retry;
///
/// const RETRY: Retry = Retry::from_static(3_000);
/// assert_eq!(RETRY.as_millis(), 3_000);
/// assert!(Retry::from_millis(0).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Retry(u32);

impl Retry {
    /// The shortest reconnection time: 500 ms.
    pub const MIN: Self = Self(500);
    /// The longest reconnection time: 2^31 − 1 ms, about 24 days.
    pub const MAX: Self = Self(i32::MAX as u32);
    /// What a server sends unless told otherwise: 3 000 ms, as in Chromium.
    pub const DEFAULT: Self = Self(3_000);

    /// Makes a reconnection time from a constant, checked when it is compiled in a `const`.
    ///
    /// # Panics
    ///
    /// If `millis` is not within [`Retry::MIN`] and [`Retry::MAX`].
    #[must_use]
    pub const fn from_static(millis: u32) -> Self {
        assert!(millis >= Self::MIN.0 && millis <= Self::MAX.0, "a retry is 500 to 2147483647 ms");
        Self(millis)
    }

    /// Makes a reconnection time from milliseconds.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRetry`] if `millis` is not within [`Retry::MIN`] and [`Retry::MAX`].
    pub const fn from_millis(millis: u64) -> Result<Self, InvalidRetry> {
        if millis < Self::MIN.0 as u64 || millis > Self::MAX.0 as u64 {
            return Err(InvalidRetry { millis });
        }
        #[expect(clippy::cast_possible_truncation, reason = "compared with a u32 just above")]
        Ok(Self(millis as u32))
    }

    /// The reconnection time in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> u32 {
        self.0
    }

    /// The reconnection time times 1.00 to 1.25, by `entropy`, so that clients that lost one server do not come back
    /// in one instant.
    ///
    /// The factor grows with `entropy`: 0 gives 1.00, `u64::MAX` gives 1.25. The result is never above
    /// [`Retry::MAX`].
    #[must_use]
    pub const fn spread(self, entropy: u64) -> Self {
        let quarter = self.0 as u64 / 4;
        // The upper half of the entropy times the quarter, scaled back: no division, no float, no overflow.
        let extra = ((entropy >> 32) * (quarter + 1)) >> 32;
        let spread = self.0 as u64 + extra;
        #[expect(clippy::cast_possible_truncation, reason = "at most Retry::MAX, a u32")]
        Self(if spread > Self::MAX.0 as u64 { Self::MAX.0 } else { spread as u32 })
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<Duration> for Retry {
    type Error = InvalidRetry;

    fn try_from(duration: Duration) -> Result<Self, InvalidRetry> {
        Self::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}

impl From<Retry> for Duration {
    fn from(retry: Retry) -> Self {
        Self::from_millis(u64::from(retry.0))
    }
}

/// A reconnection time outside [`Retry::MIN`] and [`Retry::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRetry {
    millis: u64,
}

impl fmt::Display for InvalidRetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a retry of {} ms is not within {} and {} ms", self.millis, Retry::MIN.0, Retry::MAX.0)
    }
}

impl core::error::Error for InvalidRetry {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn spread_is_one_to_one_and_a_quarter() {
        assert_eq!(Retry(3_000).spread(0), Retry(3_000));
        assert_eq!(Retry(3_000).spread(u64::MAX), Retry(3_750));
        assert_eq!(Retry::MAX.spread(u64::MAX), Retry::MAX);
    }

    #[test]
    fn a_retry_is_checked_at_both_ends() {
        assert!(Retry::from_millis(499).is_err());
        assert_eq!(Retry::from_millis(500), Ok(Retry::MIN));
        assert_eq!(Retry::from_millis(2_147_483_647), Ok(Retry::MAX));
        assert_eq!(
            Retry::from_millis(2_147_483_648).unwrap_err().to_string(),
            "a retry of 2147483648 ms is not within 500 and 2147483647 ms"
        );
    }
}
