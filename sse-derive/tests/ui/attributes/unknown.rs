use sse_core::SseEvent;

#[derive(SseEvent)]
#[sse(rename_al = "kebab-case", prefx = "order.", event = "x", no_decode)]
#[serde(rename_al = "kebab-case")]
enum Feed {
    #[sse(evnt = "tick")]
    Slip,
    #[sse(compress = "gzip")]
    Unknown,
    #[sse(wire = "String")]
    OfAField,
    #[serde(renam = "x")]
    SerdeSlip,
    #[serde(something_new_in_serde)]
    SerdeUnknown,
    Fields {
        #[sse(di)]
        slip: u8,
        #[sse(text)]
        of_a_variant: u8,
        #[serde(skip_serialising_if = "Option::is_none")]
        serde_slip: Option<u8>,
    },
}

#[derive(SseEvent)]
#[sse(rename_all = "kebap-case")]
enum Rule {
    Tick,
}

#[derive(SseEvent)]
#[serde(rename_all = "Title Case")]
enum SerdesRule {
    Tick,
}

// Whether these are the names is not known.
#[derive(SseEvent)]
#[sse(rename_al = "kebab-case")]
enum NotDuplicate {
    Tick,
    #[sse(event = "Tick")]
    Named,
}

#[derive(SseEvent)]
#[sse(rename_all = "kebap-case")]
enum Duplicate {
    Tick,
    #[sse(event = "Tick")]
    Named,
    #[sse(event = "Tick")]
    NamedAgain,
}

#[derive(SseEvent)]
#[serde(renam_all = "kebab-case")]
enum SerdesSlip {
    Tick,
    #[serde(rename = "Tick")]
    Named,
}

#[derive(SseEvent)]
#[schemars(bound = "", title = "T", rename = "R", nonsense, range(max = 5))]
enum Schemars {
    #[schemars(title = "T")]
    Unit,
    #[sse(text)]
    #[schemars(rename = "R")]
    Text(#[schemars(length(max = 3), bogus)] String),
    #[schemars(titel = "T", extend("x" = 1), range(max = 5), skip)]
    Object {
        #[schemars(rnge(max = 5), title = "T", !skip)]
        a: u8,
        #[schemars(inline)]
        b: u8,
    },
    #[schemars(with = "u8", title = "T")]
    With(u8),
    #[sse(skip)]
    #[schemars(nonsense)]
    Skipped(u8),
    #[sse(flatten)]
    #[schemars(title = "T")]
    Flattened(NotDuplicate),
}

#[derive(SseEvent)]
#[schemars(bound = "", title = "T", rename = "R", nonsense)]
struct SchemarsStruct {
    a: u8,
}

// Neither makes a schema.
#[derive(SseEvent)]
#[sse(no_schema)]
#[schemars(nonsense)]
enum NoSchema {
    #[schemars(nonsense)]
    Tick,
}

#[derive(sse_core::SseDecode)]
#[schemars(nonsense)]
enum DecodeAlone {
    #[schemars(nonsense)]
    Tick,
}

fn main() {
    let _ = sse_core::wire::encode(&Feed::Slip);
    let _ = sse_core::wire::encode(&Rule::Tick);
    let _ = sse_core::wire::encode(&SerdesRule::Tick);
}
