//! From the name of a variant to the name of an event.

/// A rule of `rename_all`: serde's, and one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RenameRule {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
    /// `price.tick`, which serde does not have.
    Dot,
}

impl RenameRule {
    pub(crate) const ALL: [(&'static str, Self); 9] = [
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("PascalCase", Self::Pascal),
        ("camelCase", Self::Camel),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
        ("dot.case", Self::Dot),
    ];

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule)
    }

    /// Applies the rule exactly as serde does, so that a name does not change when serde's attribute is replaced.
    pub(crate) fn apply(self, variant: &str) -> String {
        match self {
            Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_ascii_lowercase(),
            Self::Upper => variant.to_ascii_uppercase(),
            Self::Camel => {
                let mut chars = variant.chars();
                chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
            }
            Self::Snake => words(variant, '_'),
            Self::ScreamingSnake => words(variant, '_').to_ascii_uppercase(),
            Self::Kebab => words(variant, '-'),
            Self::ScreamingKebab => words(variant, '-').to_ascii_uppercase(),
            Self::Dot => words(variant, '.'),
        }
    }
}

/// A capital begins a word; an underscore is a separator already.
fn words(variant: &str, separator: char) -> String {
    let mut out = String::with_capacity(variant.len().saturating_add(4));
    for (at, letter) in variant.char_indices() {
        if at > 0 && letter.is_uppercase() {
            out.push(separator);
        }
        out.push(if letter == '_' { separator } else { letter.to_ascii_lowercase() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_gives_what_serde_gives() {
        let names = ["PriceTick", "A", "HTTPError", "With_Underscore", "Éa"];
        let expected: [(&str, [&str; 5]); 9] = [
            ("lowercase", ["pricetick", "a", "httperror", "with_underscore", "Éa"]),
            ("UPPERCASE", ["PRICETICK", "A", "HTTPERROR", "WITH_UNDERSCORE", "ÉA"]),
            ("PascalCase", ["PriceTick", "A", "HTTPError", "With_Underscore", "Éa"]),
            ("camelCase", ["priceTick", "a", "hTTPError", "with_Underscore", "Éa"]),
            ("snake_case", ["price_tick", "a", "h_t_t_p_error", "with__underscore", "Éa"]),
            ("SCREAMING_SNAKE_CASE", ["PRICE_TICK", "A", "H_T_T_P_ERROR", "WITH__UNDERSCORE", "ÉA"]),
            ("kebab-case", ["price-tick", "a", "h-t-t-p-error", "with--underscore", "Éa"]),
            ("SCREAMING-KEBAB-CASE", ["PRICE-TICK", "A", "H-T-T-P-ERROR", "WITH--UNDERSCORE", "ÉA"]),
            ("dot.case", ["price.tick", "a", "h.t.t.p.error", "with..underscore", "Éa"]),
        ];
        for (rule, expected) in expected {
            let rule = RenameRule::parse(rule).unwrap();
            assert_eq!(names.map(|name| rule.apply(name)), expected);
        }
    }
}
