//! The rules of `rename_all`, ours and serde's.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::LitStr;

use super::nearest;
use crate::case::RenameRule;
use crate::ctxt::Ctxt;

/// The rule of this name, among these.
pub(super) fn rename_rule(
    name: &LitStr,
    rules: &'static [(&'static str, RenameRule)],
    ctxt: &mut Ctxt,
) -> Option<RenameRule> {
    let rule = RenameRule::parse(&name.value(), rules);
    if rule.is_none() {
        let names = || rules.iter().map(|(name, _)| *name);
        let hint = nearest(&name.value(), names()).map_or_else(
            || format!("; the rules are {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
            |nearest| format!(", did you mean `{nearest}`?"),
        );
        ctxt.error(name.span(), format!("unknown rename rule `{}`{hint}", name.value()));
    }
    rule
}

/// A rule for the names of fields, which serde is told.
pub(crate) struct FieldRule {
    name: LitStr,
    rule: RenameRule,
}

impl FieldRule {
    pub(super) fn read(name: Option<LitStr>, ctxt: &mut Ctxt) -> Option<Self> {
        let name = name?;
        let rule = rename_rule(&name, RenameRule::of_serde(), ctxt)?;
        Some(Self { name, rule })
    }

    pub(crate) fn apply(&self, field: &str) -> String {
        self.rule.apply_to_field(field)
    }
}

impl ToTokens for FieldRule {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.name.to_tokens(tokens);
    }
}
