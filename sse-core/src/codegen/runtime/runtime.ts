/// <reference lib="esnext.disposable" preserve="true" />

/** How the payload of an event is written: as JSON, as text as it is, or not at all. */
export type Encoding = "json" | "text" | "empty";

/** What is known of a stream: the names of its events and how each payload is written. `M` maps names to payloads. */
export interface Codec<M> {
  readonly name: string;
  readonly events: { readonly [K in keyof M & string]: Encoding };
  /** The events with which the stream is complete. */
  readonly terminal: readonly (keyof M & string)[];
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
  /** The stream is complete: the server said so (over `fetch` also by status 204), or a terminal event came. */
  onEnd?: ((info: EndInfo) => void) | undefined;
  /** A payload that is not what its event promises. Without this handler the error is thrown. */
  onInvalid?: ((event: ServerSentEvent, error: StreamError) => void) | undefined;
}

/** Why a stream failed. */
export class StreamError extends Error {
  override readonly name = "StreamError";
  /** `limit`: an event is larger than `maxBufferSize`. `data`: a payload is not valid JSON. */
  readonly code: "status" | "content-type" | "connection" | "limit" | "data";
  /** The answer's status; 0 if there was none. */
  readonly status: number;
  readonly headers: Headers | undefined;

  constructor(code: StreamError["code"], message: string, cause?: unknown, response?: Response) {
    super(message, { cause });
    this.code = code;
    this.status = response?.status ?? 0;
    this.headers = response?.headers;
  }
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

/** The incremental parser of `text/event-stream` (HTML standard, section 9.2.6). One for each connection. */
export class EventStreamParser {
  /** The id that a reconnect sends: it moves with the blank line, also of a block without data. */
  lastEventId: string;
  /** The reconnection time in milliseconds, if the server has set it. */
  retry: number | undefined;
  #id: string;
  #event = "";
  #data: string[] = [];
  #size = 0;
  #rest = "";
  #afterCr = false;
  #start = true;
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
    if (this.#start && text) {
      this.#start = false;
      if (text[0] === "\uFEFF") text = text.slice(1);
    }
    if (!text) return;
    // A CR ends its line at once; an LF behind it, perhaps in the next chunk, belongs to it.
    let from = this.#afterCr && text[0] === "\n" ? 1 : 0;
    this.#afterCr = text.endsWith("\r");
    const end = /\r\n?|\n/g;
    end.lastIndex = from;
    for (let found; (found = end.exec(text)); from = end.lastIndex) {
      const line = this.#rest + text.slice(from, found.index);
      this.#rest = "";
      this.#line(line, emit);
    }
    this.#rest += text.slice(from);
    this.#check(this.#rest);
  }

  #check(line: string): void {
    if (this.#size + line.length > this.#max) {
      throw new StreamError("limit", `an event exceeds the limit of ${this.#max} characters`);
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
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "data") {
      this.#data.push(value);
      this.#size += value.length + 1;
    } else if (field === "event") this.#event = value;
    else if (field === "id") {
      if (!value.includes("\0")) this.#id = value;
    } else if (field === "retry" && /^[0-9]+$/.test(value)) this.retry = +value;
  }
}

function encodingOf(codec: { readonly events: object }, event: string): Encoding | undefined {
  return Object.hasOwn(codec.events, event) ? (codec.events as { [name: string]: Encoding })[event] : undefined;
}

// The payload in a list, or nothing if it is invalid and somebody else was told.
function decode(encoding: Encoding, event: ServerSentEvent, options: ControlHandlers): [any] | undefined {
  try {
    return [encoding === "json" ? JSON.parse(event.data) : encoding === "text" ? event.data : undefined];
  } catch (cause) {
    const error = new StreamError("data", `event ${JSON.stringify(event.event)} is not valid JSON`, cause);
    if (!options.onInvalid) throw error;
    options.onInvalid(event, error);
    return undefined;
  }
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

export interface OpenOptions extends ControlHandlers {
  withCredentials?: boolean | undefined;
  /** Closes the connection when it aborts. */
  signal?: AbortSignal | undefined;
  /** Whether to close when the stream is complete (default), or to let the server answer the reconnect with 204. */
  closeOnEnd?: boolean | undefined;
  /** The constructor, where there is no global one. */
  EventSource?: (new (url: string | URL, init?: { withCredentials?: boolean }) => EventSourceLike) | undefined;
}

export interface ListenOptions {
  /** Removes the listener when it aborts. */
  signal?: AbortSignal | undefined;
}

// No event has this name, because a name holds no line end.
const CONNECTION = "\n";

/** A browser's `EventSource`, typed. */
export class TypedEventSource<M> implements Disposable {
  readonly native: EventSourceLike;
  /** The id of the last event. */
  lastEventId = "";
  #listeners = new Map<string, Set<(...args: any[]) => void>>();
  // What takes our handlers off the callers' signals.
  #releases = new Set<() => void>();

  constructor(codec: Codec<M>, url: string | URL, options: OpenOptions = {}) {
    const { withCredentials = false, signal, closeOnEnd = true } = options;
    const Source = options.EventSource ?? (globalThis as any).EventSource;
    const native: EventSourceLike = (this.native = new Source(url, { withCredentials }));
    const close = () => this.close();
    this.#onAbort(signal, close);
    if (signal?.aborted) close();

    let ended = false;
    const end = (info: EndInfo) => {
      if (ended) return;
      ended = closeOnEnd;
      if (closeOnEnd) this.close();
      this.#emit("stream-end", info);
    };
    if (options.onOpen) this.onOpen(options.onOpen);
    if (options.onReset) this.onReset(options.onReset);
    if (options.onEnd) this.onEnd(options.onEnd);
    // One native listener for each name: the payload is parsed once, and no listener misses a terminal event.
    for (const name of [...Object.keys(codec.events), "stream-open", "stream-reset", "stream-end", "stream-position"]) {
      native.addEventListener(name, (raw: Message) => {
        // The browser's own `error` and `open` come to the same listeners as the server's, but carry no data.
        if (!("data" in raw)) return;
        this.lastEventId = raw.lastEventId;
        const encoding = encodingOf(codec, name);
        if (encoding) {
          try {
            const data = decode(encoding, { event: name, data: raw.data, id: raw.lastEventId }, options);
            if (data) this.#emit(name, data[0], raw);
          } finally {
            if (closeOnEnd && codec.terminal.includes(name as never)) end({});
          }
        } else if (name === "stream-end") end(parseControl(raw.data));
        else this.#emit(name, parseControl(raw.data));
      });
    }
    native.addEventListener("error", (event: Event) => {
      if ("data" in event) return;
      const closed = native.readyState === 2;
      this.#emit(CONNECTION, event, closed ? "closed" : "reconnecting");
      if (closed) close();
    });
  }

  get readyState(): number {
    return this.native.readyState;
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

  /** The connection broke: the browser is `"reconnecting"`, or has given up (`"closed"`). Never a server's event named `error`. */
  onConnectionError(listener: (event: Event, state: "reconnecting" | "closed") => void, options?: ListenOptions): () => void {
    return this.#add(CONNECTION, listener, options);
  }

  close(): void {
    this.native.close();
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
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
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
    const { signal, body, headers: given, credentials, maxBackoffMs = 30_000, maxRetries = Infinity, retryStatuses = [], onState } = options;
    const method = options.method ?? (body == null ? "GET" : "POST");
    const safe = options.allowRetry || /^(GET|HEAD)$/i.test(method);
    let id = options.lastEventId ?? "";
    let retry = options.retryMs ?? 3000;
    let idle = options.idleTimeoutMs;
    let announced = false; // whether this server sends `stream-open`
    let failures = 0;

    // Waits, but only until the attempt is aborted, whether or not the other side knows signals, or until `ms` of silence.
    const timed = <T>(promise: T | Promise<T>, ms = idle): Promise<T> =>
      new Promise<T>((resolve, reject) => {
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

    if (signal?.aborted) return;
    signal?.addEventListener("abort", stop);
    try {
      // What can never be sent would look like a broken network below.
      if ((body as any)?.getReader) throw new TypeError("a ReadableStream cannot be sent again");
      const request = { method, cache: "no-store" } as RequestInit;
      if (credentials) request.credentials = credentials;
      if (body != null) request.body = body;
      new Request(options.fetch ? "http://localhost" : url, request);
      for (let count = 1; ; count++) {
        let cause: unknown;
        let wait = 0;
        let heard = false;
        let opened: { at: number; keepAliveMs: number } | undefined;
        // A header holds bytes. One that no client sends would break every further attempt.
        const sent = /[\0-\x08\n-\x1f\x7f]/.test(id) ? "" : id;
        onState?.({ state: "connecting", attempt: count, lastEventId: sent });

        let headers: Headers | undefined;
        let response: Response | undefined;
        try {
          headers = new Headers(typeof given === "function" ? await timed(given(), 0) : given);
          if (!headers.has("accept")) headers.set("accept", "text/event-stream");
          if (sent) headers.set("last-event-id", Array.from(new TextEncoder().encode(sent), (byte) => String.fromCharCode(byte)).join(""));
          response = await timed((options.fetch ?? fetch)(url, { ...request, headers, signal: attempt.signal }));
        } catch (error) {
          cause = error;
        }
        if (stopped) return;
        if (!headers && count < 2) throw cause;
        if (response) {
          const { status } = response;
          const type = response.headers.get("content-type") ?? "";
          if (status === 204) return options.onEnd?.({});
          if (status !== 200) {
            cause = new StreamError("status", `status ${status}`, undefined, response);
            if (!retryStatuses.includes(status)) throw cause;
            const after = response.headers.get("retry-after") ?? "";
            wait = Math.min(/^\d+$/.test(after) ? +after * 1000 : Date.parse(after) - Date.now() || 0, MAX_RETRY_AFTER);
          } else if (!/^\s*text\/event-stream\s*(;|$)/i.test(type.split(",").pop()!)) {
            throw new StreamError("content-type", `content type ${JSON.stringify(type)}`, undefined, response);
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
                chunk = (await timed(reader.read())).value;
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
                  const data = decode(encoding, event, options);
                  if (data) yield { event: name, data: data[0], id: event.id } as EventOf<M>;
                  if (codec.terminal.includes(name as never)) return options.onEnd?.({});
                } else if (name === "stream-open") {
                  const info: OpenInfo = parseControl(event.data);
                  opened = { at: Date.now(), keepAliveMs: info.keepAliveMs ?? 15_000 };
                  announced = true;
                  idle = options.idleTimeoutMs ?? (info.keepAlive === "off" ? undefined : 2.5 * opened.keepAliveMs);
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
          throw cause instanceof StreamError ? cause : new StreamError("connection", "connection lost", cause);
        }
        // Good: an event, or long enough. A server that announces its streams and did not is turning clients away.
        const good = announced ? opened && (heard || Date.now() - opened.at >= 2 * opened.keepAliveMs) : heard;
        failures = good ? 0 : failures + 1;
        if (failures > maxRetries) {
          throw cause instanceof StreamError ? cause : new StreamError("connection", `${failures} attempts failed`, cause);
        }
        const most = Math.min(maxBackoffMs, Math.max(retry, 100) * 2 ** failures);
        const delay = good ? retry : retry + Math.random() * Math.max(0, most - retry);
        const delayMs = Math.min(Math.max(delay, wait), MAX_DELAY);
        attempt.abort(); // drops the body of a refusal
        attempt = new AbortController();
        onState?.({ state: "waiting", delayMs, cause });
        await sleep(delayMs, attempt.signal);
        if (stopped) return;
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      stop();
      onState?.({ state: "closed" });
    }
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
