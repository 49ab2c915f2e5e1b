//! JSON as it came, laid out anew: the numbers and the order of the keys stay the server's.

use std::iter;

use serde_json::value::RawValue;

use super::plain::plain;

/// A value that is no longer than this is on one line.
const SHORT: usize = 100;

/// How deep lines are indented at most, so that nesting costs no more than its length.
const DEEPEST: usize = 32;

/// The JSON that the text is, without the space around it; `None` if it is none.
pub(crate) fn value(text: &str) -> Option<&str> {
    serde_json::from_str::<&RawValue>(text).ok().map(RawValue::get)
}

/// Lays out JSON, with these codes before and behind each key. What is short is on one line.
pub(super) fn pretty(json: &str, [before, behind]: [&str; 2]) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut tokens = Tokens { rest: json };
    // The brackets that are open; and how many of them were when that of a value on one line was.
    let (mut depth, mut flat) = (0_usize, None);
    while let Some(token) = tokens.next() {
        let break_line = |out: &mut String, depth: usize| {
            out.push('\n');
            out.extend(iter::repeat_n("  ", depth.min(DEEPEST)));
        };
        match token {
            "{" | "[" => {
                out.push_str(token);
                if flat.is_none() && tokens.is_short() {
                    flat = Some(depth);
                }
                depth += 1;
                if flat.is_none() {
                    break_line(&mut out, depth);
                }
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                if flat.is_none() {
                    break_line(&mut out, depth);
                }
                flat = flat.filter(|outermost| *outermost != depth);
                out.push_str(token);
            }
            "," if flat.is_some() => out.push_str(", "),
            "," => {
                out.push(',');
                break_line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            string if tokens.rest.starts_with(':') => out.extend([before, &plain(string), behind]),
            other => out.push_str(&plain(other)),
        }
    }
    out
}

/// The tokens of legal JSON. The space between them is left out.
#[derive(Clone, Debug)]
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_start();
        let end = match self.rest.bytes().next()? {
            b'"' => string(self.rest),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => self.rest.find([',', '}', ']', ' ', '\n', '\t']).unwrap_or(self.rest.len()),
        };
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        Some(token)
    }
}

impl Tokens<'_> {
    /// Whether what a bracket has just begun ends soon. Looks no further than that.
    fn is_short(&self) -> bool {
        let (mut open, mut width) = (1_usize, 1_usize);
        for token in self.clone() {
            match token {
                "{" | "[" => open += 1,
                "}" | "]" => open -= 1,
                _ => {}
            }
            let space = usize::from(matches!(token, "," | ":"));
            width += space + token.chars().take(SHORT + 1).count();
            if width > SHORT || open == 0 {
                return width <= SHORT;
            }
        }
        false
    }
}

/// The length of the string that `json` begins with, with its quotes.
fn string(json: &str) -> usize {
    let mut escaped = true; // the quote at the beginning ends nothing
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_is_on_one_line() {
        let check = |json: &str, expect: &str| assert_eq!(pretty(json, ["", ""]), expect);
        check(
            r#"{"b":1.50,"a":[],"c" : [{ },12345678901234567890]}"#,
            r#"{"b": 1.50, "a": [], "c": [{}, 12345678901234567890]}"#,
        );
        check(" \n-1e9 ", "-1e9");
        check(r#""a\"b: \\""#, r#""a\"b: \\""#);
        check("[\"\u{7f}\"]", r#"["\u{7f}"]"#);
        check(r#"["{", "]"]"#, r#"["{", "]"]"#);
        let widest = format!("[{}]", "1".repeat(SHORT - 2));
        check(&widest, &widest);
        check(&format!("[{widest}]"), &format!("[\n  {widest}\n]"));
    }

    #[test]
    fn what_is_long_is_on_many() {
        let long = "x".repeat(SHORT);
        let json = format!(r#"{{"a":{{"k":"{long}"}},"b":[1,{{"k":2}}],"c":{{}}}}"#);
        let expect = format!(
            "{{\n  <\"a\">: {{\n    <\"k\">: \"{long}\"\n  }},\n  <\"b\">: [1, {{<\"k\">: 2}}],\n  <\"c\">: {{}}\n}}"
        );
        assert_eq!(pretty(&json, ["<", ">"]), expect);
    }

    #[test]
    fn nesting_costs_no_more_than_its_length() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        assert_eq!(value(&deep), Some(&*deep));
        assert!(pretty(&deep, ["", ""]).len() < 10_000 * (2 * DEEPEST + 2));
    }
}
