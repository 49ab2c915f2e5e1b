//! Integers that JavaScript cannot hold.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Number, Value};

/// `Number.MAX_SAFE_INTEGER`
const MAX_SAFE: u64 = (1 << 53) - 1;

/// The integers in a value that `JSON.parse` may round, each with its place; and those of more than 64 bits in the JSON
/// that it was read from, because in the value they are rounded already.
pub(super) fn wide(value: &Value, json: &str) -> Vec<String> {
    let mut found = Vec::new();
    visit(value, &mut String::new(), &mut found);
    found.extend(literals(json).filter(|literal| is_beyond(literal)).map(ToOwned::to_owned));
    found
}

/// The numbers of a text in JSON.
fn literals(json: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E');
    let (mut quoted, mut escaped) = (false, false);
    let outside = move |c: char| {
        let is_quote = c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        quoted ^= is_quote;
        quoted || !is_part(c)
    };
    json.split(outside).filter(|literal| literal.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
}

/// Whether it is an integer that 64 bits do not hold. A float has a point or an exponent.
fn is_beyond(literal: &str) -> bool {
    !literal.contains(['.', 'e', 'E']) && literal.parse::<i64>().is_err() && literal.parse::<u64>().is_err()
}

fn visit(value: &Value, path: &mut String, found: &mut Vec<String>) {
    let end = path.len();
    let mut step = |key: &str, value| {
        path.truncate(end);
        path.push('/');
        path.push_str(key);
        visit(value, path, found);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| step(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| step(&at.to_string(), value)),
        Value::Number(number) if is_wide(number) => found.push(format!("at `{path}`: {number}")),
        _ => {}
    }
}

fn is_wide(number: &Number) -> bool {
    match (number.as_i64(), number.as_u64()) {
        (Some(signed), _) => signed.unsigned_abs() > MAX_SAFE,
        (None, Some(unsigned)) => unsigned > MAX_SAFE,
        // A float, or what is beyond 64 bits.
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_string_is_no_number() {
        let json = r#"{"12":[1,-2.5e+3,"7\"8","9\\",10],"a":{"b":-0},"c":1E9}"#;
        assert_eq!(literals(json).collect::<Vec<_>>(), ["1", "-2.5e+3", "10", "-0", "1E9"]);
        assert!(is_beyond("18446744073709551616") && is_beyond("-9223372036854775809"));
        assert!(!is_beyond("18446744073709551615") && !is_beyond("-9223372036854775808") && !is_beyond("1e300"));
    }
}
