//! The enum as the macro sees it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{Attribute, DataEnum, DeriveInput, Fields, Generics, Index, Member, Meta};

use crate::attr::{
    ContainerAttrs, FieldAttrs, SchemarsAttrs, SerdeContainer, SerdeField, SerdeVariant, VariantAttrs, description,
    is_deprecated,
};
use crate::ctxt::Ctxt;
use crate::direction::Direction;
use crate::receiver::{receiver, without_self};
use crate::ty;

/// An enum of events, as one of the derives sees it.
pub(crate) struct Container<'a> {
    pub(crate) direction: Direction,
    pub(crate) ident: Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) serde: SerdeContainer,
    pub(crate) schemars: SchemarsAttrs,
    pub(crate) description: Option<String>,
    /// The lints that are not to fire anywhere in the enum.
    pub(crate) allowed: Vec<TokenStream>,
    pub(crate) variants: Vec<Variant<'a>>,
}

/// One event.
pub(crate) struct Variant<'a> {
    pub(crate) ident: Ident,
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
    /// Whether this is the name, as far as is known: a rule that makes it of the variant's may be in error.
    pub(crate) name_is_known: bool,
    /// What else it may be called when it is received.
    pub(crate) received: Vec<(String, Span)>,
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
    /// None in a tuple.
    pub(crate) name: Option<Ident>,
    pub(crate) member: Member,
    /// The type, without `Self`: it also stands in types other than the enum.
    pub(crate) ty: TokenStream,
    pub(crate) attrs: FieldAttrs,
    pub(crate) serde: SerdeField,
    pub(crate) schemars: SchemarsAttrs,
}

/// How the payload of a variant is written, or read.
pub(crate) enum Payload<'v, 'a> {
    /// Never sent, or never received.
    Skipped,
    /// `data:`
    Empty,
    /// What the field displays.
    Text(&'v Field<'a>),
    /// The JSON of the only field, of which serde's attributes say nothing.
    Inner(&'v Field<'a>),
    /// The JSON of the variant's content, which is the business of serde's derive.
    Content,
}

impl<'a> Container<'a> {
    pub(crate) fn read(input: &'a DeriveInput, data: &'a DataEnum, direction: Direction, ctxt: &mut Ctxt) -> Self {
        let attrs = ContainerAttrs::read(&input.attrs, ctxt);
        let serde = SerdeContainer::read(&input.attrs, direction, ctxt);
        let receiver = receiver(&generated(&input.ident), &input.generics);
        let variants = data
            .variants
            .iter()
            .map(|variant| Variant::read(variant, direction, (&attrs, &serde), &receiver, ctxt))
            .collect();
        Self {
            direction,
            ident: generated(&input.ident),
            generics: &input.generics,
            schemars: SchemarsAttrs::read(&input.attrs, ctxt),
            description: description(&input.attrs),
            allowed: allowed(input, data),
            attrs,
            serde,
            variants,
        }
    }

    /// The name of the stream.
    pub(crate) fn stream_name(&self) -> String {
        self.attrs.name.as_ref().map_or_else(|| self.ident.unraw().to_string(), syn::LitStr::value)
    }

    /// The enum's type: `Feed::<'a, T>`.
    pub(crate) fn receiver(&self) -> TokenStream {
        receiver(&self.ident, self.generics)
    }
}

impl<'a> Variant<'a> {
    fn read(
        variant: &'a syn::Variant,
        direction: Direction,
        (container, container_serde): (&ContainerAttrs, &SerdeContainer),
        receiver: &TokenStream,
        ctxt: &mut Ctxt,
    ) -> Self {
        let attrs = VariantAttrs::read(&variant.attrs, ctxt);
        let serde = SerdeVariant::read(&variant.attrs, direction, ctxt);
        let (mut name, name_span, name_is_known) = if let Some(name) = attrs.event.as_ref().or(serde.rename.as_ref()) {
            (name.value(), name.span(), true)
        } else {
            let name = variant.ident.unraw().to_string();
            let rule = container.rename_all.or(container_serde.rename_all);
            let is_known = !container.rename_all_failed && !container_serde.rename_all_failed;
            (rule.map_or_else(|| name.clone(), |rule| rule.apply(&name)), variant.ident.span(), is_known)
        };
        name = on_the_wire(name);
        let style = match &variant.fields {
            Fields::Unit => Style::Unit,
            Fields::Unnamed(_) => Style::Tuple,
            Fields::Named(_) => Style::Struct,
        };
        Self {
            ident: generated(&variant.ident),
            schemars: SchemarsAttrs::read(&variant.attrs, ctxt),
            description: description(&variant.attrs),
            deprecated: is_deprecated(&variant.attrs),
            style,
            fields: (0..)
                .zip(&variant.fields)
                .map(|(index, field)| Field::read(index, field, direction, receiver, ctxt))
                .collect(),
            received: match direction {
                Direction::Encode => Vec::new(),
                Direction::Decode => received(variant, &attrs, &serde, (container, container_serde), &name),
            },
            name,
            name_span,
            name_is_known,
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

impl<'a> Field<'a> {
    fn read(index: u32, field: &'a syn::Field, direction: Direction, receiver: &TokenStream, ctxt: &mut Ctxt) -> Self {
        let attrs = FieldAttrs::read(&field.attrs, ctxt);
        let mut serde = SerdeField::read(&field.attrs, direction, ctxt);
        // An id that is left out in one direction alone is not missed in the other.
        serde.skip |= direction == Direction::Decode && attrs.id.is_some() && serde.one_way.is_some();
        Self {
            syn: field,
            name: field.ident.as_ref().map(generated),
            member: field.ident.as_ref().map_or_else(
                || Member::Unnamed(Index { index, span: Span::call_site() }),
                |name| Member::Named(generated(name)),
            ),
            ty: without_self(field.ty.to_token_stream(), receiver),
            attrs,
            serde,
            schemars: SchemarsAttrs::read(&field.attrs, ctxt),
        }
    }

    pub(crate) fn is_payload(&self) -> bool {
        !self.serde.skip && self.attrs.retry.is_none()
    }

    /// Whether there is a reference in the type, but for the types that only mark.
    pub(crate) fn holds_reference(&self) -> bool {
        ty::holds_reference(self.ty.clone())
    }
}

/// An empty `event:` line means the default event as well.
fn on_the_wire(name: String) -> String {
    if name.is_empty() { "message".to_owned() } else { name }
}

/// The names but `name` under which an event of this variant may come: those that serde would take for it.
fn received(
    variant: &syn::Variant,
    attrs: &VariantAttrs,
    serde: &SerdeVariant,
    (container, container_serde): (&ContainerAttrs, &SerdeContainer),
    name: &str,
) -> Vec<(String, Span)> {
    let mut names: Vec<(String, Span)> =
        serde.received.iter().map(|name| (on_the_wire(name.value()), name.span())).collect();
    // A rule names what nothing else does.
    if attrs.event.is_none()
        && serde.rename.is_none()
        && !serde.is_renamed_received
        && container.rename_all.is_none()
        && let Some(rule) = container_serde.rename_all_received
    {
        names.push((rule.apply(&variant.ident.unraw().to_string()), variant.ident.span()));
    }
    let mut seen = vec![name.to_owned()];
    names.retain(|(name, _)| {
        let is_new = !seen.contains(name);
        seen.push(name.clone());
        is_new
    });
    names
}

/// The name as one of the macro's, where it stands. What of it is deprecated or against the conventions was reported where
/// the user wrote it; to allow that again would be an error where it is forbidden.
fn generated(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(Span::call_site()));
    name
}

fn allowed(input: &DeriveInput, data: &DataEnum) -> Vec<TokenStream> {
    let of_variants = data.variants.iter().flat_map(|variant| {
        let of_fields = variant.fields.iter().flat_map(|field| &field.attrs);
        variant.attrs.iter().chain(of_fields)
    });
    let attrs = input.attrs.iter().chain(of_variants);
    attrs.filter_map(allowed_by).collect()
}

fn allowed_by(attr: &Attribute) -> Option<TokenStream> {
    match &attr.meta {
        // What is expected in one place need not be in the copy.
        Meta::List(list) if list.path.is_ident("allow") || list.path.is_ident("expect") => Some(list.tokens.clone()),
        _ => None,
    }
}
