//! Days, which allowances last until.

use core::fmt;
use core::str::FromStr as _;
use std::time::{SystemTime, UNIX_EPOCH};

use toml::value::{Date, Datetime};

use super::invalid::InvalidAllowances;

/// A day of the calendar, in UTC.
///
/// # Examples
///
/// ```
/// use sse_core::compat::Day;
///
/// let day = Day::parse("2028-02-29")?;
/// assert!(day < Day::parse("2028-03-01")?);
/// assert_eq!(day.to_string(), "2028-02-29");
/// assert!(Day::parse("2027-02-29").is_err());
/// # Ok::<(), sse_core::compat::InvalidAllowances>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    date: Date,
}

impl Day {
    /// Reads `2027-01-31`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidAllowances`] if that is no day.
    pub fn parse(text: &str) -> Result<Self, InvalidAllowances> {
        let date = Datetime::from_str(text).ok().and_then(Self::of);
        date.ok_or_else(|| InvalidAllowances::day(text))
    }

    /// The day that it is now, by the clock of this machine.
    #[must_use]
    pub fn today() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks; all else is told the day")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::since_1970(since.as_secs() / (24 * 60 * 60))
    }

    /// Days, but no times.
    pub(super) const fn of(date: Datetime) -> Option<Self> {
        match date {
            Datetime { date: Some(date), time: None, offset: None } => Some(Self { date }),
            _ => None,
        }
    }

    fn since_1970(mut days: u64) -> Self {
        let mut year: u16 = 1970;
        while days >= days_of_year(year) && year < 9999 {
            days -= days_of_year(year);
            year += 1;
        }
        let mut month: u8 = 1;
        while days >= days_of_month(year, month) && month < 12 {
            days -= days_of_month(year, month);
            month += 1;
        }
        Self { date: Date { year, month, day: u8::try_from(days + 1).unwrap_or(31).min(31) } }
    }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_of_year(year: u16) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

const fn days_of_month(year: u16, month: u8) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.date, f)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn days_since_1970() {
        for (days, date) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (364, "1970-12-31"),
            (789, "1972-02-29"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_814, "2026-12-27"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(Day::since_1970(days), Day::parse(date).unwrap(), "{days} days");
        }
        assert_eq!(Day::since_1970(u64::MAX).to_string(), "9999-12-31");
        assert!(Day::today() > Day::parse("2026-01-01").unwrap());
    }

    #[test]
    fn no_days() {
        for text in ["", "2027", "2027-02-29", "2027-13-01", "2027-01-01T00:00:00Z", "01:00:00", "2027-1-1"] {
            assert!(Day::parse(text).is_err(), "{text}");
        }
    }
}
