//! A typed client in TypeScript, or in JavaScript with its types, from the events of a stream.
//!
//! A team adds this to its `xtask` and runs `cargo xtask typings`; CI runs `cargo xtask typings --check`, so that the
//! types in the page cannot drift from those in Rust:
//!
//! ```no_run
//! # use sse_core::schema::SseSchema;
//! # fn main_of<Feed: SseSchema, Chat: SseSchema>() -> std::process::ExitCode {
//! sse_core::codegen::Cli::new(env!("CARGO_MANIFEST_DIR"))
//!     .stream::<Feed>("/feed")
//!     .stream::<Chat>("/rooms/{room}/events")
//!     .default_out("web/sse")
//!     .run()
//! # }
//! ```
//!
//! Each stream becomes one module, beside a runtime without dependencies:
//!
//! ```ts
//! import { openFeed, streamFeed } from "./sse/feed.js";
//!
//! const feed = openFeed();                                    // over the browser's EventSource
//! feed.on("price-tick", (tick) => show(tick.symbol, tick.cents));
//! feed.onReset(({ reason }) => reload(reason));               // missed events cannot be had again
//!
//! for await (const event of streamFeed({ signal, headers, onReset })) { // over fetch: headers, POST, backoff
//!   switch (event.event) { case "price-tick": show(event.data.symbol, event.data.cents); }
//! }
//!
//! const chat = openChat({ room: 7 }, { base: "https://chat.example" }); // the path has a parameter
//! ```
//!
//! To the iterator `onOpen`, `onReset`, `onUnknown`, `onEnd` and `onState` are options; `onReset` is called before the first
//! event behind the reset is yielded.
//!
//! | what | [`Emit::Ts`] | [`Emit::Js`] |
//! |---|---|---|
//! | files | `feed.ts`, `runtime.ts` | `feed.js`, `feed.d.ts`, `runtime.js`, `runtime.d.ts` |
//! | the page needs | a bundler or `tsc` 5.2 or newer | nothing |
//! | Node needs | a loader of TypeScript, or `tsc` | `"type": "module"` in the `package.json` of the folder, or [`--module cjs`](ModuleKind) |
//!
//! # When the connection breaks
//!
//! A browser's `EventSource` reconnects by itself, until something answers with another status than 200, as a proxy does
//! during a deploy: then it is closed for good. `openFeed` opens another one. It waits first, longer with each failure in a
//! row and never as long as others do, and asks by HEAD whether there is a stream again:
//!
//! | HEAD is answered by | what happens |
//! |---|---|
//! | 200, `text/event-stream` | a new `EventSource`, with the last id in the query: `/feed?lastEventId=k3x9f0q2m1-184` |
//! | 405, 501 | the same: this server knows no HEAD |
//! | 408, 425, 429, 5xx, or nothing | it waits and asks again, for as long as `Retry-After` says; `maxRetries` ends it |
//! | 204 | the stream is complete: `onEnd`, and closed |
//! | any other status, another content type | closed for good |
//!
//! `onConnectionError` is told each time, by the browser's event or by a `StreamError` with status and headers, and whether
//! the connection is `"reconnecting"` or `"closed"`. Listeners stay where they are. To a page of another origin an answer
//! without CORS headers is no answer, and so is waited out.
//!
//! `streamFeed` takes any status but 200 for an error, and throws it, unless `retryStatuses` has it:
//! `streamFeed({ retryStatuses: [429, 502, 503, 504] })`.
//!
//! # One connection for all tabs
//!
//! Over HTTP/1.1 a browser opens six connections to an origin, and each tab's stream takes one. With
//! [`Options::shared`], `openFeed({ connect: shared })` has one for all tabs, through Web Locks and `BroadcastChannel`:
//!
//! ```ts
//! import { openFeed } from "./sse/feed.js";
//! import { shared } from "./sse/runtime-shared.js";
//!
//! const feed = openFeed({ connect: shared });
//! ```
//!
//! When the tab that holds it is closed, another one resumes behind the last event that it saw. No tab misses an event or
//! gets one twice, or it is told to start over (`onReset`). It needs a secure context; without one each tab has its own
//! connection.
//!
//! A tab that comes later gets what comes from then on, and not what the server sends to a new connection: no snapshot, no
//! retained value. Nobody could say where that ends in a connection that others have. A page that shows a state asks for it
//! first, together with the id that it is of, and begins there; what came since is told to it by the other tab:
//!
//! ```ts
//! const { devices, lastEventId } = await (await fetch("/devices")).json();
//! const home = openHome({ connect: shared, lastEventId });
//! ```
//!
//! # Options
//!
//! | flag | [`Options`] | effect |
//! |---|---|---|
//! | `--int64 bigint` | [`int64`](Options::int64) | integers of 64 bits are `bigint`, without loss; or `string`, or `forbid` |
//! | `--non-finite null` | [`non_finite_null`](Options::non_finite_null) | `price: number \| null`, as NaN is sent |
//! | `--exact-optional` | [`exact_optional`](Options::exact_optional) | `note?: string` instead of `note?: string \| null` |
//! | `--brand uuid,date-time` | [`brand`](Options::brand) | `id: sse.Branded<"uuid">` instead of `id: string` |
//! | `--emit-schemas` | [`schemas`](Options::schemas) | `FeedSchemas.tick`, for [`validate`](#validation) |
//! | `--react` | [`react`](Options::react) | `useSse(openFeed, { on: { tick: … } })` |
//! | `--shared` | [`shared`](Options::shared) | one connection for all tabs |
//! | `--runtime inline` | [`runtime`](Options::runtime) | no `runtime.ts`: it is in `feed.ts`; or of a package, `import=@acme/sse` |
//! | `--module cjs` | [`module`](Options::module) | with `--emit js`: `feed.cjs`, for `require` |
//! | `--ext none` | [`extension`](Options::extension) | `from "./runtime"`, or `ts`, instead of `"./runtime.js"` |
//!
//! A payload of `#[sse(bytes = "base64")]` is a `Uint8Array` to the page.
//!
//! The iterator has its own decoder, which takes 600 bytes. It holds [`conformance`](crate::conformance)'s vectors at every
//! split, dispatches at a CR without waiting for the next byte, moves the position by a block without data, and is bounded by
//! `maxBufferSize`. Npm's `eventsource-parser` is larger (1 400 bytes in its version 3, 1 800 in 4), and version 3 does
//! neither of the two in the middle, so there is no option to take it instead.
//!
//! # Validation
//!
//! Types say what a server of the same version sends. To check what comes, give schemas of any library that has
//! [Standard Schema], as zod, valibot and arktype do:
//!
//! ```ts
//! import { validator } from "./sse/runtime.js";
//!
//! const validate = validator<FeedEvents>({ tick: z.fromJSONSchema(FeedSchemas.tick) });
//! openFeed({ validate, onInvalid: (event, error) => report(error) });
//! ```
//!
//! What they refuse goes to `onInvalid`, and is thrown without it. Validators may be asynchronous; events stay in order.
//! `validator` takes a function, too: `validator((event, data) => { if (…) throw … })`.
//!
//! # Sizes
//!
//! What a bundler makes of it, minified, after `gzip -9`; what is not imported is not there:
//!
//! | import | bytes |
//! |---|---|
//! | the wrapper of `EventSource`, the iterator, each alone | 2 310, 2 380 |
//! | `openFeed`, `streamFeed`, each alone, with a stream of twelve events | 2 490, 2 580 |
//! | both, with everything in `runtime` | 4 230 |
//! | `runtime-shared`, `runtime-react`, `runtime-bigint`, each besides | 1 690, 350, 580 |
//!
//! [Standard Schema]: https://standardschema.dev
//!
//! What else there is to do; `--help` behind a verb has its options:
//!
//! | `cargo xtask` | writes |
//! |---|---|
//! | `typings --lang python` | a module of [`python`] for each stream |
//! | `schema` | the JSON Schema of each stream, also in draft-07, and as the fields stand on the wire |
//! | `openapi` | a document of [`openapi`], or the routes into a document that is there |
//! | `asyncapi` | a document of AsyncAPI 3 |
//! | `compat` | nothing: it says whether deployed clients get along with what the code says now ([`compat`](crate::compat)) |
//! | `list` | nothing: it prints the streams, and the types that no stream is registered for |
//!
//! With `--check` they write nothing, and exit with 4 if a file is not as it would be written. Documents are JSON, whatever the
//! file is called, with their keys sorted; one into which `openapi --merge` puts the routes is written anew.
//!
//! [`Registry`] renders without touching a file; [`Cli`] is the command line over it.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "text that is put together once, in a build step, is best read as what it looks like"
)]

mod alias;
mod apart;
mod args;
mod asyncapi;
mod cli;
mod diagnostic;
mod error;
mod expression;
mod files;
mod header;
mod ident;
mod integers;
mod jsdoc;
mod keyword;
mod lines;
mod link;
pub mod openapi;
mod options;
pub mod python;
mod registry;
mod runtime;
mod sources;
mod stream;
mod types;
mod verbs;

pub use self::cli::Cli;
pub use self::diagnostic::Diagnostic;
pub use self::error::CodegenError;
pub use self::options::{Emit, Extension, Int64, ModuleKind, Options, Runtime};
pub use self::registry::Registry;
