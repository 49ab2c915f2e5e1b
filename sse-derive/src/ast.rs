//! The type as the macro sees it: an enum of events, or a struct that is one.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Attribute, DataEnum, DataStruct, DeriveInput, Expr, Fields, Generics, Index, LitStr, Member, Meta};

use crate::attr::{
    ContainerAttrs, FieldAttrs, ItemKind, SchemarsAttrs, SerdeContainer, SerdeField, SerdeVariant, VariantAttrs,
    description, is_deprecated, read_enum, read_struct,
};
use crate::ctxt::Ctxt;
use crate::direction::Direction;
use crate::name::{prefixed, received, serde_name, unprefixed};
use crate::receiver::{receiver, without_self};
use crate::ty;

/// A type of events, as one of the derives sees it. A struct is an enum with one variant that has no name.
pub(crate) struct Container<'a> {
    pub(crate) direction: Direction,
    pub(crate) kind: ItemKind,
    pub(crate) ident: Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) serde: SerdeContainer,
    pub(crate) schemars: SchemarsAttrs,
    pub(crate) description: Option<String>,
    /// The lints that are not to fire anywhere in the type.
    pub(crate) allowed: Vec<TokenStream>,
    /// The key by which payloads say which event they are of.
    pub(crate) tag: Option<LitStr>,
    pub(crate) variants: Vec<Variant<'a>>,
}

/// One event.
pub(crate) struct Variant<'a> {
    pub(crate) ident: Ident,
    /// How patterns and values begin: `Self::Tick`; `Self` of a struct.
    pub(crate) path: TokenStream,
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
    /// By what the payload says which event it is of, and the values that say the same when it is received.
    pub(crate) tag: Option<(String, Vec<String>)>,
    /// Never sent, or never received.
    pub(crate) is_skipped: bool,
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
    /// That of the event which the field is.
    Flattened(&'v Field<'a>),
    /// Anything, because the name is not known.
    Other,
    /// `data:`
    Empty,
    /// What the field displays.
    Text(&'v Field<'a>),
    /// The bytes of the field, in base64.
    Bytes(&'v Field<'a>),
    /// The JSON of the only field, of which serde's attributes say nothing.
    Inner(&'v Field<'a>),
    /// The JSON of the variant's content, which is the business of serde's derive.
    Content,
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
            serde: SerdeVariant::of_struct(&input.attrs, direction),
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

/// A variant, or the struct that stands for one, and what is read of it.
struct Source<'a> {
    ident: &'a Ident,
    attrs: &'a [Attribute],
    fields: &'a Fields,
    own: VariantAttrs,
    serde: SerdeVariant,
    schemars: SchemarsAttrs,
}

impl<'a> Variant<'a> {
    fn read(source: Source<'a>, container: &Container<'a>, ctxt: &mut Ctxt) -> Self {
        let Source { ident, attrs: syn_attrs, fields, own: attrs, serde, schemars } = source;
        let direction = container.direction;
        let unprefixed = unprefixed(ident, &attrs, &serde, container);
        let prefix = |name: &str| prefixed(&container.attrs.prefix, name);
        let named = attrs.event.as_ref().or(serde.rename.as_ref());
        let name = match named {
            Some(_) => prefix(&unprefixed),
            None => format!("{}{unprefixed}", container.attrs.prefix),
        };
        let received = match direction {
            Direction::Encode => Vec::new(),
            Direction::Decode => received(ident, &attrs, &serde, container),
        };
        let tag = container.tag.is_some() && !serde.untagged;
        let tag = tag.then(|| {
            let aliases = received.iter().map(|(name, _)| name.clone());
            // A tag of serde's has serde's values.
            let value = if container.attrs.tag.is_none() { serde_name(ident, &serde, container) } else { name.clone() };
            (value, aliases.collect())
        });
        let mut seen = vec![name.clone()];
        let received = received.into_iter().map(|(name, span)| (prefix(&name), span)).filter(|(name, _)| {
            let is_new = !seen.contains(name);
            seen.push(name.clone());
            is_new
        });
        let received = received.collect();
        let style = match fields {
            Fields::Unit => Style::Unit,
            Fields::Unnamed(_) => Style::Tuple,
            Fields::Named(_) => Style::Struct,
        };
        let variant = generated(ident);
        let own_type = container.receiver();
        Self {
            path: if container.is_struct() { quote!(Self) } else { quote!(Self::#variant) },
            ident: variant,
            schemars,
            description: description(syn_attrs),
            deprecated: is_deprecated(syn_attrs),
            style,
            fields: (0..)
                .zip(fields)
                .map(|(index, field)| Field::read(index, field, direction, &own_type, ctxt))
                .collect(),
            received,
            name,
            name_span: named.map_or_else(|| ident.span(), LitStr::span),
            name_is_known: named.is_some() || !container.attrs.rename_all_failed && !container.serde.rename_all_failed,
            tag,
            is_skipped: attrs.skip.is_some() || serde.skip || direction == Direction::Encode && attrs.other.is_some(),
            attrs,
            serde,
        }
    }

    pub(crate) fn is_skipped(&self) -> bool {
        self.is_skipped
    }

    /// The expression of the id, if it is not that of a field.
    pub(crate) fn id_expr(&self) -> Option<&Expr> {
        self.attrs.id.as_ref().map(|(expr, _)| expr)
    }

    pub(crate) fn payload_fields(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| field.is_payload())
    }

    pub(crate) fn payload(&self) -> Payload<'_, 'a> {
        if self.is_skipped() {
            return Payload::Skipped;
        }
        // That there is one field is checked.
        let only = || self.payload_fields().next();
        if self.attrs.flatten.is_some() {
            return only().map_or(Payload::Empty, Payload::Flattened);
        }
        if self.attrs.other.is_some() {
            return Payload::Other;
        }
        if self.attrs.text.is_some() {
            return only().map_or(Payload::Empty, Payload::Text);
        }
        if self.attrs.bytes.is_some() {
            return only().map_or(Payload::Empty, Payload::Bytes);
        }
        if self.serde.with.is_some() || self.tag.is_some() {
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
        let mut schemars = SchemarsAttrs::read(&field.attrs, ctxt);
        if let Some((ty, span)) = &attrs.wire {
            if schemars.overrides() {
                ctxt.error(*span, "`wire` and schemars' attributes both say what the field looks like: remove either");
            }
            schemars.describe_as(ty.clone());
        }
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
            schemars,
        }
    }

    /// What the field is called in `#[sse(id = ..)]`: its name, or `_0` in a tuple.
    pub(crate) fn binding(&self) -> Ident {
        match (&self.syn.ident, &self.member) {
            (Some(name), _) => name.clone(),
            (None, member) => format_ident!("_{}", member),
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
