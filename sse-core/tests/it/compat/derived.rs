//! Two enums as a team would change one: the derive makes both schemas.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::Serialize;
use sse_core::SseEvent;
use sse_core::compat::Rule::{self, *};
use sse_core::compat::Severity::{self, Error, Info, Warn};
use sse_core::compat::{Options, Profile, compare};
use sse_core::schema::{SseSchema, event_view};

use super::brief;

#[track_caller]
fn check<Base: SseSchema, Head: SseSchema>(options: Options, expected: &[(Rule, &str, Severity)]) {
    let (base, head) = (event_view::<Base>().unwrap(), event_view::<Head>().unwrap());
    let found = compare(&base, &head, &options).unwrap();
    assert_eq!(brief(&found), expected, "{found:#?}");
    assert_eq!(compare(&base, &base, &options).unwrap(), []);
    assert_eq!(compare(&head, &head, &options).unwrap(), []);
}

/// Two streams of the same name, and what is found between them.
macro_rules! cases {
    ($($name:ident: { $($base:item)+ } { $($head:item)+ } [$($found:tt),* $(,)?])+) => {
        $(
            #[test]
            fn $name() {
                versions!({ $($base)+ } { $($head)+ });
                check::<base::Feed, head::Feed>(Options::new(), &[$($found),*]);
            }
        )+
    };
}

cases! {
    the_first_event_comes: {
        #[derive(SseEvent)]
        pub(crate) enum Feed { #[sse(skip)] Draft }
    } {
        #[derive(SseEvent)]
        pub(crate) enum Feed { #[sse(skip)] Draft, Tick(u8) }
    } [(EventAdded, "Feed/Tick", Info)]

    an_event_is_renamed: {
        #[derive(SseEvent)] #[sse(rename_all = "kebab-case")]
        pub(crate) enum Feed { PriceTick(u32), Done }
    } {
        #[derive(SseEvent)] #[sse(rename_all = "snake_case")]
        pub(crate) enum Feed { PriceTick(u32), #[sse(event = "Done")] #[sse(terminal)] Finished }
    } [
        (EventTerminalAdded, "Feed/Done", Error),
        (EventRemoved, "Feed/done", Error),
        (EventRemoved, "Feed/price-tick", Error),
        (EventAdded, "Feed/Done", Info),
        (EventAdded, "Feed/price_tick", Info),
    ]

    an_event_becomes_the_default_one: {
        #[derive(SseEvent)]
        pub(crate) enum Feed { Tick { cents: u32 } }
    } {
        #[derive(SseEvent)]
        pub(crate) enum Feed { #[sse(event = "message")] Tick { cents: u32 } }
    } [(EventDefaultChanged, "Feed/Tick", Error)]

    a_deprecated_event_goes_from_a_closed_stream: {
        #[derive(SseEvent)] #[sse(closed)]
        pub(crate) enum Feed { #[deprecated] Old(String), New }
    } {
        #[derive(SseEvent)] #[sse(closed)]
        pub(crate) enum Feed { New, Newer }
    } [(EventAdded, "Feed/Newer", Error), (EventRemoved, "Feed/Old", Warn)]

    the_data_is_written_otherwise: {
        #[derive(SseEvent)]
        pub(crate) enum Feed { Log(String), Ping, Blob(Vec<u8>) }
    } {
        #[derive(SseEvent)]
        pub(crate) enum Feed { #[sse(text)] Log(String), Ping {}, #[sse(bytes = "base64")] Blob(Vec<u8>) }
    } [
        (EventEncodingChanged, "Feed/Blob", Error),
        (EventEncodingChanged, "Feed/Log", Error),
        (EventEncodingChanged, "Feed/Ping", Error),
    ]

    ids_retries_and_ends: {
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            A { #[sse(id)] id: u64 },
            B { id: u64 },
            #[sse(terminal)] C,
            #[sse(retry = 1000)] D,
        }
    } {
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            A { id: u64 },
            B { #[sse(id)] id: u64 },
            C,
            #[sse(terminal)] D,
        }
    } [
        (EventIdRemoved, "Feed/A", Error),
        (EventTerminalRemoved, "Feed/C", Error),
        (EventTerminalAdded, "Feed/D", Error),
        (EventIdAdded, "Feed/B", Info),
        (EventRetryChanged, "Feed/D", Info),
    ]

    fields_come_go_and_change: {
        #[derive(SseEvent)]
        pub(crate) enum Feed { A { gone: u8, kept: u8, option: u8, skipped: Option<u8>, cents: u32, float: f32, name: String } }
    } {
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            A {
                new: Vec<u8>,
                kept: u8,
                option: Option<u8>,
                #[serde(skip_serializing_if = "Option::is_none")]
                skipped: Option<u8>,
                cents: u64,
                float: f64,
                #[serde(rename = "title")]
                name: String,
            },
        }
    } [
        (IntWidthGrew, "Feed/A/cents", Error),
        (PropertyRemoved, "Feed/A/gone", Error),
        (PropertyRenamed, "Feed/A/name", Error),
        (PropertyBecameNullable, "Feed/A/option", Error),
        (PropertyBecameOptional, "Feed/A/skipped", Error),
        (FormatChanged, "Feed/A/float", Warn),
        (PropertyAdded, "Feed/A/new", Info),
    ]

    integers_of_all_widths: {
        #[derive(SseEvent)]
        pub(crate) enum Feed { A(u8), B(i16), C(i32), D(u32), E(i64), F(u64), G(u128), H(i32) }
    } {
        #[derive(SseEvent)]
        pub(crate) enum Feed { A(u16), B(i32), C(u32), D(i64), E(u64), F(u32), G(u128), H(f64) }
    } [
        (IntWidthGrew, "Feed/D", Error),
        (TypeWidened, "Feed/H", Error),
        (BoundWidened, "Feed/A", Warn),
        (BoundWidened, "Feed/B", Warn),
        (BoundWidened, "Feed/B", Warn),
        (BoundWidened, "Feed/C", Warn),
        (BoundWidened, "Feed/E", Warn),
        (BoundNarrowed, "Feed/C", Info),
        (BoundNarrowed, "Feed/E", Info),
        (IntWidthShrank, "Feed/F", Info),
    ]

    enums_of_all_representations: {
        #[derive(Serialize, JsonSchema)] pub(crate) enum Unit { A, B }
        #[derive(Serialize, JsonSchema)] pub(crate) enum External { A, B(u8), C { x: u8 } }
        #[derive(Serialize, JsonSchema)] #[serde(tag = "kind")] pub(crate) enum Internal { A, B { x: u8 } }
        #[derive(Serialize, JsonSchema)] #[serde(tag = "t", content = "c")] pub(crate) enum Adjacent { A, B(u8) }
        #[derive(Serialize, JsonSchema)] #[serde(untagged)] pub(crate) enum Untagged { A(u8), B { x: u8 } }
        #[derive(SseEvent)]
        pub(crate) enum Feed { Unit(Unit), External(External), Internal(Internal), Adjacent(Adjacent), Untagged(Untagged) }
    } {
        #[derive(Serialize, JsonSchema)] pub(crate) enum Unit { A, B, /** New. */ C }
        #[derive(Serialize, JsonSchema)] pub(crate) enum External { A, New, B(String), D { x: u8 } }
        #[derive(Serialize, JsonSchema)] #[serde(tag = "kind")] pub(crate) enum Internal { A, B { x: String }, C }
        #[derive(Serialize, JsonSchema)] #[serde(tag = "t", content = "c")] pub(crate) enum Adjacent { A, Renamed(u8) }
        #[derive(Serialize, JsonSchema)] #[serde(untagged)] pub(crate) enum Untagged { A(u8), B { x: u8 }, C(String) }
        #[derive(SseEvent)]
        pub(crate) enum Feed { Unit(Unit), External(External), Internal(Internal), Adjacent(Adjacent), Untagged(Untagged) }
    } [
        (ConstChanged, "Feed/Adjacent/t=B", Error),
        (TypeChanged, "Feed/External/B", Error),
        (ConstChanged, "Feed/External/C", Error),
        (VariantAdded, "Feed/Internal", Error),
        (TypeChanged, "Feed/Internal/kind=B/x", Error),
        (VariantAdded, "Feed/Untagged", Error),
        (EnumValueAdded, "Feed/External", Warn),
        (EnumValueAdded, "Feed/Unit", Warn),
    ]

    an_open_stream_may_get_variants_and_values: {
        #[derive(Serialize, JsonSchema)] pub(crate) enum Unit { A, B }
        #[derive(Serialize, JsonSchema)] #[serde(tag = "kind")] pub(crate) enum Internal { A, B { x: u8 } }
        #[derive(SseEvent)] #[sse(open)] pub(crate) enum Feed { Unit(Unit), Internal(Internal) }
    } {
        #[derive(Serialize, JsonSchema)] pub(crate) enum Unit { A, B, C }
        #[derive(Serialize, JsonSchema)] #[serde(tag = "kind")] pub(crate) enum Internal { A, B { x: u8 }, C }
        #[derive(SseEvent)] #[sse(open)] pub(crate) enum Feed { Unit(Unit), Internal(Internal) }
    } [(VariantAdded, "Feed/Internal", Warn), (EnumValueAdded, "Feed/Unit", Info)]

    arrays_tuples_and_maps: {
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            Pair(u8, String),
            Rgb([u8; 3]),
            List(Vec<u8>),
            Map(BTreeMap<String, u8>),
            Numbered(HashMap<u32, u8>),
            Inner(BTreeMap<String, Vec<(u8, bool)>>),
        }
    } {
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            Pair(u8, String, bool),
            Rgb([u8; 4]),
            List((u8, u8)),
            Map(BTreeMap<u32, u8>),
            Numbered(HashMap<String, u8>),
            Inner(BTreeMap<String, Vec<(u8, u8)>>),
        }
    } [
        (TypeChanged, "Feed/Inner/*/*/1", Error),
        (ArrayBecameTuple, "Feed/List", Error),
        (MapKeysWidened, "Feed/Numbered", Error),
        (TupleLengthChanged, "Feed/Pair", Error),
        (TupleLengthChanged, "Feed/Rgb", Error),
        (MapKeysNarrowed, "Feed/Map", Info),
    ]

    keys_of_maps_become_other_integers: {
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            Fewer(BTreeMap<i32, String>),
            More(BTreeMap<u32, String>),
            Otherwise(BTreeMap<u32, String>),
            Wider(BTreeMap<u8, u8>),
        }
    } {
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            Fewer(BTreeMap<u32, String>),
            More(BTreeMap<i64, String>),
            Otherwise(BTreeMap<i32, u8>),
            Wider(BTreeMap<u64, u8>),
        }
    } [
        (MapKeysWidened, "Feed/More", Error),
        (MapKeysWidened, "Feed/Otherwise", Error),
        (TypeChanged, "Feed/Otherwise/*", Error),
        (MapKeysNarrowed, "Feed/Fewer", Info),
    ]

    flattened_structs_enums_and_maps: {
        #[derive(Serialize, JsonSchema)] pub(crate) struct Inner { x: u8, y: u8 }
        #[derive(Serialize, JsonSchema)] #[serde(tag = "kind")] pub(crate) enum Kind { A { a: u8 }, B { b: u8 } }
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            Struct { n: u8, #[serde(flatten)] inner: Inner },
            Enum { n: u8, #[serde(flatten)] kind: Kind },
            Map { n: u8, #[serde(flatten)] rest: BTreeMap<String, u8> },
        }
    } {
        #[derive(Serialize, JsonSchema)] #[serde(tag = "kind")] pub(crate) enum Kind { A { a: u8 }, B { b: String }, C }
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            Struct { n: u8, x: u8, y: u8 },
            Enum { n: u8, #[serde(flatten)] kind: Kind },
            Map { n: u8, #[serde(flatten)] rest: BTreeMap<String, String> },
        }
    } [
        (VariantAdded, "Feed/Enum", Error),
        (TypeChanged, "Feed/Enum/kind=B/b", Error),
        (TypeChanged, "Feed/Map/*", Error),
    ]

    a_recursive_type_changes_within: {
        #[derive(Serialize, JsonSchema)] pub(crate) struct Tree { name: String, of: Vec<Self> }
        #[derive(SseEvent)] pub(crate) enum Feed { Tree(Tree), Trees(Vec<Tree>) }
    } {
        #[derive(Serialize, JsonSchema)] pub(crate) struct Tree { name: Option<String>, of: Vec<Self> }
        #[derive(SseEvent)] pub(crate) enum Feed { Tree(Tree), Trees(Vec<Tree>) }
    } [(PropertyBecameNullable, "Feed/Tree/name", Error)]

    what_is_only_said_changes: {
        /// All prices.
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            /// A price.
            Tick { /** In cents. */ cents: u32 },
        }
    } {
        /// All prices that there are.
        #[derive(SseEvent)]
        pub(crate) enum Feed {
            /// One price.
            Tick { #[deprecated] cents: u32 },
        }
    } [
        (DescriptionChanged, "Feed", Info),
        (DescriptionChanged, "Feed/Tick", Info),
        (DescriptionChanged, "Feed/Tick/cents", Info),
        (DeprecatedChanged, "Feed/Tick/cents", Info),
    ]

    types_move_and_are_renamed_without_notice: {
        #[derive(Serialize, JsonSchema)] pub(crate) struct Price { cents: u32 }
        #[derive(SseEvent)] pub(crate) enum Feed { Tick(Price), Last { price: Price } }
    } {
        #[derive(Serialize, JsonSchema)] pub(crate) struct Amount { cents: u32 }
        #[derive(SseEvent)] pub(crate) enum Feed { Last { price: Amount }, Tick { cents: u32 } }
    } []
}

#[expect(dead_code, reason = "only the types are used")]
mod named {
    use super::*;

    #[derive(Serialize, JsonSchema)]
    pub(super) struct Price {
        cents: u32,
    }
    #[derive(SseEvent)]
    pub(super) enum Feed {
        Tick(Price),
        Done,
    }
}

#[expect(dead_code, reason = "only the types are used")]
mod renamed {
    use super::*;

    #[derive(Serialize, JsonSchema)]
    pub(super) struct Amount {
        cents: i64,
    }
    #[derive(SseEvent)]
    pub(super) enum Feed {
        Tick(Amount),
        #[sse(event = "Done")]
        Finished,
    }
}

#[test]
fn names_count_for_source_alone() {
    let grew = (IntWidthGrew, "Feed/Tick/cents", Error);
    check::<named::Feed, renamed::Feed>(Options::new(), &[grew]);
    for profile in [Profile::Source, Profile::Ts] {
        let renamed = [(TsNameChanged, "Feed/Done", Error), (DefRenamed, "Feed/Tick", Error), grew];
        check::<named::Feed, renamed::Feed>(Options::new().profile(profile), &renamed);
    }
}

#[test]
fn the_golden_feed_is_compatible_with_itself() {
    let golden = include_str!("../golden/feed.schema.json");
    let view = serde_json::from_str(golden).unwrap();
    let options = Options::new().profile(Profile::Ts).closed_enums(true);
    assert_eq!(compare(&view, &view, &options).unwrap(), []);
}
