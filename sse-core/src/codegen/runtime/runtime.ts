/// <reference lib="esnext.disposable" preserve="true" />

/** How the payload of an event is written: as JSON, as text as it is, not at all, or so that this reads it, as {@link base64} does. */
export type Encoding<T = unknown> = "json" | "text" | "empty" | ((text: string) => T);

/** What is known of a stream: the names of its events and how each payload is written. `M` maps names to payloads. */
export interface Codec<M> {
  readonly name: string;
  readonly events: { readonly [K in keyof M & string]: Encoding<M[K]> };
  /** The events with which the stream is complete. */
  readonly terminal: readonly (keyof M & string)[];
  /** Instead of `JSON.parse`. */
  readonly parse?: (text: string, event: string) => unknown;
  /** Never there: it only carries the type. */
  readonly "~events"?: M;
}

/** The union of a stream's events, told apart by `event`. */
export type EventOf<M> = {
  [K in keyof M & string]: { readonly event: K; readonly data: M[K]; readonly id: string };
}[keyof M & string];

/** An event as it was received. `id` is the last event ID at that point. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** Why a position could not be resumed. */
export type ResetReason = "evicted" | "unknown-epoch" | "future" | "malformed" | "lagged" | (string & {});

/** What the server says when a connection is accepted (`stream-open`). */
export interface OpenInfo {
  /** `recovered`: everything missed follows. `reset`: it cannot; forget what you hold. */
  readonly resume: "fresh" | "recovered" | "reset" | "unsupported";
  readonly reason?: ResetReason;
  readonly keepAlive: "comment" | "event" | "off";
  readonly keepAliveMs?: number;
  readonly schema?: string;
}

/** What the server says instead of a partial replay (`stream-reset`): what follows does not continue what came before. */
export interface ResetInfo {
  readonly reason: ResetReason;
  /** The reason for each topic, where a connection carries several. */
  readonly topics?: { readonly [topic: string]: ResetReason };
}

/** What the server says when the stream is complete (`stream-end`). */
export interface EndInfo {
  readonly [key: string]: unknown;
}

export interface ControlHandlers {
  onOpen?: ((info: OpenInfo) => void) | undefined;
  onReset?: ((info: ResetInfo) => void) | undefined;
  /** The stream is complete: the server said so (also by status 204), or a terminal event came. */
  onEnd?: ((info: EndInfo) => void) | undefined;
  /** A payload that is not what its event promises. Without this handler the error is thrown. */
  onInvalid?: ((event: ServerSentEvent, error: StreamError) => void) | undefined;
  /** What checks each payload: a {@link validator}. Events wait for it in their order. */
  validate?: Validate | undefined;
}

declare const brand: unique symbol;

/** A string of this format, `uuid` or `date-time`. */
export type Branded<F extends string> = string & { readonly [brand]: F };

/** A schema of a payload, in the dialect of 2020-12. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Why a stream failed. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  /** `limit`: an event is larger than `maxBufferSize`. `data`: a payload cannot be decoded. `schema`: `validate` refuses it. */
  declare readonly code: "status" | "content-type" | "connection" | "limit" | "data" | "schema";
  /** The answer's status; 0 if there was none. */
  declare readonly status: number;
  declare readonly headers: Headers | undefined;

  constructor(code: StreamError["code"], message: string, cause?: unknown, response?: Response) {
    super(message, { cause });
    this.code = code;
    this.status = response?.status ?? 0;
    this.headers = response?.headers;
  }
}

/** A validator as zod, valibot and arktype have them (standardschema.dev). */
export interface StandardSchema {
  readonly "~standard": { readonly validate: (value: unknown) => StandardResult | Promise<StandardResult> };
}

/** What a {@link StandardSchema} says: there are no issues, or these. */
export interface StandardResult {
  readonly issues?: readonly { readonly message: string }[] | undefined;
}

/** Looks at a payload, and throws if it is not as it should be. */
export type Check = (event: string, data: unknown) => void | Promise<void>;

/** An event's payload, in a list; or why it has none; or nothing, if the codec does not know the event. */
export type Decoded = readonly [payload: any] | StreamError | undefined;

/** What a {@link validator} is: it tells `next` of all that it is given, in that order, once the payloads are checked. */
export type Validate = (
  decode: (event: ServerSentEvent) => Decoded,
) => (event: ServerSentEvent | undefined, next: (decoded: Decoded) => void) => void;

/**
 * Checks payloads, by schemas: `openFeed({ validate: validator<FeedEvents>({ tick: z.object({ … }) }) })`; or by a function.
 *
 * What is handed over is the payload itself, which the types describe, and not what a schema makes of it.
 */
export function validator<M>(by: Check | { readonly [K in keyof M & string]?: StandardSchema }): Validate {
  const check = typeof by === "function" ? by : bySchema(by as { [name: string]: StandardSchema });
  return (decode) => {
    // What waits for a check that takes time, or for one before it.
    let queue: Promise<void> | undefined;
    return (event, next) => {
      const step = (): void | Promise<void> => {
        const decoded = event && decode(event);
        if (!decoded || decoded instanceof StreamError) return next(decoded);
        const refuse = (cause: unknown): void => next(errorOf("schema", `event ${JSON.stringify(event.event)} is invalid`, cause));
        let checked: void | Promise<void>;
        try {
          checked = check(event.event, decoded[0]);
        } catch (cause) {
          return refuse(cause);
        }
        // A function may return what nobody asked for.
        return settled(checked, () => next(decoded), refuse);
      };
      const waits = queue ? queue.then(step) : step();
      if (!waits) return;
      const last = (queue = waits.catch(report).finally(() => {
        if (queue === last) queue = undefined;
      }));
    };
  };
}

function bySchema(schemas: { readonly [event: string]: StandardSchema }): Check {
  return (event, data) => {
    if (!Object.hasOwn(schemas, event)) return;
    const check = ({ issues }: StandardResult): void => {
      if (issues) throw new StreamError("schema", `event ${JSON.stringify(event)}: ${issues.map((issue) => issue.message).join("; ")}`, issues);
    };
    return settled(schemas[event]!["~standard"].validate(data), check);
  };
}

// Now, unless it is a promise, which may be of another realm.
function settled<T>(value: T | Promise<T>, then: (value: T) => void, otherwise?: (cause: unknown) => void): void | Promise<void> {
  return typeof (value as any)?.then === "function" ? Promise.resolve(value).then(then, otherwise) : then(value as T);
}

export interface UrlOptions {
  /** What the path is appended to: an origin, with or without the beginning of a path. */
  base?: string | URL | undefined;
  query?: ConstructorParameters<typeof URLSearchParams>[0];
}

/** Makes the URL of a stream from its path. */
export function streamUrl(path: string, { base = "", query }: UrlOptions = {}): string {
  const search = String(new URLSearchParams(query));
  return String(base).replace(/\/$/, "") + path + (search && "?" + search);
}

/** Encodes a parameter of a path. Throws a `TypeError` for `.` and `..`, which would lead to another path. */
export function pathSegment(value: string | number): string {
  if (/^\.\.?$/.test(String(value))) throw new TypeError(`${JSON.stringify(value)} cannot stand in a path`);
  return encodeURIComponent(value);
}

/** Encodes what stands for the rest of a path, as {@link pathSegment} does: its slashes stay. */
export function pathRest(rest: string | number): string {
  return String(rest).split("/").map(pathSegment).join("/");
}

/** Reads the payload of an event that is sent as bytes. */
export function base64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
}

/** Calls the handler of the event's name; a missing handler is a type error. */
export function match<M, R>(event: EventOf<M>, handlers: { [K in keyof M & string]: (data: M[K], id: string) => R }): R {
  return handlers[event.event](event.data, event.id);
}

const MAX_DELAY = 2 ** 31 - 1; // what a timer can hold
const MAX_RETRY_AFTER = 3_600_000; // a date in another year is a mistake
const EVENT_STREAM = "text/event-stream";
const MAX_SILENCE = 30_000; // before a HEAD is given up
const KEEP_ALIVE = 15_000; // what our server does unless it is told otherwise

// Waits, but only until the attempt is aborted, whether or not the other side knows signals, or until `ms` of silence.
function timed<T>(promise: T | Promise<T>, attempt: AbortController, ms = 0): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const { signal } = attempt;
    const late = () => attempt.abort(new StreamError("connection", `silent for ${ms} ms`));
    const timer = ms && setTimeout(late, Math.min(ms, MAX_DELAY));
    const leave = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave);
    if (signal.aborted) leave();
    Promise.resolve(promise).then(resolve, reject).finally(leave);
  });
}

// Until then, or until the attempt is aborted: it is, either way.
function sleep(attempt: AbortController, ms: number): Promise<void> {
  return timed(new Promise<void>(() => {}), attempt, ms || 1).catch(() => {});
}

function errorOf(code: StreamError["code"], message: string, cause: unknown): StreamError {
  return cause instanceof StreamError ? cause : new StreamError(code, message, cause);
}

// Doubles with each failure in a row, up to the cap, and is drawn from below that.
function backoff(retry: number, failures: number, { maxBackoffMs = 30_000 }: { maxBackoffMs?: number | undefined }): number {
  return retry + (failures && Math.random()) * Math.max(0, Math.min(maxBackoffMs, Math.max(retry, 100) * 2 ** failures) - retry);
}

// How long the server asks to be left alone, in milliseconds.
function retryAfter(response: Response): number {
  const after = response.headers.get("retry-after") ?? "";
  return Math.min(/^\d+$/.test(after) ? +after * 1000 : Date.parse(after) - Date.now() || 0, MAX_RETRY_AFTER);
}

// Lets go of an answer, also of a `fetch` that does not know signals.
function drop(response: Response): void {
  response.body?.cancel().catch(() => {});
}

// Why an answer is no event stream.
function refusal(response: Response): StreamError | undefined {
  const { status, headers } = response;
  if (status !== 200) return new StreamError("status", `status ${status}`, undefined, response);
  const type = headers.get("content-type") ?? "";
  // Of several, the last one counts.
  if (/(^|,)\s*text\/event-stream\s*(;[^,]*)?$/i.test(type)) return undefined;
  return new StreamError("content-type", `content type ${type}`, undefined, response);
}

/** Where a stream stands. */
export interface Position {
  /** The id that a reconnect sends: it moves with the blank line, also of a block without data. */
  lastEventId: string;
  /** The reconnection time in milliseconds, if the server has set it. */
  retry?: number | undefined;
}

/**
 * The incremental parser of `text/event-stream` (HTML standard, section 9.2.6), for one connection: it makes of the next bytes
 * the events that they complete, and moves the position as they are taken: all of them, before the next bytes. Throws only
 * if an event exceeds the limit.
 */
export function eventStreamParser(position: Position, maxBufferSize: number = 1 << 20): (chunk: Uint8Array) => Generator<ServerSentEvent> {
  let id = position.lastEventId;
  let name = "";
  let data: string[] = [];
  let size = 0;
  let rest = "";
  // What the next character is ignored if it is: the BOM, or the LF of a CR LF whose CR has ended the line.
  let skip = "\uFEFF";
  // The BOM is ours to remove, because decoders differ when it comes in pieces.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const check = (line: string): void => {
    if (size + line.length > maxBufferSize) throw new StreamError("limit", `more than ${maxBufferSize} characters`);
  };
  return function* (chunk) {
    let text = decoder.decode(chunk, { stream: true });
    if (!text) return;
    if (text[0] === skip) text = text.slice(1);
    skip = text.endsWith("\r") ? "\n" : "";
    const lines = text.split(/\r\n?|\n/);
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    for (const line of lines) {
      check(line);
      const [, field, value] = /^([^:]*):? ?(.*)/s.exec(line) as unknown as [string, string, string];
      if (!line) {
        position.lastEventId = id;
        if (data.length) yield { event: name || "message", data: data.join("\n"), id };
        name = "";
        data = [];
        size = 0;
      } else if (field === "data") {
        data.push(value);
        size += value.length + 1;
      } else if (field === "event") name = value;
      else if (field === "id") {
        if (!value.includes("\0")) id = value;
      } else if (field === "retry" && /^\d+$/.test(value)) position.retry = +value;
    }
    check(rest);
  };
}

function decoder<M>(codec: Codec<M>): (event: ServerSentEvent) => Decoded {
  const { parse = (text) => JSON.parse(text) } = codec;
  const encodings = codec.events as { readonly [name: string]: Encoding };
  return ({ event, data }) => {
    if (!Object.hasOwn(encodings, event)) return undefined;
    const encoding = encodings[event]!;
    try {
      return [encoding === "json" ? parse(data, event) : encoding === "text" ? data : encoding === "empty" ? undefined : encoding(data)];
    } catch (cause) {
      return errorOf("data", `event ${JSON.stringify(event)} is invalid`, cause);
    }
  };
}

/** What a control event says. */
export function parseControl(data: string): any {
  try {
    return Object(JSON.parse(data));
  } catch {
    return {}; // another server's event of that name
  }
}

/** The event that a native listener gets. */
export interface Message extends Event {
  readonly data: string;
  readonly lastEventId: string;
  readonly origin: string;
}

/** The part of `EventSource` that is used, so that a polyfill fits. */
export interface EventSourceLike {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: any) => void): void;
  close(): void;
}

export interface ConnectOptions {
  withCredentials?: boolean | undefined;
  /** Where to resume: the first request says so too, in its query. */
  lastEventId?: string | undefined;
  /** How many attempts in a row may fail before nobody tries again: no limit. 0: when the browser gives up, that is all. */
  maxRetries?: number | undefined;
  /** The least delay before a connection that the browser gave up is opened again: 3000. */
  retryMs?: number | undefined;
  /** The longest delay that backoff leads to: 30 000. */
  maxBackoffMs?: number | undefined;
  /** The constructor, where there is no global one. */
  EventSource?: (new (url: string | URL, init?: { withCredentials?: boolean }) => EventSourceLike) | undefined;
  /** What asks, by HEAD, whether to open again. It must send what an `EventSource` of yours adds to its requests. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

export interface OpenOptions extends ControlHandlers, ConnectOptions {
  /** Closes the connection when it aborts. */
  signal?: AbortSignal | undefined;
  /** Whether to close when the stream is complete (default), or to let the server answer the reconnect with 204. */
  closeOnEnd?: boolean | undefined;
  /** What makes the connection, e.g. one for all tabs: {@link reopening}. */
  connect?: Connect | undefined;
}

export interface ListenOptions {
  /** Removes the listener when it aborts. */
  signal?: AbortSignal | undefined;
}

/** A connection that tells a {@link Sink} what happens on it. */
export interface Connection {
  /** 0 connecting, also while it waits to be opened again; 1 open; 2 closed for good. */
  readonly readyState: number;
  close(): void;
}

/** Who is told what happens on a {@link Connection}. */
export interface Sink {
  /** Whether the stream is complete, so that nobody need connect again. */
  readonly ended: boolean;
  /** An event, and the last event ID behind it. */
  message(event: Message, lastEventId: string): void;
  error(error: Event | StreamError, state: "reconnecting" | "closed"): void;
}

/** Opens a connection for the events of these names. */
export type Connect = (url: string, names: readonly string[], sink: Sink, options: ConnectOptions) => Connection;

/** The URL that resumes behind an id; the rest of it stays as it is. */
export function resumeUrl(url: string, lastEventId: string): string {
  const [, path, query] = /^([^?#]*)\??([^#]*)/.exec(url)!;
  const pairs = query!.split("&").filter((pair) => pair && !/^lastEventId(=|$)/.test(pair));
  if (lastEventId) pairs.push("lastEventId=" + encodeURIComponent(lastEventId));
  return path + (pairs.length ? "?" + pairs.join("&") : "");
}

/**
 * An `EventSource`, and another one when the browser has given up: after a delay with backoff, and after a HEAD whose answer
 * was an event stream. 408, 425, 429, 5xx and no answer at all are waited out; whatever else is answered closes for good.
 */
export const reopening: Connect = (url, names, sink, options) => {
  const { withCredentials = false, maxRetries = Infinity, retryMs = 3000 } = options;
  let native: EventSourceLike;
  let attempt = new AbortController();
  let closed = false;
  let id = options.lastEventId;
  let failures = 0;
  let openedAt = 0;
  let keepAliveMs = KEEP_ALIVE;

  const close = () => {
    closed = true;
    native.close();
    attempt.abort();
  };

  const target = () => (id === undefined ? url : resumeUrl(url, id));

  const open = () => {
    // Whether the browser has an id from this connection: it begins with none, whatever is in the URL.
    let known = false;
    const opened = target();
    const source = (native = new (options.EventSource ?? (globalThis as any).EventSource)(opened, { withCredentials }));
    source.addEventListener("open", (event: Event) => {
      if (!("data" in event)) openedAt = Date.now();
    });
    for (const name of names) {
      source.addEventListener(name, (event: Message) => {
        // The browser's own `error` and `open` come to the same listeners as the server's, but carry no data.
        if (closed || !("data" in event)) return;
        if (event.lastEventId || known) {
          known = true;
          id = event.lastEventId;
        }
        if (name === "stream-open") keepAliveMs = parseControl(event.data).keepAliveMs ?? KEEP_ALIVE;
        else if (!name.startsWith("stream-")) failures = 0;
        sink.message(event, id ?? "");
      });
    }
    source.addEventListener("error", (event: Event) => {
      if (closed || "data" in event) return;
      if (openedAt && Date.now() - openedAt >= 2 * keepAliveMs) failures = 0;
      openedAt = 0;
      // What the server has taken back must not come from the URL again.
      if (source.readyState === 2 || (known && !id && opened !== target())) lost(event);
      else sink.error(event, "reconnecting");
    });
  };

  const lost = async (error: Event | StreamError, wait = 0): Promise<void> => {
    native.close();
    if (sink.ended || ++failures > maxRetries) {
      close();
      return sink.error(error, "closed");
    }
    attempt = new AbortController();
    sink.error(error, "reconnecting");
    await sleep(attempt, Math.max(backoff(retryMs, failures, options), wait));
    if (closed) return;
    attempt = new AbortController();
    const credentials = withCredentials ? "include" : "same-origin";
    const init = { method: "HEAD", headers: { accept: EVENT_STREAM }, credentials, cache: "no-store", signal: attempt.signal } as RequestInit;
    let response: Response | undefined;
    let refused: StreamError | undefined;
    try {
      response = await timed((options.fetch ?? fetch)(target(), init), attempt, MAX_SILENCE);
      refused = refusal(response);
    } catch (cause) {
      refused = errorOf("connection", "no answer", cause);
    }
    if (closed) return;
    const { status } = refused ?? {};
    if (!refused || status === 405 || status === 501) return open();
    // Who cannot do better at present may later.
    if (refused.code === "connection" || status! >= 500 || [408, 425, 429].includes(status!)) {
      void lost(refused, response && retryAfter(response));
    } else {
      close();
      sink.error(refused, "closed");
    }
  };

  open();
  return {
    get readyState() {
      return closed ? 2 : native.readyState % 2;
    },
    close,
  };
};

// No event has these names, because a name holds no line end.
const CONNECTION = "\n";
const INVALID = "\n\n";

/** A browser's `EventSource`, typed. */
export class TypedEventSource<M> implements Disposable {
  readonly codec: Codec<M>;
  /** The id of the last event. */
  lastEventId = "";
  #connection: Connection;
  #listeners = new Map<string, Set<(...args: any[]) => void>>();
  #closed = false;
  // What takes our handlers off the callers' signals.
  #releases = new Set<() => void>();

  constructor(codec: Codec<M>, url: string | URL, options: OpenOptions = {}) {
    const { signal, closeOnEnd = true, connect = reopening, validate } = options;
    this.codec = codec;
    const decode = decoder(codec);
    const inOrder = validate?.(decode) ?? ((event, next) => next(event && decode(event)));

    this.#add("stream-open", options.onOpen);
    this.#add("stream-reset", options.onReset);
    this.#add("stream-end", options.onEnd);
    this.#add(INVALID, options.onInvalid ?? ((_event, error) => report(error)));

    let ended = false;
    const end = (info: EndInfo) => {
      if (ended) return;
      ended = true;
      if (closeOnEnd) this.close();
      this.#emit("stream-end", info);
    };
    // One listener for each name: the payload is parsed once, and no listener misses a terminal event.
    const names = [...Object.keys(codec.events), "stream-open", "stream-reset", "stream-end", "stream-position"];
    this.#connection = connect(String(url), names, {
      get ended() {
        return ended;
      },
      message: (raw, id) => {
        const event = { event: raw.type, data: raw.data, id };
        inOrder(event, (decoded) => {
          if (this.#closed) return;
          const name = raw.type;
          this.lastEventId = id;
          if (name === "stream-end") return end(parseControl(raw.data));
          ended = false;
          if (!decoded) return this.#emit(name, parseControl(raw.data));
          if (decoded instanceof StreamError) this.#emit(INVALID, event, decoded);
          else this.#emit(name, decoded[0], raw);
          if (codec.terminal.includes(name as never)) end({});
        });
      },
      error: (error, state) =>
        inOrder(undefined, () => {
          if (this.#closed) return;
          this.#emit(CONNECTION, error, state);
          if (state !== "closed") return;
          if (error instanceof StreamError && error.status === 204) end({});
          this.close();
        }),
    }, options);
    const close = () => this.close();
    this.#onAbort(signal, close);
    if (signal?.aborted) close();
  }

  get readyState(): number {
    return this.#connection.readyState;
  }

  /** Calls `listener` for each event of this name, until the returned function is called. */
  on<K extends keyof M & string>(name: K, listener: (data: M[K], raw: Message) => void, options?: ListenOptions): () => void {
    return this.#add(name, listener, options);
  }

  /** The server has accepted a connection, and says whether it continues the one before. */
  onOpen(listener: (info: OpenInfo) => void, options?: ListenOptions): () => void {
    return this.#add("stream-open", listener, options);
  }

  /** What follows does not continue what came before. */
  onReset(listener: (info: ResetInfo) => void, options?: ListenOptions): () => void {
    return this.#add("stream-reset", listener, options);
  }

  /** The stream is complete. */
  onEnd(listener: (info: EndInfo) => void, options?: ListenOptions): () => void {
    return this.#add("stream-end", listener, options);
  }

  /**
   * The connection broke, or another attempt failed: it is `"reconnecting"`, or `"closed"` for good. The error is the browser's
   * event, which says nothing, or what a HEAD was told. Never a server's event named `error`.
   */
  onConnectionError(listener: (error: Event | StreamError, state: "reconnecting" | "closed") => void, options?: ListenOptions): () => void {
    return this.#add(CONNECTION, listener, options);
  }

  close(): void {
    this.#closed = true;
    this.#connection.close();
    for (const release of this.#releases) release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(name: string, listener: ((...args: any[]) => void) | undefined, options?: ListenOptions): () => void {
    const signal = options?.signal;
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    const entry = (...args: unknown[]) => signal?.aborted || listener?.(...args);
    listeners.add(entry);
    const release = this.#onAbort(signal, () => remove());
    const remove = () => {
      listeners.delete(entry);
      release();
    };
    return remove;
  }

  #onAbort(signal: AbortSignal | undefined, then: () => void): () => void {
    const release = () => {
      signal?.removeEventListener("abort", then);
      this.#releases.delete(release);
    };
    // After the end nothing comes that a handler could prevent.
    if (signal && this.readyState !== 2) {
      signal.addEventListener("abort", then);
      this.#releases.add(release);
    }
    return release;
  }

  #emit(name: string, ...args: unknown[]): void {
    const listeners = this.#listeners.get(name);
    for (const listener of [...(listeners ?? [])]) {
      if (!listeners?.has(listener)) continue;
      try {
        listener(...args);
      } catch (error) {
        // As with native listeners: the error is reported, and the others still hear of the event.
        report(error);
      }
    }
  }
}

function report(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Where a connection stands. */
export type StreamState =
  /** `lastEventId` is what is sent; empty also if the id cannot be sent in a header. */
  | { readonly state: "connecting"; readonly attempt: number; readonly lastEventId: string }
  | { readonly state: "open" }
  | { readonly state: "waiting"; readonly delayMs: number; readonly cause: unknown }
  | { readonly state: "closed" };

export interface StreamOptions extends ControlHandlers {
  /** `POST` if there is a body, else `GET`. */
  method?: string | undefined;
  /**
   * The headers, or what makes them for each attempt (a fresh token). What that throws is thrown the first time; later it
   * is a failed attempt.
   */
  headers?: RequestInit["headers"] | (() => RequestInit["headers"] | Promise<RequestInit["headers"]>);
  /** Sent with each attempt, so no `ReadableStream`, which is read only once. */
  body?: RequestInit["body"];
  credentials?: RequestInit["credentials"];
  /** Ends the iteration, silently, when it aborts. */
  signal?: AbortSignal | undefined;
  fetch?: ((url: string | URL, init: RequestInit) => Promise<Response>) | undefined;
  /** Where to resume. */
  lastEventId?: string | undefined;
  /** An event that the codec does not know: the server is newer. */
  onUnknown?: ((event: ServerSentEvent) => void) | undefined;
  onState?: ((state: StreamState) => void) | undefined;
  /** How large one event may be, in characters: 1 MiB. */
  maxBufferSize?: number | undefined;
  /** How many attempts in a row may fail before the iteration throws: no limit. */
  maxRetries?: number | undefined;
  /** Statuses that are no error but a failed attempt, e.g. `[429, 502, 503, 504]`. `Retry-After` is honoured, up to an hour. */
  retryStatuses?: readonly number[] | undefined;
  /** Whether a request that is neither GET nor HEAD may be repeated although no id was received. */
  allowRetry?: boolean | undefined;
  /** The reconnection time until the server names one: 3000. */
  retryMs?: number | undefined;
  /** The longest delay that backoff leads to: 30 000. */
  maxBackoffMs?: number | undefined;
  /** After which silence to reconnect: 2.5 times the keep-alive interval that the server announces. 0: never. */
  idleTimeoutMs?: number | undefined;
}

/**
 * Iterates over the events of a stream, over `fetch`: reconnects with `Last-Event-ID` until the stream is complete.
 *
 * Ends when the server says so (`stream-end`, a terminal event, 204), when `signal` aborts, and when the loop is left.
 * Throws a {@link StreamError} for any other status than 200, for another content type and for an answer without a body;
 * a `TypeError` for a request that can never be sent.
 */
export function stream<M>(codec: Codec<M>, url: string | URL, options: StreamOptions = {}): AsyncGenerator<EventOf<M>, void, undefined> {
  let stopped = false;
  let attempt = new AbortController();
  const stop = () => {
    stopped = true;
    attempt.abort();
  };
  const events = run();
  // A generator finishes only at its next `yield`: leaving must not wait for the server.
  for (const how of ["return", "throw"] as const) {
    const finish = events[how].bind(events);
    events[how] = (value: any) => {
      stop();
      return finish(value);
    };
  }
  return events;

  async function* run(): AsyncGenerator<EventOf<M>, void, undefined> {
    const { signal, body, headers: given, credentials, maxRetries = Infinity, retryStatuses = [], onState } = options;
    const method = options.method ?? (body == null ? "GET" : "POST");
    const safe = options.allowRetry || /^(GET|HEAD)$/i.test(method);
    const position: Position = { lastEventId: options.lastEventId ?? "", retry: options.retryMs };
    let idle = options.idleTimeoutMs;
    let announced = false; // whether this server sends `stream-open`
    let failures = 0;

    const decode = decoder(codec);
    const check = options.validate?.(decode);

    if (signal?.aborted) return;
    signal?.addEventListener("abort", stop);
    try {
      // What can never be sent would look like a broken network below.
      if ((body as any)?.getReader) throw new TypeError("a stream is read once");
      const request = { method, cache: "no-store", credentials, body } as RequestInit;
      new Request(options.fetch ? "http://localhost" : url, request);
      for (let count = 1; ; count++) {
        let cause: unknown;
        let wait = 0;
        let heard = false;
        let opened = false; // by `stream-open`
        let openedAt = Infinity;
        let interval = KEEP_ALIVE;
        // A header holds bytes, here as characters. One that no client sends would break every further attempt.
        const sent = /[\0-\x08\n-\x1f\x7f\ud800-\udfff]/u.test(position.lastEventId) ? "" : position.lastEventId;
        onState?.({ state: "connecting", attempt: count, lastEventId: sent });

        let headers: Headers | undefined;
        let response: Response | undefined;
        try {
          headers = new Headers(typeof given === "function" ? await timed(given(), attempt) : given);
          if (!headers.has("accept")) headers.set("accept", EVENT_STREAM);
          if (sent) headers.set("last-event-id", unescape(encodeURIComponent(sent)));
          const { signal: left } = attempt;
          const answer = (options.fetch ?? fetch)(url, { ...request, headers, signal: left });
          response = await timed(answer.then((late) => (left.aborted && drop(late), late)), attempt, idle);
        } catch (error) {
          cause = error;
        }
        if (stopped) return;
        if (!headers && count < 2) throw cause;
        if (response) {
          const { status } = response;
          if (status === 204) return options.onEnd?.({});
          cause = refusal(response);
          if (cause) {
            drop(response);
            if (!retryStatuses.includes(status)) throw cause;
            wait = retryAfter(response);
          } else if (!response.body) {
            throw new StreamError("connection", "no body", undefined, response);
          } else {
            const parse = eventStreamParser(position, options.maxBufferSize);
            const reader = response.body.getReader();
            // For a `fetch` that does not know signals; before `onState`, which may abort.
            attempt.signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
            openedAt = Date.now();
            onState?.({ state: "open" });
            for (;;) {
              let chunk: Uint8Array | undefined;
              try {
                chunk = (await timed(reader.read(), attempt, idle)).value;
              } catch (error) {
                cause = error;
              }
              if (stopped) return;
              if (!chunk) break;
              for (const event of parse(chunk)) {
                const name = event.event;
                const decoded = check
                  ? await timed(new Promise<Decoded>((next) => check(event, next)), attempt).catch((error) => {
                      if (!stopped) throw error;
                      return undefined;
                    })
                  : decode(event);
                if (stopped) return;
                if (decoded) {
                  heard = true;
                  if (!(decoded instanceof StreamError)) yield { ...event, data: decoded[0] } as EventOf<M>;
                  else if (options.onInvalid) options.onInvalid(event, decoded);
                  else throw decoded;
                  if (codec.terminal.includes(name as never)) return options.onEnd?.({});
                } else if (name.startsWith("stream-")) {
                  const info = parseControl(event.data);
                  if (name === "stream-open") {
                    interval = info.keepAliveMs ?? KEEP_ALIVE;
                    announced = opened = true;
                    idle = options.idleTimeoutMs ?? (info.keepAlive === "off" ? undefined : 2.5 * interval);
                    options.onOpen?.(info);
                  }
                  if (name === "stream-reset") options.onReset?.(info);
                  if (name === "stream-end") return options.onEnd?.(info);
                } else {
                  heard = true;
                  options.onUnknown?.(event);
                }
                if (stopped) return;
              }
            }
          }
        }
        // Nobody can say how much of the request has been done. A complete answer was all of it.
        const once = !safe && !position.lastEventId;
        if (once && !cause) return;
        // Good: an event, or long enough; both, if a server that announces its streams did not: it is turning clients away.
        const long = Date.now() - openedAt >= 2 * interval;
        const good = opened || !announced ? heard || long : heard && long;
        failures = good ? 0 : failures + 1;
        if (once || failures > maxRetries) throw errorOf("connection", "connection lost", cause);
        const delayMs = Math.max(backoff(position.retry ?? 3000, failures, options), wait);
        attempt.abort();
        attempt = new AbortController();
        onState?.({ state: "waiting", delayMs, cause });
        await sleep(attempt, delayMs);
        if (stopped) return;
        attempt = new AbortController();
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      stop();
      onState?.({ state: "closed" });
    }
  }
}
