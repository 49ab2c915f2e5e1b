//! Texts in Python.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};

use serde_json::Value;

use super::super::lines::lines;

/// A string literal: what JSON escapes, Python reads as JSON does.
pub(super) fn string(text: &str) -> String {
    Value::from(text).to_string()
}

/// A documentation string with its line end; nothing if there is nothing to say.
pub(super) fn docstring(text: &str, indent: usize) -> String {
    let margin = "    ".repeat(indent);
    // Neither an escape nor the end of the string may be in it.
    let text = lines(text).join("\n").replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    let last = if text.ends_with('"') { " " } else { "" };
    match text.split_once('\n') {
        None if text.is_empty() => String::new(),
        None => format!("{margin}\"\"\"{text}{last}\"\"\"\n"),
        Some(_) => {
            let mut lines = text.lines().enumerate().map(|(n, line)| match (n, line.trim_end()) {
                (0, line) => format!("{margin}\"\"\"{line}\n"),
                (_, "") => "\n".to_owned(),
                (_, line) => format!("{margin}{line}\n"),
            });
            let body: String = lines.by_ref().collect();
            format!("{body}{margin}\"\"\"\n")
        }
    }
}

/// Comment lines.
pub(super) fn comment(text: &str, indent: usize) -> String {
    let margin = "    ".repeat(indent);
    lines(text).iter().map(|line| format!("{margin}# {line}").trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_where_they_should() {
        assert_eq!(docstring("", 1), "");
        assert_eq!(docstring("a \\ \"\"\" b", 1), "    \"\"\"a \\\\ \\\"\\\"\\\" b\"\"\"\n");
        assert_eq!(docstring("say \"a\"", 0), "\"\"\"say \"a\" \"\"\"\n");
        assert_eq!(docstring("a\n\n b", 1), "    \"\"\"a\n\n     b\n    \"\"\"\n");
        assert_eq!(comment("a\n\nb", 1), "    # a\n    #\n    # b\n");
        assert_eq!(comment("a\rimport os\r\nb", 0), "# a\n# import os\n# b\n");
        assert_eq!(docstring("a\rb", 0), "\"\"\"a\nb\n\"\"\"\n");
        assert_eq!(string("a\"\n\u{1}"), "\"a\\\"\\n\\u0001\"");
    }
}
