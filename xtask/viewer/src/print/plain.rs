//! Text that a terminal only shows.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with its control characters spelled out, line ends too: what a server sends must not move the cursor.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_control() {
            // Writing to a `String` does not fail.
            let _ = write!(plain, "{}", c.escape_default());
        } else {
            plain.push(c);
        }
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(plain("é … \u{1f600}"), "é … \u{1f600}");
        assert_eq!(plain("a\x1b[2J\tb\r\n\u{9b}"), r"a\u{1b}[2J\tb\r\n\u{9b}");
    }
}
