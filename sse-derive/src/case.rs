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
    pub(crate) const ALL: &'static [(&'static str, Self)] = &[
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

    /// The rule of this name, among these.
    pub(crate) fn parse(name: &str, rules: &[(&str, Self)]) -> Option<Self> {
        rules.iter().find(|(known, _)| *known == name).map(|(_, rule)| *rule)
    }

    /// The rules that serde knows as well: all but the last.
    pub(crate) fn of_serde() -> &'static [(&'static str, Self)] {
        Self::ALL.split_last().map_or(&[], |(_, rules)| rules)
    }

    /// Applies the rule to the name of a field, as serde does.
    pub(crate) fn apply_to_field(self, field: &str) -> String {
        match self {
            Self::Lower | Self::Snake | Self::Dot => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => field.split('_').map(capitalised).collect(),
            // As that of a variant which is called so in `PascalCase`.
            Self::Camel => self.apply(&Self::Pascal.apply_to_field(field)),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
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

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
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
            let rule = RenameRule::parse(rule, RenameRule::ALL).unwrap();
            assert_eq!(names.map(|name| rule.apply(name)), expected);
        }
    }

    #[test]
    fn each_rule_gives_what_serde_gives_of_a_field() {
        let names = ["price_tick", "a", "_x__y", "fooBar_baz"];
        let expected = [
            ("lowercase", ["price_tick", "a", "_x__y", "fooBar_baz"]),
            ("UPPERCASE", ["PRICE_TICK", "A", "_X__Y", "FOOBAR_BAZ"]),
            ("PascalCase", ["PriceTick", "A", "XY", "FooBarBaz"]),
            ("camelCase", ["priceTick", "a", "xY", "fooBarBaz"]),
            ("snake_case", ["price_tick", "a", "_x__y", "fooBar_baz"]),
            ("SCREAMING_SNAKE_CASE", ["PRICE_TICK", "A", "_X__Y", "FOOBAR_BAZ"]),
            ("kebab-case", ["price-tick", "a", "-x--y", "fooBar-baz"]),
            ("SCREAMING-KEBAB-CASE", ["PRICE-TICK", "A", "-X--Y", "FOOBAR-BAZ"]),
        ];
        assert_eq!(
            expected.map(|(name, _)| name).as_slice(),
            RenameRule::of_serde().iter().map(|(name, _)| *name).collect::<Vec<_>>()
        );
        for (rule, expected) in expected {
            let rule = RenameRule::parse(rule, RenameRule::of_serde()).unwrap();
            assert_eq!(names.map(|name| rule.apply_to_field(name)), expected);
        }
    }
}
