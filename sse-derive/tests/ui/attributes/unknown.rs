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

fn main() {
    let _ = sse_core::wire::encode(&Feed::Slip);
    let _ = sse_core::wire::encode(&Rule::Tick);
    let _ = sse_core::wire::encode(&SerdesRule::Tick);
}
