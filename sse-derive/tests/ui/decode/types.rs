use std::str::FromStr;

use sse_core::SseDecode;

struct Opaque;

#[derive(SseDecode)]
enum Json {
    NotDeserialized(Opaque),
    NotDeserializedEither { field: Opaque },
    NorInAList(Vec<Opaque>),
}

#[derive(serde::Deserialize)]
struct Borrowed<'a> {
    name: &'a str,
}

#[derive(SseDecode)]
enum Borrowing<'a> {
    Newtype(Borrowed<'a>),
}

#[derive(SseDecode)]
enum Text {
    #[sse(text)]
    NotParsed(Opaque),
    #[sse(text)]
    NotExplained(Unexplained),
}

struct Unexplained;

impl FromStr for Unexplained {
    type Err = Opaque;

    fn from_str(_: &str) -> Result<Self, Opaque> {
        Ok(Self)
    }
}

#[derive(SseDecode)]
enum Id {
    NotParsed {
        #[sse(id)]
        #[serde(skip)]
        id: Opaque,
    },
    NotParsedEither {
        #[sse(id)]
        #[serde(skip)]
        id: Option<Opaque>,
    },
}

#[derive(SseDecode)]
enum LeftOut {
    NoDefault {
        #[serde(skip)]
        field: Opaque,
    },
    Said {
        #[serde(skip, default = "opaque")]
        field: Opaque,
    },
}

#[derive(SseDecode)]
enum Retry {
    NotADuration(#[sse(retry)] u64),
}

fn opaque() -> Opaque {
    Opaque
}

fn main() {}
