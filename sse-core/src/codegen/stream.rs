//! The module of one stream.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::alias::unrolled;
use super::diagnostic::Diagnostic;
use super::error::CodegenError;
use super::header::header;
use super::ident::{json_literal, key, member, pascal_case, property, string, template, type_name};
use super::integers;
use super::jsdoc::{JsDoc, ROUNDED, may_be_rounded};
use super::link::Form;
use super::options::{Int64, Options, Runtime};
use super::runtime;
use super::types::Printer;
use crate::schema::reference::reachable;
use crate::schema::{EventSchema, Manifest, PayloadSchema};

/// The parts of a module, from which its three forms are put together.
#[derive(Debug)]
pub(super) struct Module<'a> {
    options: &'a Options,
    header: String,
    /// `Feed`
    name: String,
    /// The types of the payloads, the map of events, and the union.
    types: String,
    /// The object that tells the runtime how payloads are written.
    codec: String,
    codec_doc: String,
    path: String,
    /// The parameters in the path.
    params: Vec<String>,
    /// The constants behind the codec, without the word that exports them.
    schemas: Option<Schemas>,
    reads_bigints: bool,
    diagnostics: Vec<Diagnostic>,
}

/// The schemas of the payloads: what they share, and a constant.
#[derive(Debug)]
struct Schemas {
    doc: String,
    /// Its type.
    kind: String,
    definitions: String,
    value: String,
}

impl<'a> Module<'a> {
    pub(super) fn new(manifest: &Manifest, path: &str, options: &'a Options) -> Result<Self, CodegenError> {
        let name = pascal_case(manifest.name());
        let params = params(path).ok_or_else(|| CodegenError::path(path))?;
        let names = type_names(manifest, &name, options)?;
        let mut printer = Printer::new(&name, &names, options);
        let mut types = String::new();
        for (key, name) in &names {
            if let Some(definition) = manifest.definitions().get(key) {
                let unrolled = unrolled(key, manifest.definitions());
                types += &printer.definition(key, name, unrolled.as_ref().unwrap_or(definition));
                types.push('\n');
            }
        }
        types += &events(manifest, &name, &mut printer);
        types += &format!(
            "\n/** Any event of the stream, told apart by `event`. */\nexport type {name} = {sse}EventOf<{name}Events>;\n",
            sse = options.namespace(),
        );
        let places = (options.types.int64 == Int64::BigInt).then(|| integers::places(manifest)).flatten();
        Ok(Self {
            options,
            header: header("schema", &manifest.event_view().to_string()),
            types,
            codec: codec(manifest, &name, places.as_ref(), options.namespace()),
            schemas: options.schemas.then(|| schemas(manifest, &name, options.namespace())),
            reads_bigints: places.is_some(),
            codec_doc: format!("/** How the events of `{name}` are written. */\n"),
            path: path.to_owned(),
            params,
            diagnostics: printer.finish()?,
            name,
        })
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The text of the file.
    pub(super) fn print(&self, form: Form) -> String {
        let imports = match (&self.options.runtime, form) {
            (Runtime::Inline, _) => runtime::inlined(form, self.options),
            (_, Form::Declarations) => "import type * as sse from \"./runtime.js\";\n\n".to_owned(),
            _ if self.reads_bigints => {
                "import * as sse from \"./runtime.js\";\nimport { bigIntParser } from \"./runtime-bigint.js\";\n\n"
                    .to_owned()
            }
            _ => "import * as sse from \"./runtime.js\";\n\n".to_owned(),
        };
        let text = match form {
            Form::TypeScript => self.typescript(),
            Form::JavaScript => self.javascript(),
            Form::Declarations => self.declarations(),
        };
        format!("{}{}", self.header, form.link(&(imports + &text), self.options))
    }

    fn typescript(&self) -> String {
        let Self { name, types, codec, codec_doc, .. } = self;
        let mut out = format!("{types}\n");
        out += &format!(
            "{codec_doc}export const {name}Codec: {}Codec<{name}Events> = {codec};\n",
            self.options.namespace()
        );
        if let Some(Schemas { doc, kind, definitions, value }) = &self.schemas {
            out += &format!("\n{definitions}{doc}export const {name}Schemas: {kind} = {value};\n");
        }
        for function in self.functions() {
            let Function { doc, name, result, typed, body, .. } = function;
            out += &format!("\n{doc}export function {name}({typed}): {result} {{\n  return {body};\n}}\n");
        }
        out
    }

    fn javascript(&self) -> String {
        let Self { name, codec, codec_doc, .. } = self;
        let mut out = format!("{codec_doc}export const {name}Codec = {codec};\n");
        if let Some(Schemas { doc, definitions, value, .. }) = &self.schemas {
            out += &format!("\n{definitions}{doc}export const {name}Schemas = {value};\n");
        }
        for Function { doc, name, untyped, body, .. } in self.functions() {
            out += &format!("\n{doc}export function {name}({untyped}) {{\n  return {body};\n}}\n");
        }
        out
    }

    fn declarations(&self) -> String {
        let Self { name, types, codec_doc, .. } = self;
        let mut out = format!("{types}\n");
        out +=
            &format!("{codec_doc}export declare const {name}Codec: {}Codec<{name}Events>;\n", self.options.namespace());
        if let Some(Schemas { doc, kind, .. }) = &self.schemas {
            out += &format!("\n{doc}export declare const {name}Schemas: {kind};\n");
        }
        for Function { doc, name, result, declared, .. } in self.functions() {
            out += &format!("\n{doc}export declare function {name}({declared}): {result};\n");
        }
        out
    }

    /// `openFeed` and `streamFeed`.
    fn functions(&self) -> [Function; 2] {
        let Self { name, path, params, .. } = self;
        let sse = self.options.namespace();
        let fields: Vec<_> = params.iter().map(|param| format!("{}: string | number", property(param))).collect();
        let (first, bare) = if fields.is_empty() {
            (String::new(), "")
        } else {
            (format!("params: {{ {} }}, ", fields.join("; ")), "params, ")
        };
        let url = url(path, sse);
        let function = |verb: &str, how: &str, options: &str, result: String, call: &str| Function {
            // A `*/` in a path would end the comment.
            doc: format!("/** {how} `{}`. */\n", path.replace("*/", "*\\/")),
            name: format!("{verb}{name}"),
            result,
            typed: format!("{first}options: {sse}UrlOptions & {sse}{options} = {{}}"),
            declared: format!("{first}options?: {sse}UrlOptions & {sse}{options}"),
            untyped: format!("{bare}options = {{}}"),
            body: format!("{call}({name}Codec, {sse}streamUrl({url}, options), options)"),
        };
        [
            function(
                "open",
                "Opens an `EventSource` at",
                "OpenOptions",
                format!("{sse}TypedEventSource<{name}Events>"),
                &format!("new {sse}TypedEventSource"),
            ),
            function(
                "stream",
                "Iterates, over `fetch`, over the events of",
                "StreamOptions",
                format!("AsyncGenerator<{name}, void, undefined>"),
                &format!("{sse}stream"),
            ),
        ]
    }
}

/// The expression that puts the parameters into a path, encoded.
fn url(path: &str, sse: &str) -> String {
    let mut rest = path;
    let mut out = String::new();
    while let Some((before, tail)) = rest.split_once('{') {
        let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
        out += &template(before);
        out += &match name.strip_prefix('*') {
            Some(name) => format!("${{{sse}pathRest({})}}", member("params", name)),
            None => format!("${{{sse}pathSegment({})}}", member("params", name)),
        };
        rest = tail;
    }
    if out.is_empty() { string(path) } else { format!("`{out}{}`", template(rest)) }
}

/// A function in its three forms.
struct Function {
    doc: String,
    name: String,
    result: String,
    typed: String,
    declared: String,
    untyped: String,
    body: String,
}

const INLINED: &str = "a name in the inlined runtime";

/// The TypeScript name of each definition that is used.
fn type_names(manifest: &Manifest, stream: &str, options: &Options) -> Result<BTreeMap<String, String>, CodegenError> {
    let mut used = BTreeSet::new();
    for event in manifest.events() {
        if let PayloadSchema::Json(schema) = &event.payload {
            used.extend(reachable(schema.as_value(), manifest.definitions()));
        }
    }
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for own in [
        stream.to_owned(),
        format!("{stream}Events"),
        format!("{stream}Codec"),
        format!("{stream}Schemas"),
        format!("open{stream}"),
        format!("stream{stream}"),
    ] {
        let owner = format!("the stream's own `{own}`");
        if runtime::uses(&own, options) {
            return Err(CodegenError::same_name(stream, &own, &owner, INLINED));
        }
        owners.insert(own, owner);
    }
    let mut names = BTreeMap::new();
    for key in used {
        let name = type_name(&key);
        let owner = format!("the type `{key}`");
        if runtime::uses(&name, options) {
            return Err(CodegenError::same_name(stream, &name, &owner, INLINED));
        }
        if let Some(first) = owners.get(&name) {
            return Err(CodegenError::same_name(stream, &name, first, &owner));
        }
        owners.insert(name.clone(), owner);
        names.insert(key, name);
    }
    Ok(names)
}

/// The map from names to payloads.
fn events(manifest: &Manifest, name: &str, printer: &mut Printer<'_>) -> String {
    let mut doc = JsDoc::default();
    if let Some(description) = manifest.description() {
        doc.paragraph(description);
    }
    doc.paragraph("The payload of each event, decoded.");
    let mut out = format!("{}export interface {name}Events {{\n", doc.print(0));
    for event in manifest.events() {
        let kind = match &event.payload {
            PayloadSchema::Json(schema) => printer.payload(schema.as_value(), &format!("event {:?}", event.name)),
            PayloadSchema::Text => "string".to_owned(),
            PayloadSchema::Base64 => "Uint8Array".to_owned(),
            PayloadSchema::Empty => "undefined".to_owned(),
        };
        out += &format!("{}  {}: {kind};\n", event_doc(event, printer.rounds()).print(1), property(&event.name));
    }
    out + "}\n"
}

fn event_doc(event: &EventSchema, rounds: bool) -> JsDoc {
    let mut doc = JsDoc::default();
    if let Some(description) = event.description {
        doc.paragraph(description);
    }
    if let PayloadSchema::Json(schema) = &event.payload
        && rounds
        && may_be_rounded(schema.as_value())
    {
        doc.paragraph(ROUNDED);
    }
    if event.terminal {
        doc.paragraph("The stream is complete with this event.");
    }
    if event.deprecated {
        doc.tag("@deprecated");
    }
    doc
}

fn codec(manifest: &Manifest, name: &str, integers: Option<&(Value, Value)>, sse: &str) -> String {
    let events: String = manifest
        .events()
        .iter()
        .map(|event| {
            // Who is sent no bytes need not hold what reads them.
            let encoding = match &event.payload {
                PayloadSchema::Base64 => format!("{sse}base64"),
                payload => string(payload.encoding()),
            };
            format!("    {}: {encoding},\n", key(&event.name))
        })
        .collect();
    let terminal: Vec<_> =
        manifest.events().iter().filter(|event| event.terminal).map(|event| string(&event.name)).collect();
    let events = if events.is_empty() { "{}".to_owned() } else { format!("{{\n{events}  }}") };
    // Made when a stream is opened, because it may not work everywhere.
    let parse = integers.map_or_else(String::new, |(events, definitions)| {
        let (events, definitions) = (json_literal(events), json_literal(definitions));
        format!("  get parse() {{\n    return bigIntParser({events}, {definitions});\n  }},\n")
    });
    format!("{{\n  name: {},\n  events: {events},\n  terminal: [{}],\n{parse}}}", string(name), terminal.join(", "))
}

fn schemas(manifest: &Manifest, name: &str, sse: &str) -> Schemas {
    let definitions = manifest.definitions();
    let shared = format!("definitionsOf{name}");
    let (mut members, mut names, mut is_shared) = (String::new(), Vec::new(), false);
    for event in manifest.events() {
        let schema = match &event.payload {
            PayloadSchema::Json(schema) => schema.as_value().clone(),
            PayloadSchema::Text => json!({ "type": "string" }),
            // Nothing that a schema could describe.
            PayloadSchema::Base64 | PayloadSchema::Empty => continue,
        };
        let refers = !reachable(&schema, definitions).is_empty();
        is_shared |= refers;
        let schema = match schema {
            Value::Object(_) if refers => format!("{{ ...{}, $defs: {shared} }}", json_literal(&schema)),
            Value::Bool(false) => "{ \"not\": {} }".to_owned(),
            Value::Object(_) => json_literal(&schema),
            _ => "{}".to_owned(),
        };
        members += &format!("  {}: {schema},\n", key(&event.name));
        names.push(string(&event.name));
    }
    let definitions: String =
        definitions.iter().map(|(name, schema)| format!("  {}: {},\n", key(name), json_literal(schema))).collect();
    let kind = if names.is_empty() { "never".to_owned() } else { names.join(" | ") };
    Schemas {
        doc: format!("/** The JSON Schema of each payload of `{name}`. */\n"),
        kind: format!("{{ readonly [K in {kind}]: {sse}JsonSchema }}"),
        // What nobody refers to would be an unused constant.
        definitions: if is_shared { format!("const {shared} = {{\n{definitions}}};\n\n") } else { String::new() },
        value: format!("{{\n{members}}}"),
    }
}

/// The parameters of a path, `room` of `/rooms/{room}/events`; none if it is not well-formed.
pub(super) fn params(path: &str) -> Option<Vec<String>> {
    if path.contains(['?', '#']) {
        return None;
    }
    let mut names = Vec::new();
    let mut rest = path.strip_prefix('/')?;
    while let Some((before, tail)) = rest.split_once('{') {
        let (name, tail) = tail.split_once('}')?;
        let name = name.strip_prefix('*').unwrap_or(name);
        if before.contains('}') || name.is_empty() || name.contains('{') || names.iter().any(|known| known == name) {
            return None;
        }
        names.push(name.to_owned());
        rest = tail;
    }
    (!rest.contains('}')).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_paths() {
        assert_eq!(url("/feed`", "sse."), "\"/feed`\"");
        let path = "/a`/{room}/{*the-rest}/b";
        let expected = "`/a\\`/${sse.pathSegment(params.room)}/${sse.pathRest(params[\"the-rest\"])}/b`";
        assert_eq!(url(path, "sse."), expected);
    }

    #[test]
    fn params_of_paths() {
        let of = |path| params(path).map(|names| names.join(","));
        assert_eq!(of("/feed").as_deref(), Some(""));
        assert_eq!(of("/rooms/{room}/{*rest}").as_deref(), Some("room,rest"));
        for wrong in ["feed", "", "/{", "/}", "/{}", "/{a}/{a}", "/{{a}}", "/a}b", "/a?b=1", "/a#b", "/{a?}"] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }
}
