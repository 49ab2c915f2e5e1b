/// <reference lib="esnext.disposable" preserve="true" />
/** How the payload of an event is written: as JSON, as text as it is, not at all, or so that this reads it, as {@link base64} does. */
export type Encoding<T = unknown> = "json" | "text" | "empty" | ((text: string) => T);
/** What is known of a stream: the names of its events and how each payload is written. `M` maps names to payloads. */
export interface Codec<M> {
    readonly name: string;
    readonly events: {
        readonly [K in keyof M & string]: Encoding<M[K]>;
    };
    /** The events with which the stream is complete. */
    readonly terminal: readonly (keyof M & string)[];
    /** Instead of `JSON.parse`. */
    readonly parse?: (text: string, event: string) => unknown;
    /** Never there: it only carries the type. */
    readonly "~events"?: M;
}
/** The union of a stream's events, told apart by `event`. */
export type EventOf<M> = {
    [K in keyof M & string]: {
        readonly event: K;
        readonly data: M[K];
        readonly id: string;
    };
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
    readonly topics?: {
        readonly [topic: string]: ResetReason;
    };
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
export type Branded<F extends string> = string & {
    readonly [brand]: F;
};
/** A schema of a payload, in the dialect of 2020-12. */
export interface JsonSchema {
    readonly [keyword: string]: unknown;
}
/** Why a stream failed. */
export declare class StreamError extends Error {
    readonly name = "StreamError";
    /** `limit`: an event is larger than `maxBufferSize`. `data`: a payload cannot be decoded. `schema`: `validate` refuses it. */
    readonly code: "status" | "content-type" | "connection" | "limit" | "data" | "schema";
    /** The answer's status; 0 if there was none. */
    readonly status: number;
    readonly headers: Headers | undefined;
    constructor(code: StreamError["code"], message: string, cause?: unknown, response?: Response);
}
/** A validator as zod, valibot and arktype have them (standardschema.dev). */
export interface StandardSchema {
    readonly "~standard": {
        readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
    };
}
/** What a {@link StandardSchema} says: there are no issues, or these. */
export interface StandardResult {
    readonly issues?: readonly {
        readonly message: string;
    }[] | undefined;
}
/** Looks at a payload, and throws if it is not as it should be. */
export type Check = (event: string, data: unknown) => void | Promise<void>;
/** An event's payload, in a list; or why it has none; or nothing, if the codec does not know the event. */
export type Decoded = readonly [payload: any] | StreamError | undefined;
/** What a {@link validator} is: it tells `next` of all that it is given, in that order, once the payloads are checked. */
export type Validate = (decode: (event: ServerSentEvent) => Decoded) => (event: ServerSentEvent | undefined, next: (decoded: Decoded) => void) => void;
/**
 * Checks payloads, by schemas: `openFeed({ validate: validator<FeedEvents>({ tick: z.object({ … }) }) })`; or by a function.
 *
 * What is handed over is the payload itself, which the types describe, and not what a schema makes of it.
 */
export declare function validator<M>(by: Check | {
    readonly [K in keyof M & string]?: StandardSchema;
}): Validate;
export interface UrlOptions {
    /** What the path is appended to: an origin, with or without the beginning of a path. */
    base?: string | URL | undefined;
    query?: ConstructorParameters<typeof URLSearchParams>[0];
}
/** Makes the URL of a stream from its path. */
export declare function streamUrl(path: string, { base, query }?: UrlOptions): string;
/** Encodes a parameter of a path. Throws a `TypeError` for `.` and `..`, which would lead to another path. */
export declare function pathSegment(value: string | number): string;
/** Encodes what stands for the rest of a path, as {@link pathSegment} does: its slashes stay. */
export declare function pathRest(rest: string | number): string;
/** Reads the payload of an event that is sent as bytes. */
export declare function base64(text: string): Uint8Array;
/** Calls the handler of the event's name; a missing handler is a type error. */
export declare function match<M, R>(event: EventOf<M>, handlers: {
    [K in keyof M & string]: (data: M[K], id: string) => R;
}): R;
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
export declare function eventStreamParser(position: Position, maxBufferSize?: number): (chunk: Uint8Array) => Generator<ServerSentEvent>;
/** What a control event says. */
export declare function parseControl(data: string): any;
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
    EventSource?: (new (url: string | URL, init?: {
        withCredentials?: boolean;
    }) => EventSourceLike) | undefined;
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
export declare function resumeUrl(url: string, lastEventId: string): string;
/**
 * An `EventSource`, and another one when the browser has given up: after a delay with backoff, and after a HEAD whose answer
 * was an event stream. 408, 425, 429, 5xx and no answer at all are waited out; whatever else is answered closes for good.
 */
export declare const reopening: Connect;
/** A browser's `EventSource`, typed. */
export declare class TypedEventSource<M> implements Disposable {
    #private;
    readonly codec: Codec<M>;
    /** The id of the last event. */
    lastEventId: string;
    constructor(codec: Codec<M>, url: string | URL, options?: OpenOptions);
    get readyState(): number;
    /** Calls `listener` for each event of this name, until the returned function is called. */
    on<K extends keyof M & string>(name: K, listener: (data: M[K], raw: Message) => void, options?: ListenOptions): () => void;
    /** The server has accepted a connection, and says whether it continues the one before. */
    onOpen(listener: (info: OpenInfo) => void, options?: ListenOptions): () => void;
    /** What follows does not continue what came before. */
    onReset(listener: (info: ResetInfo) => void, options?: ListenOptions): () => void;
    /** The stream is complete. */
    onEnd(listener: (info: EndInfo) => void, options?: ListenOptions): () => void;
    /**
     * The connection broke, or another attempt failed: it is `"reconnecting"`, or `"closed"` for good. The error is the browser's
     * event, which says nothing, or what a HEAD was told. Never a server's event named `error`.
     */
    onConnectionError(listener: (error: Event | StreamError, state: "reconnecting" | "closed") => void, options?: ListenOptions): () => void;
    close(): void;
    [Symbol.dispose](): void;
}
/** Where a connection stands. */
export type StreamState = 
/** `lastEventId` is what is sent; empty also if the id cannot be sent in a header. */
{
    readonly state: "connecting";
    readonly attempt: number;
    readonly lastEventId: string;
} | {
    readonly state: "open";
} | {
    readonly state: "waiting";
    readonly delayMs: number;
    readonly cause: unknown;
} | {
    readonly state: "closed";
};
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
export declare function stream<M>(codec: Codec<M>, url: string | URL, options?: StreamOptions): AsyncGenerator<EventOf<M>, void, undefined>;
export {};
