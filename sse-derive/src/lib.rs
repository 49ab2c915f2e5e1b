//! The derive macro of `sse-core`.
use proc_macro::TokenStream;

/// placeholder
#[proc_macro_derive(SseEvent, attributes(sse, serde, schemars))]
pub fn derive_sse_event(_input: TokenStream) -> TokenStream { TokenStream::new() }
