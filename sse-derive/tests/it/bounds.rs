//! Bounds that the user puts in the place of those that are found.

use std::fmt::Display;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sse_core::schema::Manifest;
use sse_core::{SseDecode, SseEvent};

use crate::grammar::{decode, wire};

trait Source {
    type Item;
    type Events;
}

struct Numbers;

impl Source for Numbers {
    type Item = u8;
    type Events = Inner;
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum Inner {
    Ping,
}

/// `S` itself need be nothing.
#[derive(SseEvent, SseDecode)]
#[serde(bound(
    serialize = "S::Item: Display, S::Events: SseEvent",
    deserialize = "S::Item: FromStr<Err: Display>, S::Events: SseDecode"
))]
#[schemars(bound = "S::Events: sse_core::schema::SseSchema")]
enum OfEnum<S: Source> {
    #[sse(text)]
    Text(<S as Source>::Item),
    #[sse(text)]
    Id {
        #[sse(id)]
        #[serde(skip)]
        id: <S as Source>::Item,
        text: String,
    },
    #[sse(flatten)]
    Inner(<S as Source>::Events),
}

#[test]
fn a_bound_on_the_enum_replaces_those_on_texts_ids_and_events() {
    for (event, expected) in [
        (OfEnum::<Numbers>::Text(1), "event: Text\ndata: 1\n\n"),
        (OfEnum::Id { id: 1, text: "x".into() }, "id: 1\nevent: Id\ndata: x\n\n"),
        (OfEnum::Inner(Inner::Ping), "event: Ping\ndata:\n\n"),
    ] {
        assert_eq!(wire(&event), expected);
        let decoded: OfEnum<Numbers> = decode(expected.as_bytes()).unwrap().unwrap();
        assert_eq!(wire(&decoded), expected);
    }
    assert_eq!(Manifest::of::<OfEnum<Numbers>>().unwrap().events().len(), 3);
}

/// A type that says nothing of its parameter.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Seven<T>(std::marker::PhantomData<T>);

impl<T> Display for Seven<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("7")
    }
}

impl<T> FromStr for Seven<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "7" { Ok(Self(std::marker::PhantomData)) } else { Err(text.to_owned()) }
    }
}

impl<T> AsRef<[u8]> for Seven<T> {
    fn as_ref(&self) -> &[u8] {
        &[7]
    }
}

impl<T> TryFrom<Vec<u8>> for Seven<T> {
    type Error = ();

    fn try_from(bytes: Vec<u8>) -> Result<Self, ()> {
        if bytes == [7] { Ok(Self(std::marker::PhantomData)) } else { Err(()) }
    }
}

#[derive(Debug, PartialEq, SseEvent, SseDecode)]
enum OfParts<T> {
    #[sse(text)]
    #[serde(bound = "")]
    Text(Seven<T>),
    #[sse(bytes = "base64")]
    Bytes(#[serde(bound = "T: Copy")] Seven<T>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Nothing;

#[test]
fn a_bound_on_a_variant_or_a_field_replaces_its_own() {
    let seven = || Seven(std::marker::PhantomData);
    for (event, expected) in [
        (OfParts::<Nothing>::Text(seven()), "event: Text\ndata: 7\n\n"),
        (OfParts::Bytes(seven()), "event: Bytes\ndata: Bw==\n\n"),
    ] {
        assert_eq!(wire(&event), expected);
        assert_eq!(decode(expected.as_bytes()), Ok(Some(event)));
    }
}
