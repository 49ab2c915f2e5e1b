//! What an event is called.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;

use crate::attr::{ContainerAttrs, SerdeContainer, SerdeVariant, VariantAttrs};

/// All that says what an event is called.
pub(crate) struct Naming<'n> {
    pub(crate) ident: &'n Ident,
    pub(crate) attrs: &'n VariantAttrs,
    pub(crate) serde: &'n SerdeVariant,
    /// The rules of its type.
    pub(crate) rules: &'n ContainerAttrs,
    pub(crate) serde_rules: &'n SerdeContainer,
}

impl Naming<'_> {
    /// The name without the prefix.
    pub(crate) fn unprefixed(&self) -> String {
        match (&self.attrs.event, &self.serde.rename, self.rules.rename_all) {
            (Some(name), _, _) => name.value(),
            (None, None, Some(rule)) => rule.apply(&self.ident.unraw().to_string()),
            _ => self.serdes(),
        }
    }

    /// What serde calls the variant when it is sent.
    pub(crate) fn serdes(&self) -> String {
        let name = self.ident.unraw().to_string();
        match (&self.serde.rename, self.serde_rules.rename_all) {
            (Some(name), _) => name.value(),
            (None, Some(rule)) => rule.apply(&name),
            (None, None) => name,
        }
    }

    /// The names but the one that is sent under which an event of this variant may come: those that serde would take for
    /// it.
    pub(crate) fn received(&self) -> Vec<(String, Span)> {
        let mut names: Vec<(String, Span)> =
            self.serde.received.iter().map(|name| (name.value(), name.span())).collect();
        // A rule names what nothing else does.
        if self.attrs.event.is_none()
            && self.serde.rename.is_none()
            && !self.serde.is_renamed_received
            && self.rules.rename_all.is_none()
            && let Some(rule) = self.serde_rules.rename_all_received
        {
            names.push((rule.apply(&self.ident.unraw().to_string()), self.ident.span()));
        }
        names
    }
}

/// The name behind the prefix. The default event has no name to put one before, and an empty `event:` line means it, too.
pub(crate) fn prefixed(prefix: &str, name: &str) -> String {
    if matches!(name, "" | "message") { "message".to_owned() } else { format!("{prefix}{name}") }
}
