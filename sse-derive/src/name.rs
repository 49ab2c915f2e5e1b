//! What an event is called.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;

use crate::ast::Container;
use crate::attr::{SerdeVariant, VariantAttrs};

/// The name without the prefix.
pub(crate) fn unprefixed(
    ident: &Ident,
    attrs: &VariantAttrs,
    serde: &SerdeVariant,
    container: &Container<'_>,
) -> String {
    match (&attrs.event, &serde.rename, container.attrs.rename_all) {
        (Some(name), _, _) => name.value(),
        (None, None, Some(rule)) => rule.apply(&ident.unraw().to_string()),
        _ => serde_name(ident, serde, container),
    }
}

/// What serde calls the variant when it is sent.
pub(crate) fn serde_name(ident: &Ident, serde: &SerdeVariant, container: &Container<'_>) -> String {
    let name = ident.unraw().to_string();
    match (&serde.rename, container.serde.rename_all) {
        (Some(name), _) => name.value(),
        (None, Some(rule)) => rule.apply(&name),
        (None, None) => name,
    }
}

/// The name behind the prefix. The default event has no name to put one before, and an empty `event:` line means it, too.
pub(crate) fn prefixed(prefix: &str, name: &str) -> String {
    if matches!(name, "" | "message") { "message".to_owned() } else { format!("{prefix}{name}") }
}

/// The names but the one that is sent under which an event of this variant may come: those that serde would take for it.
pub(crate) fn received(
    ident: &Ident,
    attrs: &VariantAttrs,
    serde: &SerdeVariant,
    container: &Container<'_>,
) -> Vec<(String, Span)> {
    let mut names: Vec<(String, Span)> = serde.received.iter().map(|name| (name.value(), name.span())).collect();
    // A rule names what nothing else does.
    if attrs.event.is_none()
        && serde.rename.is_none()
        && !serde.is_renamed_received
        && container.attrs.rename_all.is_none()
        && let Some(rule) = container.serde.rename_all_received
    {
        names.push((rule.apply(&ident.unraw().to_string()), ident.span()));
    }
    names
}
