/// <reference lib="esnext.disposable" preserve="true" />
/** Why a stream failed. */
export class StreamError extends Error {
    name = "StreamError";
    constructor(code, message, cause, response) {
        super(message, { cause });
        this.code = code;
        this.status = response?.status ?? 0;
        this.headers = response?.headers;
    }
}
/**
 * Checks payloads, by schemas: `openFeed({ validate: validator<FeedEvents>({ tick: z.object({ … }) }) })`; or by a function.
 *
 * What is handed over is the payload itself, which the types describe, and not what a schema makes of it.
 */
export function validator(by) {
    const check = typeof by === "function" ? by : bySchema(by);
    return (decode) => {
        // What waits for a check that takes time, or for one before it.
        let queue;
        return (event, next) => {
            const step = () => {
                const decoded = event && decode(event);
                if (!decoded || decoded instanceof StreamError)
                    return next(decoded);
                const refuse = (cause) => next(errorOf("schema", `event ${JSON.stringify(event.event)} is invalid`, cause));
                let checked;
                try {
                    checked = check(event.event, decoded[0]);
                }
                catch (cause) {
                    return refuse(cause);
                }
                // A function may return what nobody asked for.
                return settled(checked, () => next(decoded), refuse);
            };
            const waits = queue ? queue.then(step) : step();
            if (!waits)
                return;
            const last = (queue = waits.catch(report).finally(() => {
                if (queue === last)
                    queue = undefined;
            }));
        };
    };
}
function bySchema(schemas) {
    return (event, data) => {
        if (!Object.hasOwn(schemas, event))
            return;
        const check = ({ issues }) => {
            if (issues)
                throw new StreamError("schema", `event ${JSON.stringify(event)}: ${issues.map((issue) => issue.message).join("; ")}`, issues);
        };
        return settled(schemas[event]["~standard"].validate(data), check);
    };
}
// Now, unless it is a promise, which may be of another realm.
function settled(value, then, otherwise) {
    return typeof value?.then === "function" ? Promise.resolve(value).then(then, otherwise) : then(value);
}
/** Makes the URL of a stream from its path. */
export function streamUrl(path, { base = "", query } = {}) {
    const search = String(new URLSearchParams(query));
    return String(base).replace(/\/$/, "") + path + (search && "?" + search);
}
/** Encodes a parameter of a path. Throws a `TypeError` for `.` and `..`, which would lead to another path. */
export function pathSegment(value) {
    if (/^\.\.?$/.test(String(value)))
        throw new TypeError(`${JSON.stringify(value)} cannot stand in a path`);
    return encodeURIComponent(value);
}
/** Encodes what stands for the rest of a path, as {@link pathSegment} does: its slashes stay. */
export function pathRest(rest) {
    return String(rest).split("/").map(pathSegment).join("/");
}
/** Reads the payload of an event that is sent as bytes. */
export function base64(text) {
    return Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));
}
/** Calls the handler of the event's name; a missing handler is a type error. */
export function match(event, handlers) {
    return handlers[event.event](event.data, event.id);
}
const MAX_DELAY = 2 ** 31 - 1; // what a timer can hold
const MAX_RETRY_AFTER = 3_600_000; // a date in another year is a mistake
const EVENT_STREAM = "text/event-stream";
const MAX_SILENCE = 30_000; // before a HEAD is given up
const KEEP_ALIVE = 15_000; // what our server does unless it is told otherwise
// Waits, but only until the attempt is aborted, whether or not the other side knows signals, or until `ms` of silence.
function timed(promise, attempt, ms = 0) {
    return new Promise((resolve, reject) => {
        const { signal } = attempt;
        const late = () => attempt.abort(new StreamError("connection", `silent for ${ms} ms`));
        const timer = ms && setTimeout(late, Math.min(ms, MAX_DELAY));
        const leave = () => {
            clearTimeout(timer);
            signal.removeEventListener("abort", leave);
            reject(signal.reason);
        };
        signal.addEventListener("abort", leave);
        if (signal.aborted)
            leave();
        Promise.resolve(promise).then(resolve, reject).finally(leave);
    });
}
// Until then, or until the attempt is aborted: it is, either way.
function sleep(attempt, ms) {
    return timed(new Promise(() => { }), attempt, ms || 1).catch(() => { });
}
function errorOf(code, message, cause) {
    return cause instanceof StreamError ? cause : new StreamError(code, message, cause);
}
// Doubles with each failure in a row, up to the cap, and is drawn from below that.
function backoff(retry, failures, { maxBackoffMs = 30_000 }) {
    return retry + (failures && Math.random()) * Math.max(0, Math.min(maxBackoffMs, Math.max(retry, 100) * 2 ** failures) - retry);
}
// How long the server asks to be left alone, in milliseconds.
function retryAfter(response) {
    const after = response.headers.get("retry-after") ?? "";
    return Math.min(/^\d+$/.test(after) ? +after * 1000 : Date.parse(after) - Date.now() || 0, MAX_RETRY_AFTER);
}
// Lets go of an answer, also of a `fetch` that does not know signals.
function drop(response) {
    response.body?.cancel().catch(() => { });
}
// Why an answer is no event stream.
function refusal(response) {
    const { status, headers } = response;
    if (status !== 200)
        return new StreamError("status", `status ${status}`, undefined, response);
    const type = headers.get("content-type") ?? "";
    // Of several, the last one counts.
    if (/(^|,)\s*text\/event-stream\s*(;[^,]*)?$/i.test(type))
        return undefined;
    return new StreamError("content-type", `content type ${type}`, undefined, response);
}
/**
 * The incremental parser of `text/event-stream` (HTML standard, section 9.2.6), for one connection: it makes of the next bytes
 * the events that they complete, and moves the position as they are taken: all of them, before the next bytes. Throws only
 * if an event exceeds the limit.
 */
export function eventStreamParser(position, maxBufferSize = 1 << 20) {
    let id = position.lastEventId;
    let name = "";
    let data = [];
    let size = 0;
    let rest = "";
    // What the next character is ignored if it is: the BOM, or the LF of a CR LF whose CR has ended the line.
    let skip = "\uFEFF";
    // The BOM is ours to remove, because decoders differ when it comes in pieces.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const check = (line) => {
        if (size + line.length > maxBufferSize)
            throw new StreamError("limit", `more than ${maxBufferSize} characters`);
    };
    return function* (chunk) {
        let text = decoder.decode(chunk, { stream: true });
        if (!text)
            return;
        if (text[0] === skip)
            text = text.slice(1);
        skip = text.endsWith("\r") ? "\n" : "";
        const lines = text.split(/\r\n?|\n/);
        lines[0] = rest + lines[0];
        rest = lines.pop();
        for (const line of lines) {
            check(line);
            const [, field, value] = /^([^:]*):? ?(.*)/s.exec(line);
            if (!line) {
                position.lastEventId = id;
                if (data.length)
                    yield { event: name || "message", data: data.join("\n"), id };
                name = "";
                data = [];
                size = 0;
            }
            else if (field === "data") {
                data.push(value);
                size += value.length + 1;
            }
            else if (field === "event")
                name = value;
            else if (field === "id") {
                if (!value.includes("\0"))
                    id = value;
            }
            else if (field === "retry" && /^\d+$/.test(value))
                position.retry = +value;
        }
        check(rest);
    };
}
function decoder(codec) {
    const { parse = (text) => JSON.parse(text) } = codec;
    const encodings = codec.events;
    return ({ event, data }) => {
        if (!Object.hasOwn(encodings, event))
            return undefined;
        const encoding = encodings[event];
        try {
            return [encoding === "json" ? parse(data, event) : encoding === "text" ? data : encoding === "empty" ? undefined : encoding(data)];
        }
        catch (cause) {
            return errorOf("data", `event ${JSON.stringify(event)} is invalid`, cause);
        }
    };
}
/** What a control event says. */
export function parseControl(data) {
    try {
        return Object(JSON.parse(data));
    }
    catch {
        return {}; // another server's event of that name
    }
}
/** The URL that resumes behind an id; the rest of it stays as it is. */
export function resumeUrl(url, lastEventId) {
    const [, path, query] = /^([^?#]*)\??([^#]*)/.exec(url);
    const pairs = query.split("&").filter((pair) => pair && !/^lastEventId(=|$)/.test(pair));
    if (lastEventId)
        pairs.push("lastEventId=" + encodeURIComponent(lastEventId));
    return path + (pairs.length ? "?" + pairs.join("&") : "");
}
/**
 * An `EventSource`, and another one when the browser has given up: after a delay with backoff, and after a HEAD whose answer
 * was an event stream. 408, 425, 429, 5xx and no answer at all are waited out; whatever else is answered closes for good.
 */
export const reopening = (url, names, sink, options) => {
    const { withCredentials = false, maxRetries = Infinity, retryMs = 3000 } = options;
    let native;
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
        const source = (native = new (options.EventSource ?? globalThis.EventSource)(opened, { withCredentials }));
        source.addEventListener("open", (event) => {
            if (!("data" in event))
                openedAt = Date.now();
        });
        for (const name of names) {
            source.addEventListener(name, (event) => {
                // The browser's own `error` and `open` come to the same listeners as the server's, but carry no data.
                if (closed || !("data" in event))
                    return;
                if (event.lastEventId || known) {
                    known = true;
                    id = event.lastEventId;
                }
                if (name === "stream-open")
                    keepAliveMs = parseControl(event.data).keepAliveMs ?? KEEP_ALIVE;
                else if (!name.startsWith("stream-"))
                    failures = 0;
                sink.message(event, id ?? "");
            });
        }
        source.addEventListener("error", (event) => {
            if (closed || "data" in event)
                return;
            if (openedAt && Date.now() - openedAt >= 2 * keepAliveMs)
                failures = 0;
            openedAt = 0;
            // What the server has taken back must not come from the URL again.
            if (source.readyState === 2 || (known && !id && opened !== target()))
                lost(event);
            else
                sink.error(event, "reconnecting");
        });
    };
    const lost = async (error, wait = 0) => {
        native.close();
        if (sink.ended || ++failures > maxRetries) {
            close();
            return sink.error(error, "closed");
        }
        attempt = new AbortController();
        sink.error(error, "reconnecting");
        await sleep(attempt, Math.max(backoff(retryMs, failures, options), wait));
        if (closed)
            return;
        attempt = new AbortController();
        const credentials = withCredentials ? "include" : "same-origin";
        const init = { method: "HEAD", headers: { accept: EVENT_STREAM }, credentials, cache: "no-store", signal: attempt.signal };
        let response;
        let refused;
        try {
            response = await timed((options.fetch ?? fetch)(target(), init), attempt, MAX_SILENCE);
            refused = refusal(response);
        }
        catch (cause) {
            refused = errorOf("connection", "no answer", cause);
        }
        if (closed)
            return;
        const { status } = refused ?? {};
        if (!refused || status === 405 || status === 501)
            return open();
        // Who cannot do better at present may later.
        if (refused.code === "connection" || status >= 500 || [408, 425, 429].includes(status)) {
            void lost(refused, response && retryAfter(response));
        }
        else {
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
export class TypedEventSource {
    codec;
    /** The id of the last event. */
    lastEventId = "";
    #connection;
    #listeners = new Map();
    #closed = false;
    // What takes our handlers off the callers' signals.
    #releases = new Set();
    constructor(codec, url, options = {}) {
        const { signal, closeOnEnd = true, connect = reopening, validate } = options;
        this.codec = codec;
        const decode = decoder(codec);
        const inOrder = validate?.(decode) ?? ((event, next) => next(event && decode(event)));
        this.#add("stream-open", options.onOpen);
        this.#add("stream-reset", options.onReset);
        this.#add("stream-end", options.onEnd);
        this.#add(INVALID, options.onInvalid ?? ((_event, error) => report(error)));
        let ended = false;
        const end = (info) => {
            if (ended)
                return;
            ended = true;
            if (closeOnEnd)
                this.close();
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
                    if (this.#closed)
                        return;
                    const name = raw.type;
                    this.lastEventId = id;
                    if (name === "stream-end")
                        return end(parseControl(raw.data));
                    ended = false;
                    if (!decoded)
                        return this.#emit(name, parseControl(raw.data));
                    if (decoded instanceof StreamError)
                        this.#emit(INVALID, event, decoded);
                    else
                        this.#emit(name, decoded[0], raw);
                    if (codec.terminal.includes(name))
                        end({});
                });
            },
            error: (error, state) => inOrder(undefined, () => {
                if (this.#closed)
                    return;
                this.#emit(CONNECTION, error, state);
                if (state !== "closed")
                    return;
                if (error instanceof StreamError && error.status === 204)
                    end({});
                this.close();
            }),
        }, options);
        const close = () => this.close();
        this.#onAbort(signal, close);
        if (signal?.aborted)
            close();
    }
    get readyState() {
        return this.#connection.readyState;
    }
    /** Calls `listener` for each event of this name, until the returned function is called. */
    on(name, listener, options) {
        return this.#add(name, listener, options);
    }
    /** The server has accepted a connection, and says whether it continues the one before. */
    onOpen(listener, options) {
        return this.#add("stream-open", listener, options);
    }
    /** What follows does not continue what came before. */
    onReset(listener, options) {
        return this.#add("stream-reset", listener, options);
    }
    /** The stream is complete. */
    onEnd(listener, options) {
        return this.#add("stream-end", listener, options);
    }
    /**
     * The connection broke, or another attempt failed: it is `"reconnecting"`, or `"closed"` for good. The error is the browser's
     * event, which says nothing, or what a HEAD was told. Never a server's event named `error`.
     */
    onConnectionError(listener, options) {
        return this.#add(CONNECTION, listener, options);
    }
    close() {
        this.#closed = true;
        this.#connection.close();
        for (const release of this.#releases)
            release();
    }
    [Symbol.dispose]() {
        this.close();
    }
    #add(name, listener, options) {
        const signal = options?.signal;
        const listeners = this.#listeners.get(name) ?? new Set();
        this.#listeners.set(name, listeners);
        const entry = (...args) => signal?.aborted || listener?.(...args);
        listeners.add(entry);
        const release = this.#onAbort(signal, () => remove());
        const remove = () => {
            listeners.delete(entry);
            release();
        };
        return remove;
    }
    #onAbort(signal, then) {
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
    #emit(name, ...args) {
        const listeners = this.#listeners.get(name);
        for (const listener of [...(listeners ?? [])]) {
            if (!listeners?.has(listener))
                continue;
            try {
                listener(...args);
            }
            catch (error) {
                // As with native listeners: the error is reported, and the others still hear of the event.
                report(error);
            }
        }
    }
}
function report(error) {
    queueMicrotask(() => {
        throw error;
    });
}
/**
 * Iterates over the events of a stream, over `fetch`: reconnects with `Last-Event-ID` until the stream is complete.
 *
 * Ends when the server says so (`stream-end`, a terminal event, 204), when `signal` aborts, and when the loop is left.
 * Throws a {@link StreamError} for any other status than 200, for another content type and for an answer without a body;
 * a `TypeError` for a request that can never be sent.
 */
export function stream(codec, url, options = {}) {
    let stopped = false;
    let attempt = new AbortController();
    const stop = () => {
        stopped = true;
        attempt.abort();
    };
    const events = run();
    // A generator finishes only at its next `yield`: leaving must not wait for the server.
    for (const how of ["return", "throw"]) {
        const finish = events[how].bind(events);
        events[how] = (value) => {
            stop();
            return finish(value);
        };
    }
    return events;
    async function* run() {
        const { signal, body, headers: given, credentials, maxRetries = Infinity, retryStatuses = [], onState } = options;
        const method = options.method ?? (body == null ? "GET" : "POST");
        const safe = options.allowRetry || /^(GET|HEAD)$/i.test(method);
        const position = { lastEventId: options.lastEventId ?? "", retry: options.retryMs };
        let idle = options.idleTimeoutMs;
        let announced = false; // whether this server sends `stream-open`
        let failures = 0;
        const decode = decoder(codec);
        const check = options.validate?.(decode);
        if (signal?.aborted)
            return;
        signal?.addEventListener("abort", stop);
        try {
            // What can never be sent would look like a broken network below.
            if (body?.getReader)
                throw new TypeError("a stream is read once");
            const request = { method, cache: "no-store", credentials, body };
            new Request(options.fetch ? "http://localhost" : url, request);
            for (let count = 1;; count++) {
                let cause;
                let wait = 0;
                let heard = false;
                let opened = false; // by `stream-open`
                let openedAt = Infinity;
                let interval = KEEP_ALIVE;
                // A header holds bytes, here as characters. One that no client sends would break every further attempt.
                const sent = /[\0-\x08\n-\x1f\x7f\ud800-\udfff]/u.test(position.lastEventId) ? "" : position.lastEventId;
                onState?.({ state: "connecting", attempt: count, lastEventId: sent });
                let headers;
                let response;
                try {
                    headers = new Headers(typeof given === "function" ? await timed(given(), attempt) : given);
                    if (!headers.has("accept"))
                        headers.set("accept", EVENT_STREAM);
                    if (sent)
                        headers.set("last-event-id", unescape(encodeURIComponent(sent)));
                    const { signal: left } = attempt;
                    const answer = (options.fetch ?? fetch)(url, { ...request, headers, signal: left });
                    response = await timed(answer.then((late) => (left.aborted && drop(late), late)), attempt, idle);
                }
                catch (error) {
                    cause = error;
                }
                if (stopped)
                    return;
                if (!headers && count < 2)
                    throw cause;
                if (response) {
                    const { status } = response;
                    if (status === 204)
                        return options.onEnd?.({});
                    cause = refusal(response);
                    if (cause) {
                        drop(response);
                        if (!retryStatuses.includes(status))
                            throw cause;
                        wait = retryAfter(response);
                    }
                    else if (!response.body) {
                        throw new StreamError("connection", "no body", undefined, response);
                    }
                    else {
                        const parse = eventStreamParser(position, options.maxBufferSize);
                        const reader = response.body.getReader();
                        // For a `fetch` that does not know signals; before `onState`, which may abort.
                        attempt.signal.addEventListener("abort", () => reader.cancel().catch(() => { }));
                        openedAt = Date.now();
                        onState?.({ state: "open" });
                        for (;;) {
                            let chunk;
                            try {
                                chunk = (await timed(reader.read(), attempt, idle)).value;
                            }
                            catch (error) {
                                cause = error;
                            }
                            if (stopped)
                                return;
                            if (!chunk)
                                break;
                            for (const event of parse(chunk)) {
                                const name = event.event;
                                const decoded = check
                                    ? await timed(new Promise((next) => check(event, next)), attempt).catch((error) => {
                                        if (!stopped)
                                            throw error;
                                        return undefined;
                                    })
                                    : decode(event);
                                if (stopped)
                                    return;
                                if (decoded) {
                                    heard = true;
                                    if (!(decoded instanceof StreamError))
                                        yield { ...event, data: decoded[0] };
                                    else if (options.onInvalid)
                                        options.onInvalid(event, decoded);
                                    else
                                        throw decoded;
                                    if (codec.terminal.includes(name))
                                        return options.onEnd?.({});
                                }
                                else if (name.startsWith("stream-")) {
                                    const info = parseControl(event.data);
                                    if (name === "stream-open") {
                                        interval = info.keepAliveMs ?? KEEP_ALIVE;
                                        announced = opened = true;
                                        idle = options.idleTimeoutMs ?? (info.keepAlive === "off" ? undefined : 2.5 * interval);
                                        options.onOpen?.(info);
                                    }
                                    if (name === "stream-reset")
                                        options.onReset?.(info);
                                    if (name === "stream-end")
                                        return options.onEnd?.(info);
                                }
                                else {
                                    heard = true;
                                    options.onUnknown?.(event);
                                }
                                if (stopped)
                                    return;
                            }
                        }
                    }
                }
                // Nobody can say how much of the request has been done. A complete answer was all of it.
                const once = !safe && !position.lastEventId;
                if (once && !cause)
                    return;
                // Good: an event, or long enough; both, if a server that announces its streams did not: it is turning clients away.
                const long = Date.now() - openedAt >= 2 * interval;
                const good = opened || !announced ? heard || long : heard && long;
                failures = good ? 0 : failures + 1;
                if (once || failures > maxRetries)
                    throw errorOf("connection", "connection lost", cause);
                const delayMs = Math.max(backoff(position.retry ?? 3000, failures, options), wait);
                attempt.abort();
                attempt = new AbortController();
                onState?.({ state: "waiting", delayMs, cause });
                await sleep(attempt, delayMs);
                if (stopped)
                    return;
                attempt = new AbortController();
            }
        }
        finally {
            signal?.removeEventListener("abort", stop);
            stop();
            onState?.({ state: "closed" });
        }
    }
}
