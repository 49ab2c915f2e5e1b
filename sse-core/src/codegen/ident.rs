//! Names in TypeScript.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use serde_json::Value;

// What no type may be called, as both compilers see it. A type may be called `Date`, `Promise` or `Record`: nothing that
// is generated uses those; and `declare`, `asserts` or `abstract`, which are words only where no type stands.
const RESERVED: &[&str] = &[
    // What `stream…` returns, and what bytes are.
    "AsyncGenerator",
    "Uint8Array",
    "any",
    "as",
    "async",
    "await",
    "bigint",
    "boolean",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "declare",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "infer",
    "instanceof",
    "interface",
    "intrinsic",
    "keyof",
    "let",
    "never",
    "new",
    "null",
    "number",
    "object",
    "package",
    "private",
    "protected",
    "public",
    "readonly",
    "return",
    "static",
    "string",
    "super",
    "switch",
    "symbol",
    "this",
    "throw",
    "true",
    "try",
    "type",
    "typeof",
    "undefined",
    "unique",
    "unknown",
    "var",
    "void",
    "while",
    "with",
    "yield",
    // The imports of the runtime.
    "bigIntParser",
    "sse",
];

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
}

/// The name of a type: `Page<Money>` is `Page_Money_`.
pub(super) fn type_name(name: &str) -> String {
    let mut ident: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '$') { c } else { '_' }).collect();
    if ident.is_empty() || ident.starts_with(|c: char| c.is_ascii_digit()) {
        ident.insert(0, '_');
    }
    if RESERVED.contains(&ident.as_str()) {
        ident.push('_');
    }
    ident
}

/// The name of a property: as it is, or quoted.
pub(super) fn property(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { string(name) }
}

/// The key of an object literal, where `__proto__` is none unless computed.
pub(super) fn key(name: &str) -> String {
    if name == "__proto__" { "[\"__proto__\"]".to_owned() } else { property(name) }
}

/// JSON as an expression. A quotation mark within a string is escaped, so that only a key stands like this.
pub(super) fn json_literal(value: &Value) -> String {
    let key = key("__proto__");
    ["{", ","].iter().fold(value.to_string(), |text, before| {
        text.replace(&format!("{before}\"__proto__\":"), &format!("{before}{key}:"))
    })
}

/// A member of an object: `params.room`, or `params["room-id"]`.
pub(super) fn member(object: &str, name: &str) -> String {
    if is_identifier(name) { format!("{object}.{name}") } else { format!("{object}[{}]", string(name)) }
}

/// The text of a template literal.
pub(super) fn template(text: &str) -> String {
    text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${")
}

/// A string literal.
pub(super) fn string(text: &str) -> String {
    Value::from(text).to_string()
}

/// `price-feed` and `priceFeed` as `PriceFeed`.
pub(super) fn pascal_case(name: &str) -> String {
    let mut out = String::new();
    let mut start = true;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            start = true;
        } else if start {
            out.push(c.to_ascii_uppercase());
            start = false;
        } else {
            out.push(c);
        }
    }
    type_name(&out)
}

/// The file of a stream; none if the name would be lost in it, because letters that are not ASCII's are left out.
pub(super) fn file_name(name: &str) -> Option<String> {
    let file = kebab_case(name);
    (name.is_ascii() && !file.is_empty()).then_some(file)
}

/// `PriceFeed` as `price-feed`, `HTTPFeed` as `http-feed`.
pub(super) fn kebab_case(name: &str) -> String {
    let mut out = String::new();
    let mut before: Option<char> = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        if !c.is_ascii_alphanumeric() {
            before = None;
            if !out.ends_with('-') {
                out.push('-');
            }
            continue;
        }
        let next_is_small = rest.peek().is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && before.is_some_and(|before| !before.is_ascii_uppercase() || next_is_small) {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
        before = Some(c);
    }
    out.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (name, pascal, kebab) in [
            ("Feed", "Feed", "feed"),
            ("PriceFeed", "PriceFeed", "price-feed"),
            ("HTTPFeed2", "HTTPFeed2", "http-feed2"),
            ("price_feed", "PriceFeed", "price-feed"),
            ("chat", "Chat", "chat"),
            ("Page<Money>", "PageMoney", "page-money"),
        ] {
            assert_eq!((pascal_case(name).as_str(), kebab_case(name).as_str()), (pascal, kebab));
        }
    }

    #[test]
    fn files() {
        assert_eq!(file_name("PriceFeed").as_deref(), Some("price-feed"));
        assert_eq!(file_name("Page<Money>").as_deref(), Some("page-money"));
        for lost in ["", "<>", "Größe", "Наблюдение", "Feed\u{301}"] {
            assert_eq!(file_name(lost), None, "{lost}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(type_name("Page<Money>"), "Page_Money_");
        assert_eq!(type_name("2nd"), "_2nd");
        assert_eq!(type_name("string"), "string_");
        assert_eq!(property("a-b\""), "\"a-b\\\"\"");
        assert_eq!(property("class"), "class");
        assert_eq!(member("params", "room"), "params.room");
        assert_eq!(member("params", "room-id"), "params[\"room-id\"]");
        assert_eq!(template("a`b\\c${d$"), "a\\`b\\\\c\\${d$");
        assert_eq!(key("__proto__"), "[\"__proto__\"]");
        let json =
            serde_json::json!({ "__proto__": { "__proto__": 1 }, "a{\"__proto__": ["{\"__proto__\":", "__proto__"] });
        let literal =
            "{[\"__proto__\"]:{[\"__proto__\"]:1},\"a{\\\"__proto__\":[\"{\\\"__proto__\\\":\",\"__proto__\"]}";
        assert_eq!(json_literal(&json), literal);
        let second = serde_json::json!({ "A": 0, "__proto__": 1 });
        assert_eq!(json_literal(&second), "{\"A\":0,[\"__proto__\"]:1}");
    }
}
