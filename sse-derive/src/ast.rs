//! The enum as the macro sees it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::{DataEnum, DeriveInput, Fields, Generics, Index, Member};

use crate::attr::{
    ContainerAttrs, FieldAttrs, SchemarsAttrs, SerdeContainer, SerdeField, SerdeVariant, VariantAttrs, description,
    is_deprecated,
};
use crate::ctxt::Ctxt;

/// An enum of events.
pub(crate) struct Container<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) serde: SerdeContainer,
    pub(crate) schemars: SchemarsAttrs,
    pub(crate) description: Option<String>,
    pub(crate) variants: Vec<Variant<'a>>,
}

/// One event.
pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) attrs: VariantAttrs,
    pub(crate) serde: SerdeVariant,
    pub(crate) schemars: SchemarsAttrs,
    pub(crate) description: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) style: Style,
    pub(crate) fields: Vec<Field<'a>>,
    /// The name on the wire; `message` for the default event.
    pub(crate) name: String,
    /// Where the name comes from.
    pub(crate) name_span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Unit,
    Tuple,
    Struct,
}

/// A field of a variant.
pub(crate) struct Field<'a> {
    pub(crate) syn: &'a syn::Field,
    pub(crate) member: Member,
    /// The type, without `Self`: it also stands in types other than the enum.
    pub(crate) ty: TokenStream,
    pub(crate) attrs: FieldAttrs,
    pub(crate) serde: SerdeField,
    pub(crate) schemars: SchemarsAttrs,
}

/// How the payload of a variant is written.
pub(crate) enum Payload<'v, 'a> {
    /// Never sent.
    Skipped,
    /// `data:`
    Empty,
    /// What the field displays.
    Text(&'v Field<'a>),
    /// The JSON of the only field, of which serde's attributes say nothing.
    Inner(&'v Field<'a>),
    /// The JSON that serde's derive makes of the variant's content.
    Content,
}

impl<'a> Container<'a> {
    pub(crate) fn read(input: &'a DeriveInput, data: &'a DataEnum, ctxt: &mut Ctxt) -> Self {
        let attrs = ContainerAttrs::read(&input.attrs, ctxt);
        let serde = SerdeContainer::read(&input.attrs, ctxt);
        let receiver = receiver(&input.ident, &input.generics);
        let variants =
            data.variants.iter().map(|variant| Variant::read(variant, &attrs, &serde, &receiver, ctxt)).collect();
        Self {
            ident: &input.ident,
            generics: &input.generics,
            schemars: SchemarsAttrs::read(&input.attrs, ctxt),
            description: description(&input.attrs),
            attrs,
            serde,
            variants,
        }
    }

    /// The name of the stream.
    pub(crate) fn stream_name(&self) -> String {
        self.attrs.name.as_ref().map_or_else(|| self.ident.unraw().to_string(), syn::LitStr::value)
    }

    /// The enum's type: `Feed<'a, T>`.
    pub(crate) fn receiver(&self) -> TokenStream {
        receiver(self.ident, self.generics)
    }
}

impl<'a> Variant<'a> {
    fn read(
        variant: &'a syn::Variant,
        container: &ContainerAttrs,
        container_serde: &SerdeContainer,
        receiver: &TokenStream,
        ctxt: &mut Ctxt,
    ) -> Self {
        let attrs = VariantAttrs::read(&variant.attrs, ctxt);
        let serde = SerdeVariant::read(&variant.attrs, ctxt);
        let (name, name_span) = if let Some(name) = attrs.event.as_ref().or(serde.rename.as_ref()) {
            (name.value(), name.span())
        } else {
            let name = variant.ident.unraw().to_string();
            let rule = container.rename_all.or(container_serde.rename_all);
            (rule.map_or_else(|| name.clone(), |rule| rule.apply(&name)), variant.ident.span())
        };
        let style = match &variant.fields {
            Fields::Unit => Style::Unit,
            Fields::Unnamed(_) => Style::Tuple,
            Fields::Named(_) => Style::Struct,
        };
        Self {
            ident: &variant.ident,
            schemars: SchemarsAttrs::read(&variant.attrs, ctxt),
            description: description(&variant.attrs),
            deprecated: is_deprecated(&variant.attrs),
            style,
            fields: (0..)
                .zip(&variant.fields)
                .map(|(index, field)| Field {
                    syn: field,
                    member: field
                        .ident
                        .clone()
                        .map_or_else(|| Member::Unnamed(Index { index, span: Span::call_site() }), Member::Named),
                    ty: without_self(field.ty.to_token_stream(), receiver),
                    attrs: FieldAttrs::read(&field.attrs, ctxt),
                    serde: SerdeField::read(&field.attrs, ctxt),
                    schemars: SchemarsAttrs::read(&field.attrs, ctxt),
                })
                .collect(),
            // An empty `event:` line means the default event as well.
            name: if name.is_empty() { "message".to_owned() } else { name },
            name_span,
            attrs,
            serde,
        }
    }

    pub(crate) fn is_skipped(&self) -> bool {
        self.attrs.skip.is_some() || self.serde.skip
    }

    pub(crate) fn payload_fields(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| field.is_payload())
    }

    pub(crate) fn payload(&self) -> Payload<'_, 'a> {
        if self.is_skipped() {
            return Payload::Skipped;
        }
        if self.attrs.text.is_some() {
            // That there is one is checked.
            return self.payload_fields().next().map_or(Payload::Empty, Payload::Text);
        }
        if self.serde.with.is_some() {
            return Payload::Content;
        }
        match (self.style, self.fields.as_slice()) {
            (Style::Unit, _) => Payload::Empty,
            // serde takes a newtype variant whose field is skipped for a unit variant.
            (Style::Tuple, [only]) if !only.is_payload() => Payload::Empty,
            (Style::Tuple, [only]) if only.serde.plain => Payload::Inner(only),
            _ => Payload::Content,
        }
    }

    pub(crate) fn id(&self) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.attrs.id.is_some())
    }

    pub(crate) fn retry(&self) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.attrs.retry.is_some())
    }
}

impl Field<'_> {
    pub(crate) fn is_payload(&self) -> bool {
        !self.serde.skip && self.attrs.retry.is_none()
    }
}

fn receiver(ident: &Ident, generics: &Generics) -> TokenStream {
    let (_, arguments, _) = generics.split_for_impl();
    quote!(#ident #arguments)
}

/// Names the enum where the tokens say `Self`, at any depth.
pub(crate) fn without_self(tokens: TokenStream, receiver: &TokenStream) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let is_prefix = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
                out.extend(if is_prefix { quote!(<#receiver>) } else { receiver.clone() });
            }
            TokenTree::Group(group) => {
                let mut replaced = proc_macro2::Group::new(group.delimiter(), without_self(group.stream(), receiver));
                replaced.set_span(group.span());
                out.extend([TokenTree::Group(replaced)]);
            }
            token => out.extend([token]),
        }
    }
    out
}
