//! Names in Python.

use alloc::string::String;

/// What no type may be called: Python's words, and the names that the modules use.
const RESERVED: &[&str] = &[
    "Any",
    "EVENTS",
    "False",
    "Final",
    "Literal",
    "Mapping",
    "Never",
    "None",
    "NotRequired",
    "TERMINAL",
    "True",
    "TypeAlias",
    "TypedDict",
    "Union",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "base64",
    "bool",
    "break",
    "bytes",
    "cast",
    "class",
    "continue",
    "decode",
    "def",
    "del",
    "dict",
    "elif",
    "else",
    "except",
    "finally",
    "float",
    "for",
    "from",
    "frozenset",
    "global",
    "if",
    "import",
    "in",
    "int",
    "is",
    "json",
    "lambda",
    "list",
    "nonlocal",
    "not",
    "object",
    "or",
    "pass",
    "raise",
    "return",
    "str",
    "try",
    "while",
    "with",
    "yield",
];

/// The name of a type: `Page<Money>` is `Page_Money_`.
pub(super) fn type_name(name: &str) -> String {
    let mut ident: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    // Two underscores at the front would be mangled within a class.
    if ident.starts_with(|c: char| c.is_ascii_digit()) || ident.is_empty() || ident.starts_with("__") {
        ident.insert(0, 'T');
    }
    // The members of every event are no types.
    if RESERVED.contains(&ident.as_str()) || ident == "event" || ident == "data" {
        ident.push('_');
    }
    ident
}

/// Whether a class can have a member of this name.
pub(super) fn is_member(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.starts_with("__")
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        // Builtins may be members, but then they mean the member in the types below.
        && !RESERVED.contains(&name)
}

/// `price-tick` as `PriceTick`.
pub(super) fn capitalised(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .flat_map(|word| word.chars().enumerate().map(|(n, c)| if n == 0 { c.to_ascii_uppercase() } else { c }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, expected) in [
            ("Page<Money>", "Page_Money_"),
            ("2nd", "T2nd"),
            ("", "T"),
            ("None", "None_"),
            ("__a", "T__a"),
            ("data", "data_"),
        ] {
            assert_eq!(type_name(name), expected);
        }
        for wrong in ["", "per-cent", "1st", "class", "str", "__proto__", "größe"] {
            assert!(!is_member(wrong), "{wrong}");
        }
        assert!(is_member("_a1") && is_member("data"));
        assert_eq!(capitalised("price-tick.x"), "PriceTickX");
    }
}
