//! What a developer reads who changed an enum: every line that the verb prints.

use schemars::JsonSchema;
use serde::Serialize;
use sse_core::SseEvent;
use sse_core::compat::{Allowances, Day, Format, Options, Profile, compare};
use sse_core::schema::{SseSchema, event_view};

fn text<Base: SseSchema, Head: SseSchema>(options: Options) -> String {
    let findings = compare(&event_view::<Base>().unwrap(), &event_view::<Head>().unwrap(), &options).unwrap();
    Allowances::default().apply(findings, Day::today()).render(Format::Text)
}

macro_rules! prints {
    ($($name:ident: { $($base:item)+ } { $($head:item)+ } $($Profile:ident)? [$($line:literal,)*])+) => {
        $(
            #[test]
            fn $name() {
                versions!({ $($base)+ } { $($head)+ });
                let options = Options::new()$(.profile(Profile::$Profile))?;
                let printed = text::<base::Feed, head::Feed>(options);
                assert_eq!(printed.lines().collect::<Vec<_>>(), [$($line),*]);
            }
        )+
    };
}

prints! {
    a_variant_is_renamed_and_another_is_new: {
        #[derive(SseEvent)]
        #[sse(rename_all = "kebab-case")]
        pub(super) enum Feed { PriceTick { cents: i64 }, Log(String) }
    } {
        #[derive(SseEvent)]
        #[sse(rename_all = "kebab-case")]
        pub(super) enum Feed { Tick { cents: i64 }, Log(String), Halted }
    } [
        "error  event-removed                Feed/price-tick: the event is no longer sent",
        "                                    renamed to `tick`?",
        "info   event-added                  Feed/halted: the event is new",
        "info   event-added                  Feed/tick: the event is new",
        "incompatible: 1 breaking, 2 harmless",
    ]

    a_type_that_many_use_is_changed: {
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Money { cents: i32 }
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Side { price: Money }
        #[derive(SseEvent)]
        pub(super) enum Feed { Book { bid: Side, ask: Option<Side> }, Fee(Money), Fees(Vec<Money>), Log(String) }
    } {
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Money { cents: i64 }
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Side { price: Money }
        #[derive(SseEvent)]
        pub(super) enum Feed { Book { bid: Side, ask: Option<Side> }, Fee(Money), Fees(Vec<Money>), Log(String) }
    } [
        "error  int-width-grew               Feed/Book/ask/price/cents: it was int32, and is int64: JSON.parse rounds beyond 2^53",
        "                                    also at Feed/Book/bid/price/cents, Feed/Fee/cents, Feed/Fees/*/cents",
        "incompatible: 1 breaking",
    ]

    options_become_required: {
        #[derive(SseEvent)]
        pub(super) enum Feed {
            A { null: Option<String>, #[serde(skip_serializing_if = "Option::is_none")] absent: Option<String> },
            B { null: String, absent: String },
        }
    } {
        #[derive(SseEvent)]
        pub(super) enum Feed {
            A { null: String, absent: String },
            B { null: Option<String>, #[serde(skip_serializing_if = "Option::is_none")] absent: Option<String> },
        }
    } [
        "error  property-became-optional     Feed/B/absent: the property may be missing",
        "error  property-became-nullable     Feed/B/absent: it may be null",
        "error  property-became-nullable     Feed/B/null: it may be null",
        "info   property-became-required     Feed/A/absent: the property is always there",
        "info   property-became-non-null     Feed/A/absent: it is never null any more",
        "info   property-became-non-null     Feed/A/null: it is never null any more",
        "incompatible: 3 breaking, 3 harmless",
    ]

    an_enum_gets_a_value: {
        #[derive(Serialize, JsonSchema)]
        pub(super) enum Currency { Eur, Usd }
        #[derive(SseEvent)]
        pub(super) enum Feed { Price { currency: Currency, other: Option<Currency> } }
    } {
        #[derive(Serialize, JsonSchema)]
        pub(super) enum Currency { Eur, Usd, Chf }
        #[derive(SseEvent)]
        pub(super) enum Feed { Price { currency: Currency, other: Option<Currency> } }
    } [
        "warn   enum-value-added             Feed/Price/currency: the value \"Chf\" is new",
        "                                    also at Feed/Price/other",
        "compatible: 1 risky",
    ]

    a_value_of_an_enum_gets_data: {
        #[derive(Serialize, JsonSchema)]
        pub(super) enum Status { Open, Halted }
        #[derive(SseEvent)]
        pub(super) enum Feed { Market { status: Status } }
    } {
        #[derive(Serialize, JsonSchema)]
        pub(super) enum Status { Open, Halted { reason: String } }
        #[derive(SseEvent)]
        pub(super) enum Feed { Market { status: Status } }
    } [
        "error  variant-added                Feed/Market/status: the variant \"Halted\" carries data now: old clients do not know it",
        "info   enum-value-removed           Feed/Market/status: the value \"Halted\" is gone",
        "incompatible: 1 breaking, 1 harmless",
    ]

    a_type_is_split_in_two_of_the_same_shape: {
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Side { cents: i64 }
        #[derive(SseEvent)]
        pub(super) enum Feed { Book { bid: Side, ask: Side } }
    } {
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Bid { cents: i64 }
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Ask { cents: i64 }
        #[derive(SseEvent)]
        pub(super) enum Feed { Book { bid: Bid, ask: Ask } }
    } [
        "compatible: nothing changed",
    ]

    a_type_is_split_in_two_for_those_who_import_it: {
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Side { cents: i64 }
        #[derive(SseEvent)]
        pub(super) enum Feed { Book { bid: Side, ask: Side } }
    } {
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Bid { cents: i64 }
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Ask { cents: i64 }
        #[derive(SseEvent)]
        pub(super) enum Feed { Book { bid: Bid, ask: Ask } }
    } Source [
        "error  def-renamed                  Feed/Book/ask: the type `Side` is `Ask` now",
        "error  def-renamed                  Feed/Book/bid: the type `Side` is `Bid` now",
        "incompatible: 2 breaking",
    ]

    unions_get_a_variant: {
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        pub(super) enum Order { Market { size: u32 }, Limit { size: u32, cents: i64 } }
        #[derive(Serialize, JsonSchema)]
        #[serde(untagged)]
        pub(super) enum Value { Number(f64), Text(String) }
        #[derive(SseEvent)]
        pub(super) enum Feed { Placed(Order), Read { value: Value } }
    } {
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        pub(super) enum Order { Market { size: u32 }, Limit { size: u32, cents: i64 }, Stop { cents: i64 } }
        #[derive(Serialize, JsonSchema)]
        #[serde(untagged)]
        pub(super) enum Value { Number(f64), Text(String), Many(Vec<f64>) }
        #[derive(SseEvent)]
        pub(super) enum Feed { Placed(Order), Read { value: Value } }
    } [
        "error  variant-added                Feed/Placed: the variant \"stop\" is new: old clients do not know it",
        "error  variant-added                Feed/Read/value: the variant of type array is new: old clients do not know it",
        "incompatible: 2 breaking",
    ]

    a_struct_that_takes_no_others_is_no_union: {
        #[derive(Serialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct Price { price: u32 }
        #[derive(SseEvent)]
        #[sse(open)]
        pub(super) enum Feed { Priced(Price) }
    } {
        #[derive(Serialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct Price { amount: String }
        #[derive(SseEvent)]
        #[sse(open)]
        pub(super) enum Feed { Priced(Price) }
    } [
        "error  property-added               Feed/Priced/amount: the property is new, and the object took no others",
        "error  property-removed             Feed/Priced/price: the property is no longer sent",
        "incompatible: 2 breaking",
    ]

    a_union_is_flattened_into_a_variant: {
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub(super) enum Told { Trade { cents: i64 } }
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub(super) enum Both { Trade { cents: i64 }, Quote { bid: i64 } }
        #[derive(SseEvent)]
        #[sse(open)]
        pub(super) enum Feed { Told(Told), Both(Both) }
    } {
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "side")]
        pub(super) enum Side { Buy, Sell }
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub(super) enum Told { Trade { cents: i64, #[serde(flatten)] side: Side } }
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub(super) enum Both { Trade { cents: i64, #[serde(flatten)] side: Side }, Quote { bid: i64 } }
        #[derive(SseEvent)]
        #[sse(open)]
        pub(super) enum Feed { Told(Told), Both(Both) }
    } [
        "info   property-added               Feed/Both/#0/side: the property is new",
        "info   property-added               Feed/Told/side: the property is new",
        "compatible: 2 harmless",
    ]

    a_union_is_no_longer_flattened_into_a_variant: {
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "side")]
        pub(super) enum Side { Buy, Sell }
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub(super) enum Told { Trade { cents: i64, #[serde(flatten)] side: Side } }
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub(super) enum Both { Trade { cents: i64, #[serde(flatten)] side: Side }, Quote { bid: i64 } }
        #[derive(SseEvent)]
        #[sse(open)]
        pub(super) enum Feed { Told(Told), Both(Both) }
    } {
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub(super) enum Told { Trade { cents: i64 } }
        #[derive(Serialize, JsonSchema)]
        #[serde(tag = "type")]
        pub(super) enum Both { Trade { cents: i64 }, Quote { bid: i64 } }
        #[derive(SseEvent)]
        #[sse(open)]
        pub(super) enum Feed { Told(Told), Both(Both) }
    } [
        "error  variant-added                Feed/Both: the variant of type object is new: old clients do not know it",
        "error  variant-added                Feed/Told: the variant of type object is new: old clients do not know it",
        "info   variant-removed              Feed/Both: a variant of type object is gone",
        "info   variant-removed              Feed/Told: a variant of type object is gone",
        "incompatible: 2 breaking, 2 harmless",
    ]

    encodings_change: {
        #[derive(SseEvent)]
        pub(super) enum Feed { Log(String), Ping, Blob(Vec<u8>) }
    } {
        #[derive(SseEvent)]
        pub(super) enum Feed { #[sse(text)] Log(String), Ping { n: u8 }, #[sse(bytes = "base64")] Blob(Vec<u8>) }
    } [
        "error  event-encoding-changed       Feed/Blob: its data was json, and is base64",
        "error  event-encoding-changed       Feed/Log: its data was json, and is text",
        "error  event-encoding-changed       Feed/Ping: its data was empty, and is json",
        "incompatible: 3 breaking",
    ]

    another_event_ends_the_stream: {
        #[derive(SseEvent)]
        pub(super) enum Feed { Log(String), #[sse(terminal)] Closed, Done }
    } {
        #[derive(SseEvent)]
        pub(super) enum Feed { Log(String), Closed, #[sse(terminal)] Done }
    } [
        "error  event-terminal-removed       Feed/Closed: it is no longer the last event of its stream: old clients stop there",
        "error  event-terminal-added         Feed/Done: it is the last event of its stream now: old clients reconnect behind it",
        "incompatible: 2 breaking",
    ]

    the_stream_gets_an_end: {
        #[derive(SseEvent)]
        pub(super) enum Feed { Tick(u8) }
    } {
        #[derive(SseEvent)]
        pub(super) enum Feed { Tick(u8), #[sse(terminal)] Done }
    } [
        "error  event-terminal-added         Feed/Done: it is the last event of its stream: old clients reconnect behind it",
        "info   event-added                  Feed/Done: the event is new",
        "incompatible: 1 breaking, 1 harmless",
    ]

    the_stream_has_no_end_any_more: {
        #[derive(SseEvent)]
        pub(super) enum Feed { Tick(u8), #[sse(terminal)] Done }
    } {
        #[derive(SseEvent)]
        pub(super) enum Feed { Tick(u8) }
    } [
        "error  event-removed                Feed/Done: the event is no longer sent",
        "incompatible: 1 breaking",
    ]

    ids_and_the_default_event: {
        #[derive(SseEvent)]
        pub(super) enum Feed { Log { #[sse(id)] id: u64, text: String }, Tick(u32) }
    } {
        #[derive(SseEvent)]
        pub(super) enum Feed { Log { id: u64, text: String }, #[sse(event = "message")] Tick(u32) }
    } [
        "error  event-id-removed             Feed/Log: it carries no id of its own any more: clients come back with an older one",
        "error  event-default-changed        Feed/Tick: it is sent as the default event now: listeners for `Tick` get nothing",
        "incompatible: 2 breaking",
    ]

    a_struct_is_flattened_or_wrapped: {
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Meta { at: String, by: String }
        #[derive(SseEvent)]
        pub(super) enum Feed { A { n: u8, meta: Meta }, B { n: u8, #[serde(flatten)] meta: Meta } }
    } {
        #[derive(Serialize, JsonSchema)]
        pub(super) struct Meta { at: String, by: String }
        #[derive(SseEvent)]
        pub(super) enum Feed { A { n: u8, #[serde(flatten)] meta: Meta }, B { n: u8, meta: Meta } }
    } [
        "error  property-removed             Feed/A/meta: the property is no longer sent",
        "error  property-removed             Feed/B/at: the property is no longer sent",
        "error  property-removed             Feed/B/by: the property is no longer sent",
        "info   property-added               Feed/A/at: the property is new",
        "info   property-added               Feed/A/by: the property is new",
        "info   property-added               Feed/B/meta: the property is new",
        "incompatible: 3 breaking, 3 harmless",
    ]

    a_string_becomes_an_enum_and_a_list_a_map: {
        #[derive(SseEvent)]
        pub(super) enum Feed { A { venue: String, prices: Vec<u32> } }
    } {
        #[derive(Serialize, JsonSchema)]
        pub(super) enum Venue { Main, Dark }
        #[derive(SseEvent)]
        pub(super) enum Feed { A { venue: Venue, prices: std::collections::BTreeMap<String, u32> } }
    } [
        "error  type-changed                 Feed/A/prices: it was array, and is object",
        "info   type-narrowed                Feed/A/venue: it was string, and is one of 2 values",
        "incompatible: 1 breaking, 1 harmless",
    ]

    a_payload_gets_a_struct_around_it: {
        #[derive(SseEvent)]
        pub(super) enum Feed { Count(u32), Names(Vec<String>) }
    } {
        #[derive(SseEvent)]
        pub(super) enum Feed { Count { count: u32 }, Names { names: Vec<String> } }
    } [
        "error  type-changed                 Feed/Count: it was integer, and is object",
        "error  type-changed                 Feed/Names: it was array, and is object",
        "incompatible: 2 breaking",
    ]
}
