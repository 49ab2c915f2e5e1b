//! The options of the generated client: `tests/js` compiles and runs the golden files.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails the test")]

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};
use sse_core::SseEvent;
use sse_core::codegen::{Emit, Extension, Int64, ModuleKind, Options, Registry, Runtime};
use sse_core::event::{DataSink, EncodeError, EventFields};
use sse_core::schema::{EventSchema, PayloadSchema, SseSchema};
use std::borrow::Cow;

use crate::codegen::golden;
use crate::schema::stream;

fn payload(schema: Value) -> PayloadSchema {
    PayloadSchema::Json(Schema::try_from(schema).unwrap())
}

/// Wide integers wherever there may be one.
fn ledger(generator: &mut SchemaGenerator) -> Vec<EventSchema> {
    let wide = json!({ "type": "integer", "format": "uint64", "minimum": 0 });
    let entry = json!({
        "type": "object",
        "properties": {
            "amount": wide,
            "at": { "type": "string", "format": "date-time" },
            "bounded": { "type": "integer", "format": "int64", "minimum": 0, "maximum": 9 },
            "key": { "type": "string", "format": "uuid" },
            "next": { "anyOf": [{ "$ref": "#/$defs/Entry" }, { "type": "null" }] },
            "note": { "type": ["string", "null"] },
            "rate": { "type": "number", "format": "double" },
            "small": { "type": "integer", "format": "int32" },
        },
        "required": ["amount", "at", "bounded", "key", "next", "rate", "small"],
    });
    let branch = |kind: &str, n: &Value| json!({ "type": "object", "properties": { "kind": { "type": "string", "const": kind }, "n": n }, "required": ["kind", "n"] });
    let change =
        json!({ "oneOf": [branch("wide", &wide), branch("small", &json!({ "type": "integer", "format": "int32" }))] });
    let plain = json!({ "type": "object", "properties": { "text": { "type": "string" } }, "required": ["text"] });
    for (name, schema) in [("Entry", entry), ("Change", change), ("Plain", plain)] {
        generator.definitions_mut().insert(name.to_owned(), schema);
    }
    let change = json!({ "$ref": "#/$defs/Change" });
    vec![
        EventSchema::new("entry", "Entry", payload(json!({ "$ref": "#/$defs/Entry" }))),
        EventSchema::new("changes", "Changes", payload(json!({ "type": "array", "items": change }))),
        EventSchema::new("count", "Count", payload(wide.clone())),
        EventSchema::new(
            "pair",
            "Pair",
            payload(json!({
                "type": "array",
                "prefixItems": [{ "type": "string" }, { "type": ["integer", "null"], "format": "int64" }],
                "minItems": 2,
                "maxItems": 2,
            })),
        ),
        EventSchema::new(
            "totals",
            "Totals",
            payload(json!({ "type": "object", "additionalProperties": { "anyOf": [wide, { "type": "string" }] } })),
        ),
        EventSchema::new("plain", "Plain", payload(json!({ "$ref": "#/$defs/Plain" }))),
        EventSchema::new("line", "Line", PayloadSchema::Text),
        EventSchema::new("ping", "Ping", PayloadSchema::Empty),
    ]
}

stream!(Ledger, "Ledger", |generator| ledger(generator));

fn registry() -> Registry {
    Registry::new().stream::<Ledger>("/ledger")
}

#[test]
fn the_client_with_every_option_is_the_golden_one() {
    for emit in [Emit::Ts, Emit::Js] {
        let options = Options::new()
            .emit(emit)
            .int64(Int64::BigInt)
            .non_finite_null(true)
            .exact_optional(true)
            .brand("uuid")
            .brand("date-time")
            .schemas(true)
            .react(true)
            .shared(true);
        assert!(registry().diagnostics(&options).unwrap().is_empty());
        let files = registry().render(&options).unwrap();
        let names: Vec<_> = files.iter().map(|(name, _)| name.to_str().unwrap()).collect();
        let expected: &[&str] = match emit {
            Emit::Ts => &["ledger.ts", "runtime.ts", "runtime-bigint.ts", "runtime-react.ts", "runtime-shared.ts"],
            _ => &[
                "ledger.js",
                "ledger.d.ts",
                "runtime.js",
                "runtime.d.ts",
                "runtime-bigint.js",
                "runtime-bigint.d.ts",
                "runtime-react.js",
                "runtime-react.d.ts",
                "runtime-shared.js",
                "runtime-shared.d.ts",
            ],
        };
        assert_eq!(names, expected);
        for (name, text) in files.iter().filter(|(name, _)| name.to_str().unwrap().starts_with("ledger")) {
            golden(&format!("options/{}", name.display()), text);
        }
    }
}

#[test]
fn nothing_more_is_written_than_is_asked_for() {
    let text = |options: &Options| registry().render(options).unwrap().remove(0).1;
    let plain = text(&Options::new());
    for word in ["bigint", "Branded", "Schemas", "rate: number | null"] {
        assert!(!plain.contains(word), "{word}");
    }
    assert!(plain.contains("note?: string | null;") && plain.contains("rate: number;"));
    assert!(text(&Options::new().brand("uuid")).contains("key: sse.Branded<\"uuid\">;"));
    assert!(text(&Options::new().brand("uuid")).contains("at: string;"));
    assert!(text(&Options::new().exact_optional(true)).contains("note?: string;"));
    assert!(text(&Options::new().non_finite_null(true)).contains("rate: number | null;"));
}

stream!(Small, "Small", |_g| vec![
    EventSchema::new("x", "X", payload(json!({ "type": "integer", "format": "uint32" }))),
    EventSchema::new("y", "Y", payload(json!({ "type": "string", "format": "int64" }))),
]);

#[test]
fn wide_integers_are_an_error_where_none_may_be() {
    for (int64, advice) in [
        (Int64::String, "send it as a string, e.g. by serde_with's `DisplayFromStr`"),
        (Int64::Forbid, "send it as a string, give it bounds, or take another `--int64`"),
    ] {
        let options = Options::new().int64(int64);
        let error = registry().render(&options).unwrap_err().to_string();
        assert!(error.starts_with("stream `Ledger`: an integer that may exceed 2^53, at "), "{error}");
        for place in [
            "#/$defs/Entry/properties/amount",
            "#/$defs/Change",
            "event \"count\"",
            "event \"pair\"",
            "event \"totals\"",
        ] {
            assert!(error.contains(place), "{place}: {error}");
        }
        assert!(error.ends_with(advice), "{error}");
        // Bounded, small, and in a string.
        let files = Registry::new().stream::<Small>("/").render(&options).unwrap();
        assert!(files[0].1.contains("x: number;") && files[0].1.contains("y: string;"));
    }
    let small = Registry::new().stream::<Small>("/").render(&Options::new().int64(Int64::BigInt)).unwrap();
    assert!(!small[0].1.contains("igInt"), "nothing to read: {}", small[0].1);
}

stream!(Camera, "Camera", |_g| vec![
    EventSchema::new("frame", "Frame", PayloadSchema::Base64),
    EventSchema::new("caption", "Caption", PayloadSchema::Text),
    EventSchema::new("count", "Count", payload(json!({ "type": "integer", "format": "uint64", "minimum": 0 }))),
]);

/// The files by their names, of which those of `golden/options/FOLDER` are the golden ones.
fn camera(folder: &str, options: &Options) -> Vec<(String, String)> {
    let registry = Registry::new().stream::<Camera>("/cameras/{camera-id}/`${x}/{*rest}");
    let files = registry.render(options).unwrap();
    let files: Vec<_> = files.into_iter().map(|(name, text)| (name.to_str().unwrap().to_owned(), text)).collect();
    for (name, text) in &files {
        assert!(text.starts_with("// @generated by `cargo xtask typings` (sse-core "), "{name}");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n") && !text.contains("\n\n\n"), "{name}");
        // It imports nothing, and is the same in all of them.
        if name != "runtime.ts" {
            golden(&format!("options/{folder}/{name}"), text);
        }
    }
    files
}

fn names(files: &[(String, String)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

/// What the modules import.
fn imports(files: &[(String, String)]) -> Vec<&str> {
    let lines = files.iter().flat_map(|(_, text)| text.lines());
    lines.filter_map(|line| line.strip_prefix("import ")?.split_once(" from ")).map(|(_, from)| from).collect()
}

#[test]
fn modules_name_each_other_as_they_are_asked_to() {
    let options = Options::new().int64(Int64::BigInt);
    let with = |folder, extension| camera(folder, &options.clone().extension(extension));
    let ts = with("ext-ts", Extension::Ts);
    assert_eq!(imports(&ts), ["\"./runtime.ts\";", "\"./runtime-bigint.ts\";", "\"./runtime.ts\";"]);
    let none = with("ext-none", Extension::None);
    assert_eq!(imports(&none), ["\"./runtime\";", "\"./runtime-bigint\";", "\"./runtime\";"]);
    assert_eq!(names(&none), ["camera.ts", "runtime.ts", "runtime-bigint.ts"]);
}

#[test]
fn a_runtime_in_a_package_is_not_written() {
    let options = Options::new().emit(Emit::Js).int64(Int64::BigInt).shared(true);
    let files = camera("import", &options.runtime(Runtime::Import("@acme/sse".to_owned())));
    assert_eq!(names(&files), ["camera.js", "camera.d.ts"]);
    assert_eq!(imports(&files), ["\"@acme/sse\";"; 3]);
    let nameless = Registry::new().render(&Options::new().runtime(Runtime::Import(String::new())));
    assert_eq!(nameless.unwrap_err().to_string(), "the package of the runtime has no name: `Runtime::Import(\"\")`");
}

#[test]
fn modules_for_require() {
    let options = Options::new().emit(Emit::Js).module(ModuleKind::Cjs).int64(Int64::BigInt);
    let files = camera("cjs", &options.react(true).shared(true).schemas(true));
    let expected = ["camera", "runtime", "runtime-bigint", "runtime-react", "runtime-shared"];
    let expected: Vec<_> = expected.iter().flat_map(|name| [format!("{name}.cjs"), format!("{name}.d.cts")]).collect();
    assert_eq!(names(&files), expected);
    for (name, text) in files.iter().step_by(2) {
        assert!(!text.contains("\nimport ") && !text.contains("\nexport "), "{name}");
    }
    assert!(imports(&files).iter().all(|from| from.ends_with(".cjs\";") || *from == "\"react\";"));
}

#[test]
fn an_inlined_runtime_needs_no_other_file() {
    let options = Options::new().runtime(Runtime::Inline).int64(Int64::BigInt);
    let all = camera("inline", &options.clone().react(true).shared(true).schemas(true));
    assert_eq!((names(&all), imports(&all)), (vec!["camera.ts"], vec!["\"react\";"]));
    let cjs = camera("inline", &options.clone().emit(Emit::Js).module(ModuleKind::Cjs));
    assert_eq!((names(&cjs), imports(&cjs)), (vec!["camera.cjs", "camera.d.cts"], vec![]));
    assert!(!all[0].1.contains("sse."));

    registry().render(&options).unwrap();
    let own = Registry::new().stream_named::<Small>("url", "/").render(&options).unwrap_err().to_string();
    assert!(own.contains("the stream's own `streamUrl`"), "{own}");
    // `Entry` is a type of the connection that tabs share, too.
    let error = registry().render(&options.shared(true)).unwrap_err().to_string();
    let expected = "stream `Ledger`: the type `Entry` and a name in the inlined runtime are both `Entry` in TypeScript";
    assert_eq!(error, expected);
}

#[test]
fn who_is_sent_no_bytes_reads_none() {
    let text = registry().render(&Options::new()).unwrap().remove(0).1;
    assert!(!text.contains("base64"), "{text}");
}
