/// <reference lib="esnext.disposable" preserve="true" />

/** How the payload of an event is written: as JSON, as text as it is, or not at all. */
export type Encoding = "json" | "text" | "empty";

/** What is known of a stream: the names of its events and how each payload is written. `M` maps names to payloads. */
export interface Codec<M> {
  readonly name: string;
  readonly events: { readonly [K in keyof M & string]: Encoding };
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
  /** Looks at each payload, and throws if it is not as it should be, e.g. {@link validator}. Events wait for it in their order. */
  validate?: ((event: string, data: unknown) => void | Promise<void>) | undefined;
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
  /** `limit`: an event is larger than `maxBufferSize`. `data`: a payload is not valid JSON. `schema`: `validate` refuses it. */
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

/**
 * Checks payloads by schemas: `openFeed({ validate: validator<FeedEvents>({ tick: z.object({ … }) }) })`.
 *
 * What is handed over is the payload itself, which the types describe, and not what a schema makes of it.
 */
export function validator<M>(schemas: { readonly [K in keyof M & string]?: StandardSchema }): (event: string, data: unknown) => void | Promise<void> {
  return (event, data) => {
    if (!Object.hasOwn(schemas, event)) return;
    const check = ({ issues }: StandardResult): void => {
      if (issues) throw new StreamError("schema", `event ${JSON.stringify(event)}: ${issues.map((issue) => issue.message).join("; ")}`, issues);
    };
    const result = (schemas as { [name: string]: StandardSchema })[event]!["~standard"].validate(data);
    return result instanceof Promise ? result.then(check) : check(result);
  };
}

export interface UrlOptions {
  /** What the path is appended to: an origin, with or without the beginning of a path. */
  base?: string | URL | undefined;
  query?: ConstructorParameters<typeof URLSearchParams>[0];
}

/** Makes the URL of a stream: `{name}` in the path is replaced by the parameter, encoded. */
export function streamUrl(path: string, options: UrlOptions = {}, params: { [name: string]: string | number } = {}): string {
  path = path.replace(/\{(\*?)(.+?)\}/g, (_, rest, name) =>
    (rest ? String(params[name]).split("/") : [params[name]!]).map(encodeURIComponent).join("/"),
  );
  const query = String(new URLSearchParams(options.query));
  return String(options.base ?? "").replace(/\/$/, "") + path + (query && "?" + query);
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
    const timer = ms ? setTimeout(late, Math.min(ms, MAX_DELAY)) : undefined;
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
  return retry + Math.random() * Math.max(0, Math.min(maxBackoffMs, Math.max(retry, 100) * 2 ** failures) - retry);
}

// How long the server asks to be left alone, in milliseconds.
function retryAfter(response: Response): number {
  const after = response.headers.get("retry-after") ?? "";
  return Math.min(/^\d+$/.test(after) ? +after * 1000 : Date.parse(after) - Date.now() || 0, MAX_RETRY_AFTER);
}

// Why an answer is no event stream.
function refusal(response: Response): StreamError | undefined {
  const { status, headers } = response;
  if (status !== 200) return new StreamError("status", `status ${status}`, undefined, response);
  const type = headers.get("content-type") ?? "";
  if (/^\s*text\/event-stream\s*(;|$)/i.test(type.split(",").pop()!)) return undefined;
  return new StreamError("content-type", `content type ${type}`, undefined, response);
}

/** The incremental parser of `text/event-stream` (HTML standard, section 9.2.6). One for each connection. */
export class EventStreamParser {
  /** The id that a reconnect sends: it moves with the blank line, also of a block without data. */
  declare lastEventId: string;
  /** The reconnection time in milliseconds, if the server has set it. */
  declare retry: number | undefined;
  #id: string;
  #event = "";
  #data: string[] = [];
  #size = 0;
  #rest = "";
  // What the next character is ignored if it is: the BOM, or the LF of a CR LF whose CR has ended the line.
  #skip = "\uFEFF";
  // The BOM is ours to remove, because decoders differ when it comes in pieces.
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #max: number;

  constructor(options: { lastEventId?: string | undefined; maxBufferSize?: number | undefined } = {}) {
    this.#id = this.lastEventId = options.lastEventId ?? "";
    this.#max = options.maxBufferSize ?? 1 << 20;
  }

  /** Takes the next bytes and calls `emit` for each event that they complete. Throws only if an event exceeds the limit. */
  push(chunk: Uint8Array, emit: (event: ServerSentEvent) => void): void {
    let text = this.#decoder.decode(chunk, { stream: true });
    if (!text) return;
    if (text[0] === this.#skip) text = text.slice(1);
    this.#skip = text.endsWith("\r") ? "\n" : "";
    const lines = text.split(/\r\n?|\n/);
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop()!;
    for (const line of lines) this.#line(line, emit);
    this.#check(this.#rest);
  }

  #check(line: string): void {
    if (this.#size + line.length > this.#max) {
      throw new StreamError("limit", `more than ${this.#max} characters`);
    }
  }

  #line(line: string, emit: (event: ServerSentEvent) => void): void {
    if (!line) {
      const data = this.#data;
      const event = this.#event || "message";
      this.lastEventId = this.#id;
      this.#event = "";
      this.#data = [];
      this.#size = 0;
      if (data.length) emit({ event, data: data.join("\n"), id: this.#id });
      return;
    }
    this.#check(line);
    const [, field, value] = /^([^:]*):? ?([^]*)/.exec(line) as unknown as [string, string, string];
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length + 1;
    } else if (field === "event") this.#event = value;
    else if (field === "id") {
      if (!value.includes("\0")) this.#id = value;
    } else if (field === "retry" && /^\d+$/.test(value)) this.retry = +value;
  }
}

function encodingOf(codec: { readonly events: object }, event: string): Encoding | undefined {
  return Object.hasOwn(codec.events, event) ? (codec.events as { [name: string]: Encoding })[event] : undefined;
}

// Makes what decodes an event: to its payload in a list, or to nothing if it is invalid and somebody else was told.
function decoder<M>(codec: Codec<M>, options: ControlHandlers): (encoding: Encoding, event: ServerSentEvent) => [any] | undefined | Promise<[any] | undefined> {
  const { parse = (text) => JSON.parse(text) } = codec;
  return (encoding, event) => {
    const name = event.event;
    let code: "data" | "schema" = "data";
    const invalid = (cause: unknown): undefined => {
      const error = errorOf(code, `event ${JSON.stringify(name)} is invalid`, cause);
      if (!options.onInvalid) throw error;
      options.onInvalid(event, error);
    };
    try {
      const data = encoding === "json" ? parse(event.data, name) : encoding === "text" ? event.data : undefined;
      code = "schema";
      const checked = options.validate?.(name, data);
      return checked ? checked.then(() => [data], invalid) : [data];
    } catch (cause) {
      return invalid(cause);
    }
  };
}

function parseControl(data: string): any {
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

  const open = () => {
    // Whether the browser has an id from this connection: it begins with none, whatever is in the URL.
    let known = false;
    const source = (native = new (options.EventSource ?? (globalThis as any).EventSource)(id === undefined ? url : resumeUrl(url, id), { withCredentials }));
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
      if (source.readyState === 2 || (known && !id)) lost(event);
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
    const target = id === undefined ? url : resumeUrl(url, id);
    let response: Response | undefined;
    let refused: StreamError | undefined;
    try {
      response = await timed((options.fetch ?? fetch)(target, init), attempt, MAX_SILENCE);
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

// No event has this name, because a name holds no line end.
const CONNECTION = "\n";

/** A browser's `EventSource`, typed. */
export class TypedEventSource<M> implements Disposable {
  readonly codec: Codec<M>;
  /** The id of the last event. */
  lastEventId = "";
  #connection: Connection;
  #listeners = new Map<string, Set<(...args: any[]) => void>>();
  // What takes our handlers off the callers' signals.
  #releases = new Set<() => void>();
  // The events that wait for a validator.
  #queue: Promise<unknown> | undefined;

  constructor(codec: Codec<M>, url: string | URL, options: OpenOptions = {}) {
    const { signal, closeOnEnd = true, connect = reopening } = options;
    this.codec = codec;
    const decode = decoder(codec, options);
    if (options.onOpen) this.#add("stream-open", options.onOpen);
    if (options.onReset) this.#add("stream-reset", options.onReset);
    if (options.onEnd) this.#add("stream-end", options.onEnd);
    let ended = false;
    const end = (info: EndInfo) => {
      if (ended && closeOnEnd) return;
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
      message: (raw, id) =>
        this.#inOrder(() => {
          const name = raw.type;
          const encoding = encodingOf(codec, name);
          this.lastEventId = id;
          if (name === "stream-end") return end(parseControl(raw.data));
          ended = false;
          if (!encoding) return this.#emit(name, parseControl(raw.data));
          const finish = (data?: [any]) => {
            if (data && this.readyState !== 2) this.#emit(name, data[0], raw);
            if (codec.terminal.includes(name as never)) {
              if (closeOnEnd) end({});
              else ended = true;
            }
          };
          let data: ReturnType<typeof decode>;
          try {
            data = decode(encoding, { event: name, data: raw.data, id });
          } catch (error) {
            finish();
            throw error;
          }
          if (!(data instanceof Promise)) return finish(data);
          return data.then(finish, (error) => {
            finish();
            throw error;
          });
        }),
      error: (error, state) =>
        this.#inOrder(() => {
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
    this.#connection.close();
    for (const release of this.#releases) release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(name: string, listener: (...args: any[]) => void, options?: ListenOptions): () => void {
    const signal = options?.signal;
    let listeners = this.#listeners.get(name);
    if (!listeners) this.#listeners.set(name, (listeners = new Set()));
    const entry = (...args: unknown[]) => signal?.aborted || listener(...args);
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

  // At once, unless something before it still waits.
  #inOrder(step: () => unknown): void {
    const result = this.#queue ? this.#queue.then(step) : step();
    if (!(result instanceof Promise)) return;
    const queue = (this.#queue = result.catch(report).finally(() => {
      if (this.#queue === queue) this.#queue = undefined;
    }));
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
  const finish = events.return.bind(events);
  events.return = (value) => {
    stop();
    return finish(value);
  };
  return events;

  async function* run(): AsyncGenerator<EventOf<M>, void, undefined> {
    const { signal, body, headers: given, credentials, maxRetries = Infinity, retryStatuses = [], onState } = options;
    const method = options.method ?? (body == null ? "GET" : "POST");
    const safe = options.allowRetry || /^(GET|HEAD)$/i.test(method);
    let id = options.lastEventId ?? "";
    let retry = options.retryMs ?? 3000;
    let idle = options.idleTimeoutMs;
    let announced = false; // whether this server sends `stream-open`
    let failures = 0;

    const decode = decoder(codec, options);

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
        let goodAt = 0; // when it is, after `stream-open`
        // A header holds bytes, here as characters. One that no client sends would break every further attempt.
        const sent = /[\0-\x08\n-\x1f\x7f]/.test(id) ? "" : id;
        onState?.({ state: "connecting", attempt: count, lastEventId: sent });

        let headers: Headers | undefined;
        let response: Response | undefined;
        try {
          headers = new Headers(typeof given === "function" ? await timed(given(), attempt) : given);
          if (!headers.has("accept")) headers.set("accept", EVENT_STREAM);
          if (sent) headers.set("last-event-id", unescape(encodeURIComponent(sent)));
          response = await timed((options.fetch ?? fetch)(url, { ...request, headers, signal: attempt.signal }), attempt, idle);
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
            if (!retryStatuses.includes(status)) throw cause;
            wait = retryAfter(response);
          } else if (!response.body) {
            throw new StreamError("connection", "no body", undefined, response);
          } else {
            const parser = new EventStreamParser({ lastEventId: id, maxBufferSize: options.maxBufferSize });
            const reader = response.body.getReader();
            // For a `fetch` that does not know signals; before `onState`, which may abort.
            attempt.signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
            onState?.({ state: "open" });
            for (let limit: unknown; ; ) {
              let chunk: Uint8Array | undefined;
              try {
                chunk = (await timed(reader.read(), attempt, idle)).value;
              } catch (error) {
                cause = error;
              }
              if (stopped) return;
              if (!chunk) break;
              const parsed: ServerSentEvent[] = [];
              try {
                parser.push(chunk, (event) => parsed.push(event));
              } catch (error) {
                limit = error;
              }
              id = parser.lastEventId;
              retry = parser.retry ?? retry;
              for (const event of parsed) {
                const name = event.event;
                const encoding = encodingOf(codec, name);
                if (encoding) {
                  heard = true;
                  let data = decode(encoding, event);
                  if (data instanceof Promise) data = await timed(data, attempt).catch((error) => {
                    if (!stopped) throw error;
                    return undefined;
                  });
                  if (stopped) return;
                  if (data) yield { event: name, data: data[0], id: event.id } as EventOf<M>;
                  if (codec.terminal.includes(name as never)) return options.onEnd?.({});
                } else if (name === "stream-open") {
                  const info: OpenInfo = parseControl(event.data);
                  const interval = info.keepAliveMs ?? KEEP_ALIVE;
                  goodAt = Date.now() + 2 * interval;
                  announced = true;
                  idle = options.idleTimeoutMs ?? (info.keepAlive === "off" ? undefined : 2.5 * interval);
                  options.onOpen?.(info);
                } else if (name === "stream-reset") options.onReset?.(parseControl(event.data));
                else if (name === "stream-end") return options.onEnd?.(parseControl(event.data));
                else if (!name.startsWith("stream-")) {
                  heard = true;
                  options.onUnknown?.(event);
                }
                if (stopped) return;
              }
              if (limit) throw limit;
            }
          }
        }
        if (attempt.signal.aborted) cause = attempt.signal.reason;
        if (!safe && !id) {
          // Nobody can say how much of the request has been done. A complete answer was all of it.
          if (!cause) return;
          throw errorOf("connection", "connection lost", cause);
        }
        // Good: an event, or long enough. A server that announces its streams and did not is turning clients away.
        const good = announced ? goodAt && (heard || Date.now() >= goodAt) : heard;
        failures = good ? 0 : failures + 1;
        if (failures > maxRetries) {
          throw errorOf("connection", "connection lost", cause);
        }
        const delay = good ? retry : backoff(retry, failures, options);
        const delayMs = Math.min(Math.max(delay, wait), MAX_DELAY);
        attempt.abort(); // drops the body of a refusal
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
