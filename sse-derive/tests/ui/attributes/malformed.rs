use sse_core::SseEvent;

#[derive(SseEvent)]
#[sse]
#[sse(name = "Feed Name", crate = "not a path", no_schema = true, allow_reserved, allow_reserved)]
#[sse(data = "inside", non_finite = "nan", prefix, tag = 5, closed = true)]
enum Container {
    Tick,
}

#[derive(SseEvent)]
enum Variants {
    #[sse = "tick"]
    NotAList,
    #[sse(event)]
    NoValue,
    #[sse(event = 5)]
    NotAString,
    #[sse(event("tick"))]
    Called,
    #[sse("tick")]
    NoName,
    #[sse(event = "one", event = "two")]
    Twice,
    #[sse(text)]
    #[sse(text)]
    TwiceApart(u8),
    #[sse(retry = "10s")]
    NotANumber,
    #[sse(retry = -1)]
    Negative,
    #[sse(retry = 499)]
    TooSmall,
    #[sse(retry = 2_147_483_648)]
    TooLarge,
    #[sse(retry = 99_999_999_999_999_999_999)]
    FarTooLarge,
    #[sse(bytes = "base32")]
    NotBase64(Vec<u8>),
    #[sse(id)]
    NoExpression,
    #[sse(example = )]
    NoExample,
    #[sse(example = 1 +, id = 5)]
    Comma,
    Field(#[sse(id = "x")] u8),
    Type(#[sse(wire = "not a type")] u8),
}

#[derive(SseEvent)]
#[sse(name = "PageOf{U}", no_schema)]
enum Page<T> {
    Tick(T),
}

// As serde would say of each copy.
#[derive(SseEvent, sse_core::SseDecode)]
#[serde(deny_unknown_fields = true)]
enum Serdes {
    #[serde(rename)]
    Tick {
        #[serde(default = 5)]
        number: u8,
        #[serde(default = "not a path")]
        path: u8,
        #[serde(skip_serializing_if = Option::is_none)]
        bare: Option<u8>,
        #[serde(with(serialize = "x"))]
        list: u8,
    },
}

fn main() {
    let _ = sse_core::wire::encode(&Container::Tick);
    let _ = sse_core::wire::encode(&Variants::NoName);
}
