//! The lines of a text that a comment is made of.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

/// The lines of a text, without what ends them: what ends a comment in any language must not be in one.
///
/// NUL, which no file of Python may have, is `U+FFFD`.
pub(super) fn lines(text: &str) -> Vec<String> {
    let text = text.trim().replace("\r\n", "\n").replace('\0', "\u{fffd}");
    let lines = text.split(['\n', '\r']).map(|line| line.trim_end().to_owned());
    if text.is_empty() { Vec::new() } else { lines.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_of_a_line_is_one() {
        assert_eq!(lines("a\rb\nc\r\nd\n\r\ne \r"), ["a", "b", "c", "d", "", "e"]);
        assert_eq!(lines(" \r\n"), [""; 0]);
        // These end no line, for Python as for TypeScript's block comments.
        let text = "a\u{b}b\u{c}c\u{1c}d\u{85}e\u{2028}f\u{2029}g";
        assert_eq!(lines(text), [text.to_owned()]);
        assert_eq!(lines("a\0b"), ["a\u{fffd}b"]);
    }
}
