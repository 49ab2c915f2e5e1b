//! What is allowed and probably a mistake.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::ast::{Container, Variant};

/// More bytes of a name than this are taken for a mistake.
const LONG: usize = 64;

/// A word on the name of an event that clients may miss.
pub(super) fn name(variant: &Variant<'_>) -> Option<TokenStream> {
    let name = &variant.name;
    let note = if !name.is_ascii() {
        format!(
            "event name `{name}` is not ASCII: clients compare names byte by byte, and may write the letters otherwise"
        )
    } else if name.len() > LONG {
        format!("event name `{name}` has {} bytes, which every such event is longer by", name.len())
    } else {
        return None;
    };
    Some(warning("EVENT_NAME", variant.name_span, &note))
}

/// A word on payloads to which no field can be added.
pub(super) fn strict(container: &Container<'_>) -> Option<TokenStream> {
    let span = container.serde.deny_unknown_fields?;
    let note = "a field that is added to a payload later will be an error to every client of today: leave \
                `deny_unknown_fields` out, or `#[allow(deprecated)]` if there will never be one";
    let Container { allowed, .. } = container;
    let warning = warning("DENY_UNKNOWN_FIELDS", span, note);
    Some(quote!(#[doc(hidden)] #(#[allow(#allowed)])* const _: () = { #warning };))
}

/// A stable macro cannot warn; the use of something deprecated does, where the span is.
fn warning(name: &str, span: Span, note: &str) -> TokenStream {
    let name = Ident::new(name, span);
    quote! {
        const _: () = {
            #[deprecated(note = #note)]
            const #name: () = ();
            #name
        };
    }
}
