//! A variant: one event, and what its payload is.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, Fields, LitStr, parse_quote};

use super::{Container, Field, generated};
use crate::attr::{SchemarsAttrs, SerdeVariant, VariantAttrs, description, is_deprecated};
use crate::ctxt::Ctxt;
use crate::direction::Direction;
use crate::name::{Naming, prefixed};

/// One event.
pub(crate) struct Variant<'a> {
    pub(crate) ident: Ident,
    /// How patterns and values begin: `Self::Tick`; `Self` of a struct.
    pub(crate) path: TokenStream,
    pub(crate) attrs: VariantAttrs,
    pub(crate) serde: SerdeVariant,
    pub(crate) schemars: SchemarsAttrs,
    pub(crate) description: Option<TokenStream>,
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

/// A variant, or the struct that stands for one, and what is read of it.
pub(super) struct Source<'a> {
    pub(super) ident: &'a Ident,
    pub(super) attrs: &'a [Attribute],
    pub(super) fields: &'a Fields,
    pub(super) own: VariantAttrs,
    pub(super) serde: SerdeVariant,
    pub(super) schemars: SchemarsAttrs,
}

impl<'a> Variant<'a> {
    pub(super) fn read(source: Source<'a>, container: &Container<'a>, ctxt: &mut Ctxt) -> Self {
        let Source { ident, attrs: syn_attrs, fields, own: attrs, serde, schemars } = source;
        let direction = container.direction;
        let naming =
            Naming { ident, attrs: &attrs, serde: &serde, rules: &container.attrs, serde_rules: &container.serde };
        let unprefixed = naming.unprefixed();
        let prefix = |name: &str| prefixed(&container.attrs.prefix, name);
        let named = attrs.event.as_ref().or(serde.rename.as_ref());
        let name = match named {
            Some(_) => prefix(&unprefixed),
            None => format!("{}{unprefixed}", container.attrs.prefix),
        };
        let received = match direction {
            Direction::Encode => Vec::new(),
            Direction::Decode => naming.received(),
        };
        let tag = container.tag.is_some() && !serde.untagged;
        let tag = tag.then(|| {
            let aliases = received.iter().map(|(name, _)| name);
            // A tag of serde's has serde's values.
            match container.attrs.tag {
                None => (naming.serdes(), aliases.cloned().collect()),
                Some(_) => (name.clone(), aliases.map(|name| prefix(name)).collect()),
            }
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
        let fields: Vec<_> =
            (0..).zip(fields).map(|(index, field)| Field::read(index, field, direction, &own_type, ctxt)).collect();
        let said = said(syn_attrs, &attrs, style, &fields);
        Self {
            path: if container.is_struct() { quote!(Self) } else { quote!(Self::#variant) },
            ident: variant,
            schemars,
            description: description(&said),
            deprecated: container.deprecated || is_deprecated(&said),
            style,
            fields,
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

/// What is said of the event: of the variant, and of the field that is all of its payload.
fn said(of_variant: &[Attribute], attrs: &VariantAttrs, style: Style, fields: &[Field<'_>]) -> Vec<Attribute> {
    let is_verbatim = attrs.text.or(attrs.bytes).is_some();
    let is_payload =
        |field: &&Field<'_>| field.is_payload() && (is_verbatim || style == Style::Tuple && fields.len() == 1);
    let mut said = of_variant.to_vec();
    for field in fields.iter().filter(is_payload) {
        said.push(parse_quote!(#[doc = ""]));
        said.extend(field.syn.attrs.iter().cloned());
    }
    said
}
