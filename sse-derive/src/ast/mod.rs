//! The type as the macro sees it: an enum of events, or a struct that is one.

mod field;
mod variant;

pub(crate) use self::field::Field;
pub(crate) use self::variant::{Payload, Style, Variant};

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::{Attribute, DataEnum, DataStruct, DeriveInput, Fields, Generics, LitStr, Meta};

use self::variant::Source;
use crate::attr::{
    ContainerAttrs, ItemKind, SchemarsAttrs, SerdeContainer, SerdeVariant, VariantAttrs, description, is_deprecated,
    read_enum, read_struct,
};
use crate::ctxt::Ctxt;
use crate::direction::Direction;
use crate::receiver::receiver;

/// A type of events, as one of the derives sees it. A struct is an enum with one variant that has no name.
pub(crate) struct Container<'a> {
    pub(crate) direction: Direction,
    pub(crate) kind: ItemKind,
    pub(crate) ident: Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) serde: SerdeContainer,
    pub(crate) schemars: SchemarsAttrs,
    pub(crate) description: Option<TokenStream>,
    pub(crate) deprecated: bool,
    /// The lints that are not to fire anywhere in the type.
    pub(crate) allowed: Vec<TokenStream>,
    /// The key by which payloads say which event they are of.
    pub(crate) tag: Option<LitStr>,
    pub(crate) variants: Vec<Variant<'a>>,
}

impl<'a> Container<'a> {
    pub(crate) fn of_enum(input: &'a DeriveInput, data: &'a DataEnum, direction: Direction, ctxt: &mut Ctxt) -> Self {
        let attrs = read_enum(&input.attrs, ctxt);
        let serde = SerdeContainer::read(&input.attrs, ItemKind::Enum, direction, ctxt);
        let mut container = Self::new(input, ItemKind::Enum, direction, (attrs, serde), ctxt);
        for variant in &data.variants {
            let source = Source {
                ident: &variant.ident,
                attrs: &variant.attrs,
                fields: &variant.fields,
                own: VariantAttrs::read(&variant.attrs, ctxt),
                serde: SerdeVariant::read(&variant.attrs, direction, ctxt),
                schemars: SchemarsAttrs::read(&variant.attrs, ctxt),
            };
            container.variants.push(Variant::read(source, &container, ctxt));
            container.allowed.extend(allowed(&variant.attrs, &variant.fields));
        }
        container
    }

    pub(crate) fn of_struct(
        input: &'a DeriveInput,
        data: &'a DataStruct,
        direction: Direction,
        ctxt: &mut Ctxt,
    ) -> Self {
        let (attrs, own) = read_struct(&input.attrs, ctxt);
        let serde = SerdeContainer::read(&input.attrs, ItemKind::Struct, direction, ctxt);
        let mut container = Self::new(input, ItemKind::Struct, direction, (attrs, serde), ctxt);
        let source = Source {
            ident: &input.ident,
            attrs: &input.attrs,
            fields: &data.fields,
            own,
            serde: SerdeVariant::of_struct(&input.attrs, direction, ctxt),
            // What is wrong with them is said already.
            schemars: SchemarsAttrs::read(&input.attrs, &mut Ctxt::default()),
        };
        container.variants.push(Variant::read(source, &container, ctxt));
        container.allowed.extend(allowed(&[], &data.fields));
        container
    }

    fn new(
        input: &'a DeriveInput,
        kind: ItemKind,
        direction: Direction,
        (attrs, serde): (ContainerAttrs, SerdeContainer),
        ctxt: &mut Ctxt,
    ) -> Self {
        Self {
            direction,
            kind,
            ident: generated(&input.ident),
            generics: &input.generics,
            schemars: SchemarsAttrs::read(&input.attrs, ctxt),
            description: description(&input.attrs),
            deprecated: is_deprecated(&input.attrs),
            allowed: input.attrs.iter().filter_map(allowed_by).collect(),
            tag: tag(&attrs, &serde, ctxt),
            attrs,
            serde,
            variants: Vec::new(),
        }
    }

    pub(crate) fn is_struct(&self) -> bool {
        self.kind == ItemKind::Struct
    }

    /// What errors call the type.
    pub(crate) fn noun(&self) -> &'static str {
        if self.is_struct() { "struct" } else { "enum" }
    }

    /// The parameters whose names are part of the stream's: `T` of `PageOf{T}`.
    pub(crate) fn naming_params(&self) -> Vec<&'a Ident> {
        let name = self.stream_name();
        let params = self.generics.type_params().map(|param| &param.ident);
        params.filter(|param| name.contains(&format!("{{{param}}}"))).collect()
    }

    /// The name of the stream.
    pub(crate) fn stream_name(&self) -> String {
        self.attrs.name.as_ref().map_or_else(|| self.ident.unraw().to_string(), LitStr::value)
    }

    /// The enum's type: `Feed::<'a, T>`.
    pub(crate) fn receiver(&self) -> TokenStream {
        receiver(&self.ident, self.generics)
    }
}

/// The key by which payloads say which event they are of; none if they do not.
fn tag(attrs: &ContainerAttrs, serde: &SerdeContainer, ctxt: &mut Ctxt) -> Option<LitStr> {
    let (tagged, span) =
        attrs.tagged.unwrap_or_else(|| (attrs.tag.is_some() || serde.tag.is_some(), Span::call_site()));
    match (&attrs.tag, tagged) {
        (Some(tag), false) => {
            ctxt.error(tag.span(), "`tag` has no effect: `data = \"content\"` keeps the tag out of the payload");
            None
        }
        (_, false) => None,
        (tag, true) => {
            let tag = tag.as_ref().or(serde.any_tag.as_ref());
            if tag.is_none() {
                ctxt.error(span, "`data = \"tagged\"` needs the name of the tag: `#[sse(tag = \"type\")]`");
            }
            tag.cloned()
        }
    }
}

/// The name as one of the macro's, where it stands. What of it is deprecated or against the conventions was reported where
/// the user wrote it; to allow that again would be an error where it is forbidden.
fn generated(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(name.span().resolved_at(Span::call_site()));
    name
}

fn allowed(attrs: &[Attribute], fields: &Fields) -> Vec<TokenStream> {
    attrs.iter().chain(fields.iter().flat_map(|field| &field.attrs)).filter_map(allowed_by).collect()
}

fn allowed_by(attr: &Attribute) -> Option<TokenStream> {
    match &attr.meta {
        // What is expected in one place need not be in the copy.
        Meta::List(list) if list.path.is_ident("allow") || list.path.is_ident("expect") => Some(list.tokens.clone()),
        _ => None,
    }
}
