//! Documentation comments.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::lines::lines;

/// What JSON holds but a `number` may not.
pub(super) const ROUNDED: &str = "May exceed Number.MAX_SAFE_INTEGER, where JSON.parse rounds it.";

/// The lines of a comment.
#[derive(Debug, Default)]
pub(super) struct JsDoc(Vec<String>);

impl JsDoc {
    /// What a schema's annotations say. `name` is the title that says nothing; `rounds` says that wide integers are numbers.
    pub(super) fn of(schema: &Value, name: &str, rounds: bool) -> Self {
        let mut doc = Self::default();
        let text = |key| schema.get(key).and_then(Value::as_str);
        if let Some(title) = text("title").filter(|title| *title != name) {
            doc.paragraph(title);
        }
        if let Some(description) = text("description") {
            doc.paragraph(description);
        }
        if rounds && may_be_rounded(schema) {
            doc.paragraph(ROUNDED);
        }
        if let Some(format) = text("format").filter(|_| schema.get("type").is_some_and(says_string)) {
            doc.tag(&format!("@format {format}"));
        }
        if let Some(default) = schema.get("default") {
            doc.tag(&format!("@default {default}"));
        }
        if schema.get("deprecated") == Some(&Value::Bool(true)) {
            doc.tag("@deprecated");
        }
        doc
    }

    /// Adds a paragraph, apart from the one before.
    pub(super) fn paragraph(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push(String::new());
        }
        self.0.extend(lines(text));
    }

    /// Adds a line.
    pub(super) fn tag(&mut self, text: &str) {
        self.0.extend(lines(text));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The comment with its line end; nothing if there is nothing to say.
    pub(super) fn print(&self, indent: usize) -> String {
        let margin = "  ".repeat(indent);
        // The end of the comment must not be in it.
        let lines: Vec<_> = self.0.iter().map(|line| line.replace("*/", "*\\/")).collect();
        match lines.as_slice() {
            [] => String::new(),
            [line] => format!("{margin}/** {line} */\n"),
            lines => {
                let body: String =
                    lines.iter().map(|line| format!("{margin} * {line}").trim_end().to_owned() + "\n").collect();
                format!("{margin}/**\n{body}{margin} */\n")
            }
        }
    }
}

fn says_string(kind: &Value) -> bool {
    kind == "string" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "string"))
}

/// Whether a number of this schema, or of its parts without names, may not fit a `number`.
pub(super) fn may_be_rounded(schema: &Value) -> bool {
    if schema.as_object().is_some_and(is_wide) {
        return true;
    }
    let parts =
        ["oneOf", "anyOf", "allOf", "prefixItems"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    let values = schema.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(|map| map.values());
    let single = ["items", "additionalProperties", "unevaluatedProperties"].iter().filter_map(|key| schema.get(*key));
    parts.chain(values).chain(single).any(may_be_rounded)
}

/// Whether a schema is of integers that a `number` may not hold.
pub(super) fn is_wide(schema: &Map<String, Value>) -> bool {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    let formats = ["int64", "uint64", "int128", "uint128", "int", "uint"];
    let is_wide = schema.get("format").and_then(Value::as_str).is_some_and(|format| formats.contains(&format));
    // The same format may say what is in a string.
    let is_number = !schema.get("type").is_some_and(|kind| kind == "string");
    let bound = |key| schema.get(key).and_then(Value::as_f64);
    let bounded = bound("minimum").is_some_and(|min| min >= -SAFE) && bound("maximum").is_some_and(|max| max <= SAFE);
    is_wide && is_number && !bounded
}
