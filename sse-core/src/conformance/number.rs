//! Integers that JavaScript cannot hold.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Number, Value};

/// `Number.MAX_SAFE_INTEGER`
const MAX_SAFE: u64 = (1 << 53) - 1;

/// The integers in a value that `JSON.parse` may round, each with its place.
pub(super) fn wide(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    visit(value, &mut String::new(), &mut found);
    found
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
        // What is beyond 64 bits was rounded already. Of a float that is as large nobody expects more.
        (None, None) => false,
    }
}
