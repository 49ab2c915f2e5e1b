//! The JSON Schema of a stream of events.
//!
//! Pure functions of the type: no I/O, and the same output on every run. [`event_view`] is the schema that other
//! languages generate their types from; [`Manifest`] is the same knowledge as Rust values, from which the
//! module `codegen` makes TypeScript. Payloads are described as they are serialized.
//!
//! # Where Rust and the wire differ
//!
//! | Rust | on the wire | in the schema | in TypeScript | what to know |
//! |---|---|---|---|---|
//! | `u64`, `i64`, `u128`, `i128` | all digits | `integer`, with its `format` | `number`, with a warning | `JSON.parse` rounds beyond 2⁵³: see `--int64` of the module `codegen`; an example beyond it fails the check of the module `conformance` |
//! | `f64` that is not finite | `null` | `number` | `number` | say `#[sse(non_finite = "..")]`, or make it an `Option` |
//! | `Option<T>` | `null` | required, or `null` | `T \| null` | |
//! | `Option<T>` with `skip_serializing_if` | left out | not required, or `null` | `n?: T \| null` | wider than what is sent; `--exact-optional` drops the `null` |
//! | `Option<Option<T>>` | `null` for both | as `Option<T>` | `T \| null` | does not come back as it was, unless serde is told to leave one out |
//! | `flatten` of a struct | its fields | its fields | its fields | |
//! | `flatten` of a map | its entries | `additionalProperties`, or `unevaluatedProperties` beside an enum | `[key: string]: unknown`, because TypeScript would hold the fields to be `V` too | an entry may have the name of a field, and then stands there twice |
//! | a map with integers for keys | keys as text | `patternProperties` | `{ [key: string]: V }` | |
//! | the same, and `u128`, `i128`, in a newtype with a tag or in what is flattened | as ever | as ever | as ever | no `SseDecode` reads it: serde keeps neither until it knows the rest |
//! | a map with tuples or structs for keys | nothing | as if it were sent | as if it were sent | the event is an `EncodeError` |
//! | a type that holds itself | nested | `$ref` | its name | |
//! | two types of one name | | [`SchemaError`] | | `#[schemars(rename = "..")]` on one of them |
//! | two payloads of one name, of flattened enums | | [`SchemaError`] | | `#[sse(name = "..")]` on one of the enums |
//! | a generic type, with several arguments | | [`SchemaError`], unless its name has them | `PageOfMoney` | `#[schemars(rename = "PageOf{T}")]` |
//! | `with`, `serialize_with` in the enum | what the function writes | does not compile, unless it is said | as it is said | `#[sse(wire = "..")]` |
//! | the same in a type of the payload | what the function writes | the Rust type | the Rust type | `#[schemars(with = "..")]`; the check of examples finds it |
//! | `untagged` | the variant's content | `anyOf` | a union | what two variants can be comes back as the first |
//! | `()`, in a newtype | `null` | `null` | `null` | |
//! | a unit variant | an empty `data:` line | no `data` | `undefined` | |
//! | `Vec<u8>` | a list of numbers | `array` | `number[]` | `#[sse(bytes = "base64")]` |
//! | `char` | text | `string` of length 1 | `string` | |
//! | `Duration` | `{"secs":1,"nanos":0}` | the same | the same | |
//! | `Result<T, E>` | `{"Ok":1}` | the same | the same | |
//! | `[T; N]` of more than 32 | | does not compile | | serde writes none; a `Vec` |
//! | `Rc`, `Arc` | what they hold | what they hold | what they hold | serde's feature `rc` |
//!
//! ```
//! # #[cfg(feature = "derive")] {
//! use std::collections::BTreeMap;
//! use sse_core::{SseEvent, wire::encode};
//!
//! #[derive(SseEvent)]
//! enum Feed {
//!     Wide(u64),
//!     Float(f64),
//!     Perhaps(Option<u8>),
//!     Keys(BTreeMap<u32, u8>),
//!     Pairs(BTreeMap<(u8, u8), u8>),
//! }
//!
//! assert_eq!(encode(&Feed::Wide(u64::MAX)).unwrap(), "event: Wide\ndata: 18446744073709551615\n\n");
//! assert_eq!(encode(&Feed::Float(f64::NAN)).unwrap(), "event: Float\ndata: null\n\n");
//! assert_eq!(encode(&Feed::Perhaps(None)).unwrap(), "event: Perhaps\ndata: null\n\n");
//! assert_eq!(encode(&Feed::Keys([(7, 1)].into())).unwrap(), "event: Keys\ndata: {\"7\":1}\n\n");
//! assert!(encode(&Feed::Pairs([((1, 2), 3)].into())).is_err());
//! # }
//! ```

mod canonical;
mod collision;
mod control;
mod draft07;
mod error;
mod example;
mod manifest;
pub(crate) mod non_finite;
pub(crate) mod reference;
mod typed;
pub(crate) mod view;
pub(crate) mod walk;
pub(crate) mod wire;

pub use self::canonical::{canonical, canonical_text};
pub use self::control::{ControlEvent, control_events};
pub use self::draft07::draft07;
pub use self::error::SchemaError;
pub use self::manifest::Manifest;
pub use self::typed::{EventSchema, Example, NonFinite, PayloadSchema, SseSchema, StreamFacts};
pub use self::view::event_view;
