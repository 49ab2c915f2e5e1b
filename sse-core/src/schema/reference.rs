//! `$ref`s between definitions.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use serde_json::Value;

/// The name of the definition that a `$ref` points to; none if it points elsewhere.
pub(crate) fn definition_of(reference: &str) -> Option<String> {
    let encoded = reference.strip_prefix("#/$defs/")?;
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
                tail
            }
            (b'~', [b'0', tail @ ..]) => {
                bytes.push(b'~');
                tail
            }
            (b'~', [b'1', tail @ ..]) => {
                bytes.push(b'/');
                tail
            }
            _ => {
                bytes.push(*first);
                tail
            }
        };
    }
    String::from_utf8(bytes).ok()
}

/// The `$ref` that points to the definition: a JSON Pointer in the fragment of a URI, in which not every letter may stand.
pub(crate) fn reference_to(name: &str) -> String {
    let mut reference = "#/$defs/".to_owned();
    for byte in name.bytes() {
        match byte {
            b'~' => reference.push_str("~0"),
            b'/' => reference.push_str("~1"),
            b'!' | b'$' | b'&'..=b';' | b'=' | b'?'..=b'Z' | b'_' | b'a'..=b'z' => reference.push(char::from(byte)),
            _ => {
                // Writing to a string does not fail.
                let _ = write!(reference, "%{byte:02X}");
            }
        }
    }
    reference
}

/// The definitions that a schema uses, directly or through others.
pub(crate) fn reachable(schema: &Value, definitions: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = Vec::from([schema]);
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                let name = object.get("$ref").and_then(Value::as_str).and_then(definition_of);
                if let Some(name) = name
                    && let Some(definition) = definitions.get(&name)
                    && found.insert(name.clone())
                {
                    open.push(definition);
                }
                open.extend(object.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_leads_back_to_its_name() {
        for (name, reference) in [
            ("FeedTickData", "#/$defs/FeedTickData"),
            ("Größe", "#/$defs/Gr%C3%B6%C3%9Fe"),
            ("a~b/c d%", "#/$defs/a~0b~1c%20d%25"),
            ("Page<T>", "#/$defs/Page%3CT%3E"),
        ] {
            assert_eq!(reference_to(name), reference);
            assert_eq!(definition_of(reference).as_deref(), Some(name));
        }
        assert_eq!(definition_of("#/definitions/x"), None);
    }
}
