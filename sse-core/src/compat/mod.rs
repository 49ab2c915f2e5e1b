//! Whether clients that are out there get along with what the server sends now.
//!
//! The reader is old, the writer is new: the reader was made from the [event view](crate::schema::event_view) at some
//! commit, the *base*; the server sends what the view says now, the *head*. [`compare`] finds what changed between
//! them, and says of each change how bad it is.
//!
//! ```
//! use sse_core::compat::{Options, compare};
//! use sse_core::{SseEvent, schema::event_view};
//!
//! mod before {
//!     #[derive(sse_core::SseEvent)]
//!     #[sse(rename_all = "kebab-case")]
//!     pub enum Feed {
//!         PriceTick { symbol: String, cents: u32 },
//!         Halted(String),
//!     }
//! }
//!
//! #[derive(SseEvent)]
//! #[sse(rename_all = "kebab-case")]
//! enum Feed {
//!     PriceTick { symbol: String, cents: u64, venue: String },
//!     Paused(String),
//! }
//!
//! let findings = compare(&event_view::<before::Feed>()?, &event_view::<Feed>()?, &Options::new())?;
//! let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
//! assert_eq!(lines, [
//!     "error event-removed Feed/halted: the event is no longer sent (renamed to `paused`?)",
//!     "error int-width-grew Feed/price-tick/cents: it was uint32, and is uint64: JSON.parse rounds beyond 2^53",
//!     "info event-added Feed/paused: the event is new",
//!     "info property-added Feed/price-tick/venue: the property is new",
//! ]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In CI
//!
//! The schemas are committed. `cargo xtask schema` writes them, `cargo xtask compat` compares them with the code:
//!
//! ```no_run
//! # use sse_core::schema::SseSchema;
//! # fn main_of<Feed: SseSchema>() -> std::process::ExitCode {
//! sse_core::codegen::Cli::new(env!("CARGO_MANIFEST_DIR"))
//!     .stream::<Feed>("/feed")
//!     .default_schemas("schemas")
//!     .run()
//! # }
//! ```
//!
//! ```sh
//! cargo xtask schema --check                 # the committed schemas are those of the code
//! cargo xtask compat --base origin/main      # and clients of the branch's base get along with it
//! ```
//!
//! The base is what was committed where the branch left `origin/main`, so that a branch does not fail for what others
//! merged meanwhile. That needs the history: `actions/checkout` with `fetch-depth: 0`. `--base` is also a file that
//! `schema --out` wrote, or a folder of them, as that of the last release. `--base HEAD` needs no history: it holds what is
//! not committed against what is. `--format github` annotates the pull request, at the type of the stream where its file is
//! found.
//!
//! | exit code | |
//! |---|---|
//! | 0 | no error (with `--deny warn`: no warning either) |
//! | 1 | usage, git, a file that cannot be read or is no event view, or more to compare than there may be |
//! | 100 | incompatible, or a stream has no schema |
//!
//! A change that is made anyway stands in `sse-compat.toml` beside the workspace's manifest, with each place where it
//! is, for a reason and until a day: text names nine of them, `--format json` 65. `at = "Feed/tick/**"` is for all places
//! below `Feed/tick`; only `Feed/**`, for the whole stream, allows a change in more places than are named. From the day
//! after, the entry is an error, whether or not there is still something to allow; until then, one that has nothing to
//! allow is only reported:
//!
//! ```toml
//! [[allow]]
//! rule = "event-removed"
//! at = "Feed/old-event"
//! reason = "the last client that reads it was retired in May"
//! until = 2027-01-31
//! ```
//!
//! # Where
//!
//! [`Finding::at`] begins with the stream and the event, and goes on with the way through the payload: the name of a
//! property, `*` for the items of a list and the values of a map, the index of an element of a tuple, `kind=circle` for
//! the variant with that tag, `#1` for the second variant of a union that has none. `~` and `/` in a name are
//! `~0` and `~1`.
//!
//! A type that is used in several places is compared once, whether or not it may be `null` in some of them. What is found
//! is reported where it is used first, events and properties being in the order of their names; [`Finding::also`] has
//! up to 64 others, and [`Finding::more`] says how many it has not. What a type contains of its own type is no further
//! place:
//!
//! ```text
//! error  int-width-grew               Feed/book/ask/price/cents: it was int32, and is int64: JSON.parse rounds beyond 2^53
//!                                     also at Feed/book/bid/price/cents, Feed/fee/cents
//! ```
//!
//! # Rules
//!
//! `wire`: clients that are deployed. `source`: those that generate their types anew as well, and import them by name.
//! `ts`: as `source`, where integers and floats are of one type. Values of a map, items of a list and the payloads of
//! `stream-reset` and its like are compared by the same rules.
//!
//! | rule | change | wire | source | ts | note |
//! |---|---|---|---|---|---|
//! | `stream-removed` | a stream is gone | error | error | error | |
//! | `stream-added` | a stream is new | info | info | info | |
//! | `stream-closed-removed` | a stream is no longer `closed` | error | error | error | clients rely on the list of events |
//! | `stream-closed-added` | a stream became `closed` | info | info | info | |
//! | `stream-open-added` | a stream became `open` | warn | warn | warn | clients that are out there were not told |
//! | `stream-open-removed` | a stream is no longer `open` | info | info | info | |
//! | `event-removed` | an event is gone | error | error | error | warn if it was deprecated |
//! | `event-added` | an event is new | info | info | info | error if the stream was `closed` |
//! | `event-default-changed` | a named event became the default event, or the other way round | error | error | error | another listener gets it |
//! | `event-encoding-changed` | `json`, `text`, `base64` or `empty` became another of them | error | error | error | |
//! | `event-terminal-added` | an event became the last of its stream, or is new and is it | error | error | error | old clients reconnect behind it |
//! | `event-terminal-removed` | an event is no longer the last of its stream | error | error | error | old clients stop too early |
//! | `event-id-removed` | an event no longer carries an id of its own | error | error | error | clients come back with an older one |
//! | `event-id-added` | an event carries an id of its own | info | info | info | |
//! | `event-retry-changed` | an event carries another reconnection time | info | info | info | |
//! | `property-removed` | a property is gone | error | error | error | warn if it was optional or deprecated, info if both |
//! | `property-added` | a property is new | info | info | info | error if the object took no others |
//! | `property-became-optional` | a property may be missing | error | error | error | a new `skip_serializing_if` |
//! | `property-became-required` | a property is always there | info | info | info | |
//! | `property-became-nullable` | a value may be `null` | error | error | error | also an item, an element or a whole payload |
//! | `property-became-non-null` | a value is never `null` | info | info | info | |
//! | `property-renamed` | a property is gone and one of the same type is new | error | error | error | if it was neither optional nor deprecated: else it is gone |
//! | `type-changed` | no value is one of before | error | error | error | string to integer; a string with another `contentEncoding` |
//! | `type-widened` | there are values of further types | error | error | error | integer to number: warn for `ts` |
//! | `type-narrowed` | there are no values of some types | info | info | info | |
//! | `int-width-grew` | integers may exceed 2^53, and could not before | error | error | error | `JSON.parse` rounds them |
//! | `int-width-shrank` | integers no longer exceed 2^53 | info | info | info | |
//! | `format-changed` | a value has another format, or none | warn | warn | warn | `date-time` to `date`, `uuid` to none |
//! | `format-added` | a value has a format, and had none | info | info | info | |
//! | `bound-widened` | a limit of values, lengths or counts went out or away | warn | warn | warn | also that of `u8` to `u32`, and a `pattern` |
//! | `bound-narrowed` | a limit of values, lengths or counts is new or went in | info | info | info | |
//! | `schema-changed` | a keyword changed that is not understood here | error | error | error | `not`, `if`, `contains`, `dependentRequired` |
//! | `enum-value-added` | an enum has another value | warn | warn | warn | error with `--closed-enums`; info if the stream was `open` |
//! | `enum-value-removed` | an enum has a value less | info | info | info | |
//! | `variant-added` | a union has another variant | error | error | error | warn if the stream was `open`, and clients know the tag |
//! | `variant-removed` | a union has a variant less | info | info | info | |
//! | `const-changed` | a constant has another value | error | error | error | most often the tag of a variant that was renamed |
//! | `tuple-length-changed` | a tuple has more elements, or fewer | error | error | error | also an array of fixed length |
//! | `array-became-tuple` | a list became a tuple | error | error | error | |
//! | `tuple-became-array` | a tuple became a list | error | error | error | |
//! | `map-keys-widened` | a map has keys that it did not take | error | error | error | integers to strings |
//! | `map-keys-narrowed` | the keys of a map are fewer | info | info | info | |
//! | `additional-properties-opened` | an object may have further properties | info | info | info | error if it took no others and now has them, by `flatten` of a map |
//! | `additional-properties-closed` | an object has no further properties | info | info | info | |
//! | `default-changed` | another default | info | info | info | |
//! | `description-changed` | another description | info | info | info | |
//! | `examples-changed` | other examples | info | info | info | |
//! | `deprecated-changed` | deprecated, or no longer | info | info | info | |
//! | `def-renamed` | the type of a payload, or of a part of it, has another name | | error | error | only if the old name is gone |
//! | `ts-name-changed` | the type of an event has another name | | error | error | its variant was renamed |
//!
//! # Limits
//!
//! A schema that is nested deeper than 128, has more than 4096 alternatives in one place, is put together from more than
//! 16,384 schemas there (`anyOf`, `oneOf`, `allOf` and `$ref`) or takes more than 50,000 comparisons is a [`CompatError`].
//! The values of one `enum` are not limited. The keywords of `schema-changed` are compared as they are written.

#![expect(clippy::format_push_string, reason = "text that is put together once, in a build step, is best read so")]

mod allow;
mod arrays;
mod bounds;
mod comparison;
mod day;
mod error;
mod events;
mod finding;
mod github;
mod invalid;
mod merge;
mod number;
mod objects;
mod options;
mod report;
mod resolve;
mod rule;
mod severity;
mod stream;
mod unions;
mod uses;
mod variants;
mod wrapped;

use alloc::borrow::ToOwned as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;

use serde_json::Value;

pub use self::allow::{Allowance, Allowances, Verdict};
use self::comparison::Comparison;
pub use self::day::Day;
pub use self::error::CompatError;
use self::error::{Problem, Side};
pub use self::finding::Finding;
pub(crate) use self::github::Places;
pub use self::invalid::InvalidAllowances;
pub use self::options::{Options, Profile};
pub use self::report::Format;
pub use self::rule::Rule;
pub use self::severity::Severity;
use self::stream::Stream;

/// Finds what changed between two event views of one stream: what is worst comes first, then by place.
///
/// # Errors
///
/// Returns [`CompatError`] if one of them is no event view of version 1, has a reference that points nowhere, or is
/// beyond the [limits](self#limits).
pub fn compare(base: &Value, head: &Value, options: &Options) -> Result<Vec<Finding>, CompatError> {
    let (base, head) = (Stream::read(Side::Base, base)?, Stream::read(Side::Head, head)?);
    Ok(sorted(compare_streams(&base, &head, *options)?))
}

/// Finds what changed between the streams of an application, whose names are the titles of their event views.
///
/// # Errors
///
/// As [`compare`], and if two views of one side have the same title.
pub fn compare_all(base: &[Value], head: &[Value], options: &Options) -> Result<Vec<Finding>, CompatError> {
    let (base, head) = (by_name(Side::Base, base)?, by_name(Side::Head, head)?);
    let mut findings = Vec::new();
    let mut report = |rule: Rule, stream: &Stream<'_>, message: &str, hint| {
        if let Some(severity) = rule.severity(options.profile) {
            let (stream, message) = (stream.name.to_owned(), message.to_owned());
            findings.push(Finding {
                at: stream.clone(),
                stream,
                rule,
                severity,
                message,
                hint,
                also: Vec::new(),
                more: 0,
            });
        }
    };
    for (name, stream) in &head {
        if !base.contains_key(name) {
            report(Rule::StreamAdded, stream, "the stream is new", None);
        }
    }
    for (name, stream) in &base {
        if !head.contains_key(name) {
            let alike =
                |other: &&Stream<'_>| !base.contains_key(other.name) && other.events.keys().eq(stream.events.keys());
            let hint = head.values().find(alike).map(|other| format!("renamed to `{}`?", other.name));
            report(Rule::StreamRemoved, stream, "the stream is gone", hint);
        }
    }
    for (name, stream) in &base {
        if let Some(now) = head.get(name) {
            findings.extend(compare_streams(stream, now, *options)?);
        }
    }
    Ok(sorted(findings))
}

fn compare_streams(base: &Stream<'_>, head: &Stream<'_>, options: Options) -> Result<Vec<Finding>, CompatError> {
    let mut comparison = Comparison::new(options, base, head);
    comparison.streams()?;
    Ok(comparison.into_findings())
}

fn by_name(side: Side, views: &[Value]) -> Result<BTreeMap<&str, Stream<'_>>, CompatError> {
    let mut streams = BTreeMap::new();
    for view in views {
        let stream = Stream::read(side, view)?;
        if let Some(other) = streams.insert(stream.name, stream) {
            return Err(other.failed(Problem::SameStream));
        }
    }
    Ok(streams)
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        let order = b.severity.cmp(&a.severity);
        order.then_with(|| (&a.at, a.rule, &a.message).cmp(&(&b.at, b.rule, &b.message)))
    });
    findings.dedup();
    findings
}
