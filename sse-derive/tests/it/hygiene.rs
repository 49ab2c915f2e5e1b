//! Generated code gets along with whatever names and lints surround it.

use sse_core::schema::SseSchema as _;
use sse_core::wire::encode;
use sse_core::{Decoder, SseDecode, SseEvent};

/// Sends the event, and says whether it comes back as itself, as far as `Debug` shows.
fn comes_back<E: SseEvent + SseDecode + std::fmt::Debug>(event: &E) -> bool {
    let frame = encode(event).unwrap();
    let received = Decoder::new().decode(&mut frame.as_bytes()).unwrap().unwrap();
    let decoded = E::decode(received.as_ref()).unwrap().unwrap();
    format!("{decoded:?}") == format!("{event:?}")
}

/// The prelude's names mean something else here, and so do the names of crates.
mod shadowed {
    #![expect(dead_code, reason = "these names are here to be in the way")]

    pub(super) enum Result {}
    pub(super) enum Option {}
    pub(super) struct String;
    pub(super) struct Vec;
    pub(super) struct Box;
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) trait Into {}
    pub(super) trait From {}
    pub(super) trait Display {}
    pub(super) trait Serialize {}
    pub(super) trait JsonSchema {}
    pub(super) mod core {}
    pub(super) mod alloc {}
    pub(super) mod std {}
    pub(super) mod serde {}
    pub(super) mod schemars {}
    pub(super) mod sse_core {}

    #[derive(::sse_core::SseEvent)]
    pub(super) enum Feed<'a, T, const N: usize> {
        Struct {
            a: T,
            #[sse(id)]
            id: ::core::option::Option<u8>,
        },
        Tuple(&'a str, u8),
        Newtype(u8),
        #[sse(text)]
        Text(&'a str),
        Constant {
            #[serde(skip)]
            seen: [u8; N],
            #[sse(retry)]
            wait: ::core::time::Duration,
        },
        #[sse(skip)]
        Skipped,
    }

    #[derive(::core::fmt::Debug, ::sse_core::SseEvent, ::sse_core::SseDecode)]
    pub(super) enum Both<'a, T, const N: usize> {
        Struct {
            a: T,
            #[sse(id)]
            #[serde(skip)]
            id: ::core::option::Option<u8>,
        },
        Tuple(::std::borrow::Cow<'a, str>, u8),
        Newtype(u8),
        Unit,
        #[sse(text)]
        Text(T),
        Constant {
            #[serde(skip, default = "seen")]
            seen: [u8; N],
            #[sse(retry)]
            wait: ::core::option::Option<::core::time::Duration>,
        },
        #[sse(skip)]
        Skipped,
    }

    fn seen<const N: usize>() -> [u8; N] {
        [0; N]
    }
}

/// There is no prelude here, so no name at all.
mod without_a_prelude {
    #![no_implicit_prelude]

    #[derive(::core::fmt::Debug, ::sse_core::SseEvent, ::sse_core::SseDecode)]
    pub(super) enum Inner {
        #[sse(text)]
        Line(::std::string::String),
    }

    #[derive(::core::fmt::Debug, ::sse_core::SseEvent, ::sse_core::SseDecode)]
    #[sse(tag = "type", non_finite = "error", closed, prefix = "p.")]
    pub(super) enum Feed<T> {
        Struct {
            a: T,
            b: ::core::option::Option<f64>,
        },
        Newtype(T),
        #[sse(flatten)]
        Inner(Inner),
        #[sse(id = "x", terminal, retry = 1_000, example = Self::Unit)]
        Unit,
        #[sse(other)]
        Other {
            #[expect(dead_code, reason = "it is only written")]
            event: ::std::string::String,
        },
    }

    #[derive(::core::fmt::Debug, ::sse_core::SseEvent, ::sse_core::SseDecode)]
    #[sse(event = "size", example = Self { size: 1, rest: 2 })]
    pub(super) struct Struct {
        pub(super) size: u8,
        #[sse(wire = "u8")]
        pub(super) rest: u8,
    }

    #[derive(::core::fmt::Debug, ::sse_core::SseEvent, ::sse_core::SseDecode)]
    #[sse(bytes = "base64")]
    pub(super) struct Bytes(pub(super) ::std::vec::Vec<u8>);

    #[derive(::core::fmt::Debug, ::sse_core::SseEvent, ::sse_core::SseDecode)]
    pub(super) enum Content {
        Pair(u8, u8),
        Struct { a: u8 },
    }
}

#[test]
fn there_need_be_no_prelude() {
    use std::collections::BTreeMap;

    use without_a_prelude::{Bytes, Content, Feed, Inner, Struct};

    type Map = BTreeMap<String, u8>;

    for event in [
        Feed::Struct { a: Map::new(), b: Some(1.0) },
        Feed::Newtype(Map::from([("x".into(), 1)])),
        Feed::Inner(Inner::Line("a".into())),
        Feed::Unit,
    ] {
        if matches!(&event, Feed::Newtype(_)) {
            // What is beside the tag, and the tag.
            assert_eq!(encode(&event).unwrap(), "event: p.Newtype\ndata: {\"type\":\"p.Newtype\",\"x\":1}\n\n");
        }
        assert!(comes_back(&event), "{event:?}");
    }
    assert!(encode(&Feed::<Map>::Other { event: "x".into() }).is_err());
    assert!(comes_back(&Struct { size: 1, rest: 2 }));
    assert!(comes_back(&Bytes(vec![1])));
    assert!(comes_back(&Content::Pair(1, 2)) && comes_back(&Content::Struct { a: 1 }));
    assert_eq!((Struct::examples().len(), Feed::<Map>::examples().len()), (1, 1));
}

#[test]
fn names_may_be_shadowed() {
    type Feed = shadowed::Feed<'static, u8, 2>;
    assert_eq!(
        encode(&Feed::Struct { a: 1, id: Some(2) }).unwrap(),
        "id: 2\nevent: Struct\ndata: {\"a\":1,\"id\":2}\n\n"
    );
    for event in [
        Feed::Tuple("a", 1),
        Feed::Newtype(1),
        Feed::Text("x"),
        Feed::Constant { seen: [0; 2], wait: core::time::Duration::from_secs(1) },
    ] {
        assert!(encode(&event).is_ok());
    }
    assert!(encode(&Feed::Skipped).is_err());
    assert_eq!(Feed::stream_name(), "Feed");
}

#[test]
fn names_may_be_shadowed_where_events_are_received() {
    type Both = shadowed::Both<'static, u8, 2>;
    for event in [
        Both::Struct { a: 1, id: Some(2) },
        Both::Tuple("a".into(), 1),
        Both::Newtype(1),
        Both::Unit,
        Both::Text(2),
        Both::Constant { seen: [0; 2], wait: None },
    ] {
        assert!(comes_back(&event), "{event:?}");
    }
    assert!(encode(&Both::Skipped).is_err());
}

/// Nothing in here but the macro could be at fault.
mod strict {
    #![deny(
        warnings,
        unused,
        deprecated,
        nonstandard_style,
        rust_2018_idioms,
        missing_docs,
        missing_debug_implementations,
        explicit_outlives_requirements,
        single_use_lifetimes,
        trivial_casts,
        trivial_numeric_casts,
        unused_lifetimes,
        unused_qualifications,
        unused_results,
        variant_size_differences,
        let_underscore_drop,
        redundant_imports,
        elided_lifetimes_in_paths,
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::cargo,
        clippy::exhaustive_enums,
        clippy::absolute_paths,
        clippy::allow_attributes,
        clippy::allow_attributes_without_reason,
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::indexing_slicing,
        clippy::missing_docs_in_private_items,
        clippy::missing_trait_methods,
        clippy::min_ident_chars,
        clippy::panic,
        clippy::pattern_type_mismatch,
        clippy::question_mark_used,
        clippy::same_name_method,
        clippy::std_instead_of_core,
        clippy::str_to_string,
        clippy::unwrap_used,
        clippy::expect_used
    )]

    use core::time::Duration;
    use std::borrow::Cow;

    use sse_core::{SseDecode, SseEvent};

    /// Documented, as the lints ask.
    #[derive(Debug, SseEvent, SseDecode)]
    #[sse(rename_all = "kebab-case")]
    #[serde(rename_all_fields = "camelCase")]
    pub(super) enum Feed<'a, T>
    where
        Self: Sized,
        T: Send + 'a,
    {
        /// A struct.
        Struct {
            /// A field.
            some_field: Cow<'a, str>,
            /// Another.
            other: T,
            /// The id.
            #[sse(id)]
            id: u64,
            /// The time.
            #[sse(retry)]
            wait: Duration,
        },
        /// A tuple.
        Tuple(Cow<'a, str>, T),
        /// Many of a kind.
        Flags {
            /// One.
            one: bool,
            /// Two.
            two: bool,
            /// Three.
            three: bool,
            /// Four.
            four: bool,
        },
        /// A newtype.
        Newtype(Vec<T>),
        /// Text.
        #[sse(text)]
        Text(Cow<'a, str>),
        /// A unit.
        #[sse(retry = 500, terminal)]
        Unit,
        /// Deprecated.
        #[deprecated = "for the lint"]
        Deprecated {
            /// Also.
            #[deprecated]
            field: u8,
        },
        /// Never sent.
        #[sse(skip)]
        Skipped(#[serde(rename = "x")] T),
        /// Named against the conventions, where it is allowed.
        #[expect(non_camel_case_types, non_snake_case, reason = "an older name")]
        snake_case {
            /// The same.
            camelCase: u8,
        },
    }

    /// Small, and without anything in it that is JSON.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, SseEvent, SseDecode)]
    pub(super) enum Units {
        /// One.
        One,
        /// Two.
        Two,
    }
}

#[test]
fn strict_lints_find_nothing() {
    use strict::{Feed, Units};

    #[expect(deprecated, reason = "it is there for the lint")]
    let events = [
        (
            Feed::Struct { some_field: "x".into(), other: 1, id: 2, wait: core::time::Duration::from_secs(1) },
            "id: 2\nevent: struct\nretry: 1000\ndata: {\"someField\":\"x\",\"other\":1,\"id\":2}\n\n",
        ),
        (Feed::Tuple("x".into(), 1), "event: tuple\ndata: [\"x\",1]\n\n"),
        (
            Feed::Flags { one: true, two: true, three: false, four: true },
            "event: flags\ndata: {\"one\":true,\"two\":true,\"three\":false,\"four\":true}\n\n",
        ),
        (Feed::Newtype(vec![1]), "event: newtype\ndata: [1]\n\n"),
        (Feed::Text("x".into()), "event: text\ndata: x\n\n"),
        (Feed::Unit, "event: unit\nretry: 500\ndata:\n\n"),
        (Feed::Deprecated { field: 1 }, "event: deprecated\ndata: {\"field\":1}\n\n"),
        (Feed::snake_case { camelCase: 1 }, "event: snake-case\ndata: {\"camelCase\":1}\n\n"),
    ];
    for (event, wire) in &events {
        assert_eq!(encode(event).unwrap(), *wire);
        // A reconnection time is not received.
        assert_eq!(comes_back(event), !matches!(event, Feed::Struct { .. }), "{event:?}");
    }
    assert!(encode(&Feed::Skipped(1)).is_err());
    for unit in [Units::One, Units::Two] {
        assert!(comes_back(&unit));
    }
}

/// What is forbidden cannot be allowed in generated code either.
mod forbidden {
    #![forbid(dead_code, deprecated, non_camel_case_types, explicit_outlives_requirements)]
    #![deny(trivial_bounds)]

    #[derive(sse_core::SseEvent)]
    pub(super) enum Feed<'a, T: Clone + 'a>
    where
        Self: Sized,
        T: Send,
    {
        Struct { a: u8, b: &'a str },
        Tuple(u8, T),
        Newtype(#[schemars(range(max = 5))] u8),
    }

    #[derive(sse_core::SseEvent)]
    #[expect(non_snake_case, reason = "an older name")]
    pub(super) enum Old {
        #[deprecated]
        Tick {
            #[deprecated]
            someField: u8,
        },
    }

    #[deprecated]
    #[derive(sse_core::SseEvent)]
    pub(super) enum Gone {
        Struct { a: u8 },
        Tuple(u8, u8),
    }
}

/// The same for what is received, but for what serde's own derive allows.
mod forbidden_but_for_serde {
    #![forbid(dead_code, deprecated, explicit_outlives_requirements)]
    #![deny(trivial_bounds)]

    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    pub(super) enum Both<'a, T: Clone + 'a>
    where
        Self: Sized,
        T: Send,
    {
        Struct {
            a: u8,
            b: std::borrow::Cow<'a, str>,
            #[serde(skip)]
            c: T,
        },
        Tuple(u8, #[serde(skip)] T, u8),
        Newtype(#[serde(default)] u8),
    }

    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    #[expect(non_snake_case, reason = "an older name")]
    pub(super) enum Old {
        #[deprecated]
        Tick {
            #[deprecated]
            someField: u8,
        },
    }

    #[deprecated]
    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    pub(super) enum Gone {
        Struct { a: u8 },
        Tuple(u8, u8),
    }
}

/// What the user allows is allowed of the copies as well.
mod allowed {
    #![deny(deprecated, nonstandard_style)]

    mod old {
        #![expect(deprecated, reason = "that of schemars' derive")]

        #[deprecated]
        #[derive(Debug, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub(in super::super) struct Gone;
    }
    #[expect(deprecated, reason = "still sent")]
    pub(super) use old::Gone;

    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    #[expect(deprecated, reason = "still sent")]
    pub(super) enum Whole {
        Struct { gone: Gone },
        Tuple(Gone, u8),
    }

    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    pub(super) enum Parts {
        #[expect(deprecated, reason = "still sent")]
        Variant { gone: Gone },
        Field {
            #[expect(deprecated, reason = "still sent")]
            gone: Gone,
        },
    }
}

#[test]
#[expect(deprecated, reason = "it is there for the lint")]
fn deprecated_types_may_be_allowed() {
    use allowed::{Gone, Parts, Whole};
    assert_eq!(encode(&Whole::Struct { gone: Gone }).unwrap(), "event: Struct\ndata: {\"gone\":null}\n\n");
    assert_eq!(encode(&Whole::Tuple(Gone, 1)).unwrap(), "event: Tuple\ndata: [null,1]\n\n");
    assert_eq!(encode(&Parts::Variant { gone: Gone }).unwrap(), "event: Variant\ndata: {\"gone\":null}\n\n");
    assert_eq!(encode(&Parts::Field { gone: Gone }).unwrap(), "event: Field\ndata: {\"gone\":null}\n\n");
    assert!(comes_back(&Whole::Struct { gone: Gone }) && comes_back(&Whole::Tuple(Gone, 1)));
    assert!(comes_back(&Parts::Variant { gone: Gone }) && comes_back(&Parts::Field { gone: Gone }));
}

#[test]
#[expect(deprecated, reason = "it is there for the lint")]
fn lints_may_be_forbidden() {
    type Feed<T> = forbidden::Feed<'static, T>;
    assert_eq!(encode(&Feed::<u8>::Struct { a: 1, b: "b" }).unwrap(), "event: Struct\ndata: {\"a\":1,\"b\":\"b\"}\n\n");
    assert_eq!(encode(&Feed::<u8>::Tuple(1, 2)).unwrap(), "event: Tuple\ndata: [1,2]\n\n");
    assert_eq!(encode(&Feed::<u8>::Newtype(3)).unwrap(), "event: Newtype\ndata: 3\n\n");
    let old = forbidden::Old::Tick { someField: 4 };
    assert_eq!(encode(&old).unwrap(), "event: Tick\ndata: {\"someField\":4}\n\n");
    for gone in [forbidden::Gone::Struct { a: 1 }, forbidden::Gone::Tuple(1, 2)] {
        assert!(encode(&gone).is_ok());
    }
}

#[test]
#[expect(deprecated, reason = "it is there for the lint")]
fn lints_may_be_forbidden_where_events_are_received() {
    use forbidden_but_for_serde::{Both, Gone, Old};
    for both in [Both::Struct { a: 1, b: "b".into(), c: () }, Both::Tuple(1, (), 2), Both::Newtype(3)] {
        assert!(comes_back(&both));
    }
    assert!(comes_back(&Old::Tick { someField: 4 }));
    assert!(comes_back(&Gone::Struct { a: 1 }) && comes_back(&Gone::Tuple(1, 2)));
}

/// What a crate that wraps this one would do.
mod reexport {
    pub(super) use ::sse_core;

    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    #[sse(crate = "crate::hygiene::reexport::sse_core")]
    pub(super) enum Wrapped {
        Struct { a: u8 },
    }
}

/// The crate under the only name that someone has for it who depends on `sse-tower` alone.
mod through_a_dependent {
    mod sse_tower {
        pub(super) use ::sse_core;
    }

    #[derive(Debug, sse_tower::sse_core::SseEvent, sse_tower::sse_core::SseDecode)]
    #[sse(crate = "sse_tower::sse_core")]
    pub(super) enum Wrapped<T> {
        Struct { a: T },
        Newtype(#[schemars(range(max = 5))] T),
    }
}

#[test]
fn the_crate_may_be_reached_by_another_path() {
    use through_a_dependent::Wrapped;
    assert_eq!(encode(&Wrapped::Struct { a: 1 }).unwrap(), "event: Struct\ndata: {\"a\":1}\n\n");
    assert_eq!(encode(&Wrapped::Newtype(1)).unwrap(), "event: Newtype\ndata: 1\n\n");
    assert_eq!(Wrapped::<u8>::stream_name(), "Wrapped");
    assert_eq!(encode(&reexport::Wrapped::Struct { a: 1 }).unwrap(), "event: Struct\ndata: {\"a\":1}\n\n");
    assert!(comes_back(&Wrapped::Struct { a: 1 }) && comes_back(&reexport::Wrapped::Struct { a: 1 }));
}

macro_rules! declare {
    ($Name:ident { $($Variant:ident = $name:literal { $field:ident: $Type:ty } every $retry:literal),* }) => {
        #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
        enum $Name {
            $(
                #[sse(event = $name, retry = $retry)]
                $Variant { #[sse(id)] $field: $Type }
            ),*
        }
    };
}

declare!(FromMacro { Tick = "tick" { seq: Option<u64> } every 1_000 });

#[test]
fn the_enum_may_come_from_a_macro() {
    assert_eq!(
        encode(&FromMacro::Tick { seq: Some(1) }).unwrap(),
        "id: 1\nevent: tick\nretry: 1000\ndata: {\"seq\":1}\n\n"
    );
    assert!(comes_back(&FromMacro::Tick { seq: Some(1) }));
}

#[test]
fn the_enum_may_be_local_to_a_function() {
    #[derive(Debug)]
    struct Local;
    impl std::str::FromStr for Local {
        type Err = std::convert::Infallible;
        fn from_str(_: &str) -> Result<Self, Self::Err> {
            Ok(Self)
        }
    }
    impl std::fmt::Display for Local {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("local")
        }
    }
    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    enum Feed {
        #[sse(text)]
        Text(Local),
        Struct {
            a: u8,
        },
    }
    assert_eq!(encode(&Feed::Text(Local)).unwrap(), "event: Text\ndata: local\n\n");
    assert!(comes_back(&Feed::Text(Local)) && comes_back(&Feed::Struct { a: 1 }));
    assert_eq!(encode(&Feed::Struct { a: 1 }).unwrap(), "event: Struct\ndata: {\"a\":1}\n\n");
}

/// The names of macros and of primitive types mean something else here, and everything has every method.
mod noisy {
    macro_rules! noise {
        ($($name:ident)*) => {
            $(
                #[expect(unused_macros, reason = "these names are here to be in the way")]
                macro_rules! $name {
                    ($dollar:tt) => {
                        compile_error!("not this one")
                    };
                }
            )*
        };
    }
    noise! { assert concat format matches panic stringify unimplemented unreachable vec write }

    #[expect(dead_code, reason = "these names are here to be in the way")]
    pub(super) trait Noise {
        fn append(&self) {}
        fn description(&self) {}
        fn fields(&self) {}
        fn id(&self) {}
        fn json(&self) {}
        fn retry(&self) {}
        fn serialize(&self) {}
        fn terminal(&self) {}
        fn text(&self) {}
        fn write_data(&self) {}
    }
    impl<T: ?Sized> Noise for T {}

    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    pub(super) enum Feed<T: Default> {
        /// Told.
        #[sse(id = "x", retry = 1_000, terminal, example = Self::Tuple(T::default(), 1))]
        Struct {
            a: T,
            b: u8,
        },
        Tuple(T, u8),
        #[sse(text)]
        Text(String),
        #[sse(bytes = "base64")]
        Bytes(Vec<u8>),
    }
}

#[test]
fn macros_and_methods_may_be_shadowed() {
    use noisy::{Feed, Noise as _};
    for event in [Feed::Struct { a: 1, b: 2 }, Feed::Tuple(1, 2), Feed::Text("a".into()), Feed::Bytes(vec![1])] {
        assert!(comes_back(&event), "{event:?}");
    }
    assert_eq!(Feed::<u8>::examples().len(), 1);
    Feed::<u8>::examples().retry();
}

/// Events without JSON, where even the names of primitive types are taken.
mod primitive {
    #![expect(non_camel_case_types, dead_code, reason = "these names are here to be in the way")]

    pub(super) struct str;
    pub(super) struct bool;
    pub(super) struct u8;
    pub(super) struct u32;
    pub(super) struct usize;

    #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
    #[sse(closed)]
    pub(super) enum Log {
        /// Told.
        #[sse(id = "x", retry = 1_000)]
        Started,
        #[sse(text)]
        Line(String),
        #[sse(bytes = "base64")]
        Bytes(Vec<::core::primitive::u8>),
    }
}

#[test]
fn primitive_types_may_be_shadowed() {
    use primitive::Log;
    for event in [Log::Started, Log::Line("a".into()), Log::Bytes(vec![1])] {
        assert!(comes_back(&event), "{event:?}");
    }
    assert_eq!(Log::stream_name(), "Log");
}

/// The dependency under another name, as `events = { package = "sse-core", .. }` makes it known.
mod renamed {
    #[derive(Debug, events::SseEvent, events::SseDecode)]
    #[sse(crate = "events", tag = "t")]
    pub(super) enum Feed<T> {
        Struct {
            a: T,
        },
        #[sse(flatten)]
        Line(Line),
    }

    #[derive(Debug, events::SseEvent, events::SseDecode)]
    #[sse(crate = "::events", event = "line", text)]
    pub(super) struct Line(pub(super) String);
}

#[test]
fn the_dependency_may_have_another_name() {
    use renamed::{Feed, Line};
    assert_eq!(encode(&Feed::Struct { a: 1 }).unwrap(), "event: Struct\ndata: {\"t\":\"Struct\",\"a\":1}\n\n");
    assert!(comes_back(&Feed::Struct { a: 1 }) && comes_back(&Feed::<u8>::Line(Line("x".into()))));
}

/// Names that only the macro knows, and names that it is given, in one enum.
macro_rules! hygienic {
    ($Name:ident<$T:ident: $Bound:path> { $($Variant:ident($field:ident: $Type:ty) = $id:expr;)* }) => {
        #[derive(Debug, sse_core::SseEvent, sse_core::SseDecode)]
        enum $Name<$T: $Bound> {
            $(
                #[sse(id = $id)]
                $Variant { $field: $Type },
            )*
            #[sse(id = inner)]
            Inner { inner: u8, value: $T },
            #[sse(id = format_args!("{a}-{b}"))]
            Both { a: u8, b: $T },
        }
    };
}

hygienic!(Hygienic<T: std::fmt::Display> { Given(seq: Option<T>) = seq; Other(_x: u8) = 7; });

#[test]
fn names_may_come_from_a_macro_and_from_without() {
    assert_eq!(encode(&Hygienic::Given { seq: Some(3) }).unwrap(), "id: 3\nevent: Given\ndata: {\"seq\":3}\n\n");
    assert_eq!(encode(&Hygienic::<u8>::Other { _x: 1 }).unwrap(), "id: 7\nevent: Other\ndata: {\"_x\":1}\n\n");
    assert_eq!(
        encode(&Hygienic::Inner { inner: 4, value: 5 }).unwrap(),
        "id: 4\nevent: Inner\ndata: {\"inner\":4,\"value\":5}\n\n"
    );
    assert_eq!(encode(&Hygienic::Both { a: 1, b: 2 }).unwrap(), "id: 1-2\nevent: Both\ndata: {\"a\":1,\"b\":2}\n\n");
    assert!(comes_back(&Hygienic::Both { a: 1, b: 2 }));
}
