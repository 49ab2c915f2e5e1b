//! What is generated, and in which language.

use alloc::string::String;
use alloc::vec::Vec;

/// What is generated, and for which streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    pub(super) emit: Emit,
    pub(super) only: Vec<String>,
    pub(super) types: TypeOptions,
    /// Whether each of these is written too.
    pub(super) schemas: bool,
    pub(super) react: bool,
    pub(super) shared: bool,
    pub(super) runtime: Runtime,
    pub(super) module: ModuleKind,
    pub(super) extension: Extension,
}

/// What schemas become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TypeOptions {
    pub(super) int64: Int64,
    pub(super) non_finite_null: bool,
    pub(super) exact_optional: bool,
    /// The formats of strings that have types of their own.
    pub(super) brands: Vec<String>,
}

impl Options {
    /// TypeScript, for all streams.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the language.
    #[must_use]
    pub const fn emit(mut self, emit: Emit) -> Self {
        self.emit = emit;
        self
    }

    /// Leaves out all streams but this one, and those that further calls name.
    #[must_use]
    pub fn only(mut self, stream: impl Into<String>) -> Self {
        self.only.push(stream.into());
        self
    }

    /// Sets what integers of 64 bits and more are, of which JavaScript's `number` holds only 53. Default: `number`.
    #[must_use]
    pub const fn int64(mut self, int64: Int64) -> Self {
        self.types.int64 = int64;
        self
    }

    /// Sets whether each float may be `null`, as `serde_json` writes NaN and the infinities: `number | null`. Default: not,
    /// because most streams send none.
    #[must_use]
    pub const fn non_finite_null(mut self, null: bool) -> Self {
        self.types.non_finite_null = null;
        self
    }

    /// Sets whether a property that may be absent is never `null`: `note?: string`, not `note?: string | null`. Default: not,
    /// because a schema does not say whether `None` is left out or sent.
    #[must_use]
    pub const fn exact_optional(mut self, exact: bool) -> Self {
        self.types.exact_optional = exact;
        self
    }

    /// Gives strings of a format, `uuid` or `date-time`, a type of their own, `sse.Branded<"uuid">`: every such value is a
    /// `string`, but not the other way round.
    #[must_use]
    pub fn brand(mut self, format: impl Into<String>) -> Self {
        self.types.brands.push(format.into());
        self
    }

    /// Sets whether the JSON Schemas of the payloads are written too, as a constant: `z.fromJSONSchema(FeedSchemas.tick)`.
    /// A payload of bytes has none, like one that is empty.
    #[must_use]
    pub const fn schemas(mut self, schemas: bool) -> Self {
        self.schemas = schemas;
        self
    }

    /// Sets whether `runtime-react` is written too, with `useSse` for React 18 or newer.
    #[must_use]
    pub const fn react(mut self, react: bool) -> Self {
        self.react = react;
        self
    }

    /// Sets whether `runtime-shared` is written too, with one connection for all tabs: `openFeed({ connect: shared })`.
    #[must_use]
    pub const fn shared(mut self, shared: bool) -> Self {
        self.shared = shared;
        self
    }

    /// Sets where the runtime is. Default: in files of its own.
    #[must_use]
    pub fn runtime(mut self, runtime: Runtime) -> Self {
        self.runtime = runtime;
        self
    }

    /// Sets which modules [`Emit::Js`] writes. TypeScript is what its compiler makes of it, whatever this says.
    #[must_use]
    pub const fn module(mut self, module: ModuleKind) -> Self {
        self.module = module;
        self
    }

    /// Sets how the modules that [`Emit::Ts`] writes name each other. JavaScript is found by whole names only.
    #[must_use]
    pub const fn extension(mut self, extension: Extension) -> Self {
        self.extension = extension;
        self
    }

    /// How the runtime's names begin in a stream's module.
    pub(super) fn namespace(&self) -> &'static str {
        if self.runtime == Runtime::Inline { "" } else { "sse." }
    }
}

/// What integers of 64 bits and more are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Int64 {
    /// `number`: those beyond 2^53 are rounded, which the documentation of each says.
    #[default]
    Number,
    /// `string`, which they must be on the wire too: one that is sent as a number is an error.
    String,
    /// `bigint`, without loss. It takes `JSON.parse` with source text: Chromium 114, Firefox 135, Safari 18.4, Node 21.
    /// Elsewhere the client throws when it is opened.
    BigInt,
    /// An error, with the place of each.
    Forbid,
}

/// Where the runtime of the client is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Runtime {
    /// In files beside those of the streams: `runtime.ts`.
    #[default]
    File,
    /// In each stream's file, with everything else that is asked for (`useSse`, `shared`), so that it stands alone. Each has
    /// a copy: with several streams [`Runtime::File`] is smaller, and a `StreamError` is the same class to all of them. A
    /// type of the stream must not have a name that the runtime uses.
    Inline,
    /// In a package, by the name that it is imported by: `@acme/sse`. No runtime is written. The package exports what the
    /// files of [`Runtime::File`] do, of the same version: `runtime`, and `runtime-bigint` with [`Int64::BigInt`]; and
    /// `runtime-react` and `runtime-shared` if the page wants them, for neither is written.
    Import(String),
}

/// Which modules the client is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModuleKind {
    /// ES modules: `feed.js`, `feed.d.ts`.
    #[default]
    Esm,
    /// For `require`: `feed.cjs`, `feed.d.cts`.
    Cjs,
}

/// How modules name each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extension {
    /// `./runtime.js`, which browsers and Node find once it is compiled, and bundlers at once.
    #[default]
    Js,
    /// `./runtime.ts`, for tools that run TypeScript as it is. `tsc` takes it with `allowImportingTsExtensions`.
    Ts,
    /// `./runtime`, for bundlers, and for `tsc` that resolves as they do.
    None,
}

/// The language of the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Emit {
    /// TypeScript, for a bundler or `tsc`.
    #[default]
    Ts,
    /// JavaScript modules that a browser loads as they are, with their types beside them.
    Js,
}
