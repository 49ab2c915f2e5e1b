import assert from "node:assert/strict";
import { test } from "node:test";
import { match, pathRest, pathSegment, stream, StreamError, streamUrl, validator } from "../../sse-core/src/codegen/runtime/runtime.js";
import { codec, end, open, serve, sse, status } from "./server.mjs";

async function collect(events) {
  const all = [];
  for await (const event of events) all.push(event);
  return all;
}

const fast = { retryMs: 1, maxBackoffMs: 2 };
const fails = (code, status = 0) => (error) => error instanceof StreamError && error.code === code && error.status === status;

test("payloads are decoded, stream-end ends, control events are not members", async (t) => {
  const { url, requests } = await serve(t, sse(open() + "event: tick\nid: E-1\ndata: {\"cents\":1}\n\nevent: log\ndata: a\ndata: b\n\nevent: ping\ndata\n\ndata: [1]\n\nevent: stream-position\nid: E-5\ndata: {}\n\n" + end));
  const opened = [], ended = [];
  const all = await collect(stream(codec, url, { onOpen: (info) => opened.push(info), onEnd: (info) => ended.push(info) }));
  assert.deepEqual(all, [
    { event: "tick", data: { cents: 1 }, id: "E-1" },
    { event: "log", data: "a\nb", id: "E-1" },
    { event: "ping", data: undefined, id: "E-1" },
    { event: "message", data: [1], id: "E-1" },
  ]);
  assert.deepEqual(opened, [{ resume: "fresh", keepAlive: "comment", keepAliveMs: 15000 }]);
  assert.deepEqual(ended, [{}]);
  assert.equal(requests[0].headers.accept, "text/event-stream");
  assert.equal(requests[0].headers["last-event-id"], undefined);
});

test("a reconnect resumes after the last complete event", async (t) => {
  const { url, requests } = await serve(
    t,
    sse(open() + 'event: tick\nid: E-1\ndata: 1\n\nevent: tick\nid: E-2\ndata: 2', { cut: true }),
    sse(open({ resume: "recovered" }) + "event: tick\nid: E-2\ndata: 2\n\n"),
    sse("event: tick\nid\ndata: 3\n\n"),
    sse(end),
  );
  const all = await collect(stream(codec, url, fast));
  assert.deepEqual(all.map((event) => event.data), [1, 2, 3]);
  assert.deepEqual(requests.map((request) => request.headers["last-event-id"]), [undefined, "E-1", "E-2", undefined]);
});

test("an id without data moves the position", async (t) => {
  const { url, requests } = await serve(t, sse("id: 9\n\n"), status(204));
  await collect(stream(codec, url, fast));
  assert.equal(requests[1].headers["last-event-id"], "9");
});

test("ids go out as UTF-8 bytes, and one that no header can hold is left out", async (t) => {
  const { url, requests } = await serve(t, sse("id: é€\ndata: 1\n\n"), sse("id: a\x01b\ndata: 1\n\n"), status(204));
  const sent = [];
  await collect(stream(codec, url, { ...fast, onState: (s) => s.state === "connecting" && sent.push(s.lastEventId) }));
  assert.equal(Buffer.from(requests[1].headers["last-event-id"], "latin1").toString(), "é€");
  assert.equal(requests[2].headers["last-event-id"], undefined);
  assert.deepEqual(sent, ["", "é€", ""]);
  // Half of a character is none.
  const half = await serve(t, status(204));
  await collect(stream(codec, half.url, { ...fast, lastEventId: "\ud800", maxRetries: 0 }));
  assert.equal(half.requests[0].headers["last-event-id"], undefined);
});

test("the first request may resume", async (t) => {
  const { url, requests } = await serve(t, status(204));
  await collect(stream(codec, url, { lastEventId: "E-7" }));
  assert.equal(requests[0].headers["last-event-id"], "E-7");
});

test("204 ends the iteration, and announces the end", async (t) => {
  const { url, requests } = await serve(t, sse(open() + "event: ping\ndata\n\n"), status(204));
  const ended = [];
  assert.equal((await collect(stream(codec, url, { onEnd: (info) => ended.push(info) }))).length, 1);
  assert.equal(requests.length, 2);
  assert.deepEqual(ended, [{}]);
});

test("an answer without a body throws", async () => {
  const fetch = async () => new Response(null, { headers: { "content-type": "text/event-stream" } });
  await assert.rejects(collect(stream(codec, "/", { ...fast, fetch })), fails("connection", 200));
});

test("a terminal event is the last, and announces the end", async (t) => {
  const { url, requests } = await serve(t, sse(open() + "event: done\ndata: 1\n\nevent: tick\ndata: 2\n\n", { hold: true }));
  let ended = 0;
  const all = await collect(stream(codec, url, { onEnd: () => ended++ }));
  assert.deepEqual(all.map((event) => event.event), ["done"]);
  assert.equal(ended, 1);
  assert.equal(requests.length, 1);
});

test("a reset is announced before what follows it", async (t) => {
  const { url } = await serve(t, sse(open({ resume: "reset", reason: "evicted" }) + 'event: stream-reset\nid: E-9\ndata: {"reason":"evicted"}\n\nevent: tick\nid: E-10\ndata: 10\n\n' + end));
  const log = [];
  for await (const event of stream(codec, url, { onReset: (info) => log.push(info) })) log.push(event.data);
  assert.deepEqual(log, [{ reason: "evicted" }, 10]);
});

test("unknown events are told, never thrown; names of Object.prototype are unknown", async (t) => {
  const { url } = await serve(t, sse("event: new\nid: 1\ndata: {\n\nevent: constructor\ndata: x\n\nevent: __proto__\ndata: x\n\nevent: stream-future\ndata: x\n\nevent: tick\ndata: 1\n\n" + end));
  const unknown = [];
  const all = await collect(stream(codec, url, { onUnknown: (event) => unknown.push(event.event) }));
  assert.deepEqual(unknown, ["new", "constructor", "__proto__"]);
  assert.deepEqual(all.map((event) => event.event), ["tick"]);
});

test("a payload that is not JSON throws, unless somebody listens", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: {\n\nevent: tick\ndata: 1\n\n" + end));
  await assert.rejects(collect(stream(codec, url)), fails("data"));
  const invalid = [];
  const all = await collect(stream(codec, url, { onInvalid: (event, error) => invalid.push([event.data, error.code]) }));
  assert.deepEqual(invalid, [["{", "data"]]);
  assert.equal(all.length, 1);
});

for (const code of [201, 205, 400, 401, 403, 404, 429, 500, 503]) {
  test(`status ${code} throws`, async (t) => {
    const { url, requests } = await serve(t, status(code, { "content-type": "text/event-stream", "x-why": "because" }));
    await assert.rejects(collect(stream(codec, url, fast)), (error) => fails("status", code)(error) && error.headers.get("x-why") === "because");
    assert.equal(requests.length, 1);
  });
}

test("statuses may be retried, and Retry-After is waited for", async (t) => {
  const { url, requests } = await serve(t, status(503), status(503, { "retry-after": "1" }), status(429, { "retry-after": new Date(0).toUTCString() }), sse(end));
  const delays = [];
  await collect(stream(codec, url, { ...fast, retryStatuses: [429, 503], onState: (s) => s.state === "waiting" && delays.push(s.delayMs) }));
  assert.equal(requests.length, 4);
  assert.ok(delays[0] <= 2 && delays[1] === 1000 && delays[2] <= 2, String(delays));
});

for (const [type, ok] of Object.entries({
  "text/event-stream": true, "TEXT/Event-Stream; charset=utf-8": true, "text/event-stream;": true, "text/event-stream ; x": true, "text/html, text/event-stream": true,
  "text/event-streamx": false, "text/event-stream, text/html": false, "application/json": false, "": false,
})) {
  test(`content type ${JSON.stringify(type)}`, async (t) => {
    const { url } = await serve(t, (response) => { response.writeHead(200, type ? { "content-type": type } : {}); response.end(end); });
    const done = collect(stream(codec, url, fast));
    await (ok ? done : assert.rejects(done, fails("content-type", 200)));
  });
}

test("a limit throws, after the events before it", async (t) => {
  const { url } = await serve(t, sse(`event: log\ndata: a\n\ndata: ${"x".repeat(5000)}`, { hold: true }));
  const all = [];
  await assert.rejects(async () => { for await (const event of stream(codec, url, { maxBufferSize: 1000 })) all.push(event.data); }, fails("limit"));
  assert.deepEqual(all, ["a"]);
});

test("an event of 5 MiB comes through a larger limit", async (t) => {
  const { url } = await serve(t, sse(`event: log\ndata: ${"x".repeat(5 << 20)}\n\n${end}`));
  const [event] = await collect(stream(codec, url, { maxBufferSize: 6 << 20 }));
  assert.equal(event.data.length, 5 << 20);
});

test("abort ends silently: before, while waiting for bytes, and while waiting to reconnect", async (t) => {
  const { url, requests } = await serve(t, sse(open() + "event: ping\ndata\n\n", { hold: true }));
  assert.deepEqual(await collect(stream(codec, url, { signal: AbortSignal.abort() })), []);
  assert.equal(requests.length, 0);

  const reading = new AbortController();
  let states = [];
  for await (const _ of stream(codec, url, { signal: reading.signal, onState: (s) => states.push(s.state) })) setImmediate(() => reading.abort());
  assert.deepEqual(states, ["connecting", "open", "closed"]);

  const refused = await serve(t, status(503));
  const waiting = new AbortController();
  states = [];
  await collect(stream(codec, refused.url, { signal: waiting.signal, retryStatuses: [503], onState: (s) => { states.push(s.state); if (s.state === "waiting") setImmediate(() => waiting.abort()); } }));
  assert.deepEqual(states, ["connecting", "waiting", "closed"]);
});

// Fails instead of waiting for ever.
const soon = (promise) => Promise.race([promise, new Promise((_, reject) => setTimeout(reject, 60_000, new Error("hangs")).unref())]);

test("whoever leaves while the delay is announced does not wait for it", async (t) => {
  const { url } = await serve(t, status(503));
  const abort = new AbortController();
  const slow = { retryMs: 60_000, retryStatuses: [503] };
  await soon(collect(stream(codec, url, { ...slow, signal: abort.signal, onState: (s) => s.state === "waiting" && abort.abort() })));

  let returned;
  const events = stream(codec, url, { ...slow, onState: (s) => { if (s.state === "waiting") returned = events.return(); } });
  assert.equal((await soon(events.next())).done, true);
  await soon(returned);
});

test("a fetch that ignores signals is left too: before its answer, and before and after its first bytes", async () => {
  const leave = new AbortController();
  const pending = collect(stream(codec, "/", { signal: leave.signal, fetch: () => new Promise(() => {}) }));
  setImmediate(() => leave.abort());
  await soon(pending);

  for (const first of ["", "event: ping\ndata\n\n"]) {
    let cancelled = 0;
    const body = new ReadableStream({ start: (c) => { if (first) c.enqueue(new TextEncoder().encode(first)); }, cancel: () => { cancelled++; } });
    const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
    const abort = new AbortController();
    await soon(collect(stream(codec, "/", { signal: abort.signal, fetch, onState: (s) => { if (s.state === "open") first ? setTimeout(() => abort.abort(), 10) : abort.abort(); } })));
    assert.equal(cancelled, 1);
  }
});

test("a fetch that ignores signals holds no body that nobody reads: of a refusal, and of an answer that comes too late", async () => {
  let cancelled = 0;
  const answer = (status) => new Response(new ReadableStream({ cancel: () => { cancelled++; } }), { status, headers: { "content-type": "text/event-stream" } });
  await assert.rejects(collect(stream(codec, "/", { ...fast, retryStatuses: [503], maxRetries: 2, fetch: async () => answer(503) })), fails("status", 503));
  assert.equal(cancelled, 3);

  const abort = new AbortController();
  let late;
  const left = collect(stream(codec, "/", { signal: abort.signal, fetch: () => new Promise((resolve) => { late = resolve; setImmediate(() => abort.abort()); }) }));
  await soon(left);
  late(answer(200));
  await new Promise(setImmediate);
  assert.equal(cancelled, 4);
});

test("a function that validates may return anything", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: 1\n\n" + end));
  const seen = await collect(stream(codec, url, { validate: validator((_, data) => ({ then: "no promise", data })) }));
  assert.deepEqual(seen.map(({ data }) => data), [1]);
});

test("leaving the loop closes the connection", async (t) => {
  let closed;
  const gone = new Promise((resolve) => (closed = resolve));
  const { url } = await serve(t, (response) => { response.on("close", closed); sse("event: ping\ndata\n\n", { hold: true })(response); });
  for await (const _ of stream(codec, url)) break;
  await gone;
});

for (const [how, leave] of Object.entries({
  "return()": (events) => events.return(),
  "throw()": (events) => assert.rejects(events.throw(new Error("mine")), { message: "mine" }),
  // Where generators have it, it is theirs.
  "await using": (events) => (events[Symbol.asyncDispose] ?? events.return).call(events),
})) {
  test(`${how} does not wait for the next event, and closes the connection`, async (t) => {
    let closed;
    const gone = new Promise((resolve) => (closed = resolve));
    const { url } = await serve(t, (response) => { response.on("close", closed); sse("event: ping\ndata\n\n", { hold: true })(response); });
    const events = stream(codec, url);
    await events.next();
    const pending = events.next();
    await soon(Promise.all([leave(events), gone]));
    assert.deepEqual(await pending, { done: true, value: undefined });
    assert.equal((await events.next()).done, true);
  });
}

test("after an abort in the loop nothing more comes", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n" + end));
  const abort = new AbortController();
  const all = [];
  for await (const event of stream(codec, url, { signal: abort.signal })) { all.push(event.data); abort.abort(); }
  assert.deepEqual(all, [1]);
});

test("a POST is repeated only with an id or if allowed", async (t) => {
  const once = await serve(t, sse("event: tick\ndata: 1\n\n"), sse(end));
  assert.equal((await collect(stream(codec, once.url, { ...fast, body: "{}" }))).length, 1);
  assert.deepEqual(once.requests.map((request) => [request.method, request.body]), [["POST", "{}"]]);

  const cut = await serve(t, sse("event: tick\ndata: 1\n\n", { cut: true }), sse(end));
  await assert.rejects(collect(stream(codec, cut.url, { ...fast, method: "POST" })), fails("connection"));

  const refused = await serve(t, status(503), sse(end));
  await assert.rejects(collect(stream(codec, refused.url, { ...fast, method: "POST", retryStatuses: [503] })), fails("status", 503));

  const withId = await serve(t, sse("event: tick\nid: 1\ndata: 1\n\n", { cut: true }), sse(end));
  await collect(stream(codec, withId.url, { ...fast, body: "{}", headers: { "content-type": "application/json" } }));
  assert.deepEqual(withId.requests.map((r) => [r.method, r.body, r.headers["content-type"], r.headers["last-event-id"]]), [["POST", "{}", "application/json", undefined], ["POST", "{}", "application/json", "1"]]);

  const allowed = await serve(t, sse("event: tick\ndata: 1\n\n", { cut: true }), sse(end));
  await collect(stream(codec, allowed.url, { ...fast, body: "{}", allowRetry: true }));
  assert.equal(allowed.requests.length, 2);
});

test("headers are made anew for each attempt; the caller's Accept stays", async (t) => {
  const { url, requests } = await serve(t, sse("data: 1\n\n"), sse(end));
  let token = 0;
  await collect(stream(codec, url, { ...fast, headers: async () => ({ authorization: `Bearer ${++token}`, accept: "text/event-stream, */*" }) }));
  assert.deepEqual(requests.map((r) => r.headers.authorization), ["Bearer 1", "Bearer 2"]);
  assert.equal(requests[0].headers.accept, "text/event-stream, */*");
});

test("headers that cannot be made again are a failed attempt, and are not waited for when somebody leaves", async (t) => {
  const { url, requests } = await serve(t, sse("event: tick\ndata: 1\n\n"), sse(end));
  let calls = 0;
  const causes = [];
  const headers = async () => { if (++calls === 2) throw new Error("no token"); return { "x-call": String(calls) }; };
  await collect(stream(codec, url, { ...fast, headers, onState: (s) => s.state === "waiting" && causes.push(s.cause?.message) }));
  assert.deepEqual(requests.map((r) => r.headers["x-call"]), ["1", "3"]);
  assert.deepEqual(causes, [undefined, "no token"]);

  const bounded = await serve(t, sse("event: tick\ndata: 1\n\n"));
  calls = 0;
  const never = () => { if (++calls > 1) throw new Error("no token"); return {}; };
  await assert.rejects(collect(stream(codec, bounded.url, { ...fast, headers: never, maxRetries: 2 })), (error) => fails("connection")(error) && error.cause.message === "no token");
  assert.deepEqual([calls, bounded.requests.length], [4, 1]);

  const abort = new AbortController();
  const states = [];
  await soon(collect(stream(codec, url, { signal: abort.signal, idleTimeoutMs: 5, headers: () => (setTimeout(() => abort.abort(), 30), new Promise(() => {})), onState: (s) => states.push(s.state) })));
  assert.deepEqual(states, ["connecting", "closed"]); // and 5 ms of silence are no matter: nobody has been asked yet
  const events = stream(codec, url, { headers: () => new Promise(() => {}) });
  const pending = events.next();
  await soon(events.return());
  assert.equal((await soon(pending)).done, true);
});

test("a request that can never be sent throws at once", async (t) => {
  const { url, requests } = await serve(t, sse(end));
  const fetch = () => { throw new Error("asked"); };
  for (const given of [{}, { fetch }]) {
    for (const wrong of [{ method: "GET", body: "x" }, { method: "head", body: "x" }, { body: new ReadableStream() }, { method: "bad method" }]) {
      const states = [];
      await assert.rejects(soon(collect(stream(codec, url, { ...fast, ...given, ...wrong, allowRetry: true, onState: (s) => states.push(s.state) }))), TypeError);
      assert.deepEqual(states, ["closed"]);
    }
  }
  assert.equal(requests.length, 0);
});

test("what the caller's functions throw is the caller's", async (t) => {
  const { url, requests } = await serve(t, sse(open() + end));
  const mine = new Error("mine");
  await assert.rejects(collect(stream(codec, url, { headers: () => { throw mine; } })), mine);
  await assert.rejects(collect(stream(codec, url, { onOpen: () => { throw mine; } })), mine);
  await assert.rejects(collect(stream(codec, "not a url")), TypeError);
  await assert.rejects(collect(stream(codec, url, { headers: { "bad name": "x" } })), TypeError);
  assert.equal(requests.length, 1);
});

// A server without a network, on a clock that only the test moves, and with the dice thrown high.
function played(t) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  t.mock.method(Math, "random", () => 1);
  const turn = () => new Promise(setImmediate);
  const pass = async (ms) => { t.mock.timers.tick(ms); await turn(); };
  const play = (options, consume = () => {}) => {
    const seen = { requests: 0, delays: [], causes: [] };
    let respond, body;
    const fetch = (_, { signal }) => new Promise((resolve) => { seen.requests++; seen.signal = signal; respond = resolve; });
    const onState = ({ state, delayMs, cause }) => state === "waiting" && (seen.delays.push(delayMs), seen.causes.push(cause?.message));
    seen.done = (async () => { for await (const _ of stream(codec, "/", { ...fast, fetch, onState, ...options })) await consume(); })();
    seen.say = async (text) => { body.enqueue(new TextEncoder().encode(text)); await turn(); };
    seen.close = async () => { body.close(); await turn(); };
    seen.answer = async (text) => {
      const bytes = new ReadableStream({ start: (controller) => { body = controller; } });
      respond(new Response(bytes, { headers: { "content-type": "text/event-stream" } }));
      await seen.say(text);
    };
    return seen;
  };
  return { play, pass };
}

test("silence is a broken connection: announced interval, own timeout, any byte resets the clock", async (t) => {
  const { play, pass } = played(t);
  const isGivenUpAfter = async (ms, seen) => {
    await pass(ms - 1);
    assert.deepEqual([seen.requests, seen.causes, seen.signal.aborted], [1, [], false]);
    await pass(1);
    assert.deepEqual([seen.causes, seen.signal.aborted], [[`silent for ${ms} ms`], true]);
    await pass(seen.delays[0]);
    assert.equal(seen.requests, 2);
    await seen.answer(end);
    await seen.done;
  };
  const announced = play();
  await announced.answer(open({ keepAliveMs: 20 }) + "event: ping\ndata\n\n");
  for (let n = 0; n < 50; n++) {
    await pass(49);
    await announced.say(":\n\n");
  }
  await isGivenUpAfter(50, announced);

  for (const first of [undefined, "\n", open({ keepAliveMs: 20 }), open({ keepAlive: "off" })]) {
    const own = play({ idleTimeoutMs: 200 });
    if (first) await own.answer(first);
    await isGivenUpAfter(200, own);
  }

  const off = play();
  await off.answer(open({ keepAlive: "off", keepAliveMs: 1 }));
  await pass(86_400_000);
  await off.say(end);
  await off.done;
  assert.equal(off.requests, 1);
});

test("what a connection says of its keep-alive holds instead of what the one before said", async (t) => {
  const { play, pass } = played(t);
  const off = play();
  await off.answer(open({ keepAliveMs: 20 }) + "event: ping\ndata\n\n");
  await off.close();
  await pass(off.delays[0]);
  await off.answer(open({ keepAlive: "off" }));
  await pass(86_400_000);
  assert.deepEqual([off.requests, off.causes], [2, [undefined]]);
  await off.say(end);
  await off.done;
});

test("the time that the consumer takes is not silence", async (t) => {
  const { play, pass } = played(t);
  const slow = play({ idleTimeoutMs: 200 }, () => pass(400));
  await slow.answer("event: tick\ndata: 1\n\n");
  await slow.say("event: tick\ndata: 2\n\nevent: tick\ndata: 3\n\n");
  await slow.say(end);
  await slow.done;
  assert.deepEqual([slow.requests, slow.causes], [1, []]);
});

// The delays that a stream announces, with the dice thrown high.
async function delays(t, options, ...handlers) {
  const random = Math.random;
  Math.random = () => 1;
  t.after(() => (Math.random = random));
  const { url } = await serve(t, ...handlers);
  const all = [];
  await collect(stream(codec, url, { ...options, onState: (s) => s.state === "waiting" && all.push(s.delayMs) }));
  return all;
}

test("backoff grows with failures, holds a cap, and resets after a good connection", async (t) => {
  const no = status(503), tick = "event: tick\ndata: 1\n\n";
  assert.deepEqual(
    await delays(t, { retryStatuses: [503], retryMs: 1, maxBackoffMs: 500 }, no, no, no, sse("retry: 3\n" + tick), no, sse(tick), sse(end)),
    [200, 400, 500, 3, 200, 3],
  );
});

test("the server's reconnection time is the least delay", async (t) => {
  assert.deepEqual(await delays(t, { maxBackoffMs: 2 }, sse("retry: 7\n\n"), sse("data: 1\n\n"), sse(end)), [7, 7]);
  assert.deepEqual(await delays(t, {}, sse("retry: 0\ndata: 1\n\n"), sse(end)), [0]);
});

test("a body without stream-open is a failed attempt, once the server has announced itself", async (t) => {
  const tick = "event: tick\ndata: 1\n\n";
  assert.deepEqual(await delays(t, { maxBackoffMs: 500 }, sse(open() + tick), sse("retry: 1\n\n"), sse(tick), sse(open() + tick), sse(end)), [1, 200, 400, 1]);
});

// The delays behind connections on which there is only this text, each open for so many milliseconds.
async function delaysBehind(t, text, times, options) {
  const { play, pass } = played(t);
  const quiet = play({ maxBackoffMs: 150, ...options });
  for (const held of times) {
    await quiet.answer(text);
    await pass(held);
    await quiet.close();
    await pass(quiet.delays.at(-1));
  }
  await quiet.answer(end);
  await quiet.done;
  return quiet.delays;
}

test("a connection without events is good after twice the keep-alive interval", async (t) => {
  assert.deepEqual(await delaysBehind(t, open({ keepAliveMs: 100 }), [199, 200], { idleTimeoutMs: 0 }), [150, 1]);
});

test("a server that does not announce itself is good as long as it holds the connection", async (t) => {
  // Long enough is half a minute, as nobody has said more.
  assert.deepEqual(await delaysBehind(t, ":\n", [29_999, 30_000]), [150, 1]);
});

test("Retry-After is waited for an hour at most", async (t) => {
  const { url } = await serve(t, status(503, { "retry-after": "99999999" }), sse(end));
  const { url: dated } = await serve(t, status(503, { "retry-after": "Fri, 31 Dec 2286 23:59:59 GMT" }), sse(end));
  for (const each of [url, dated]) {
    const abort = new AbortController();
    const all = [];
    await soon(collect(stream(codec, each, { ...fast, signal: abort.signal, retryStatuses: [503], onState: (s) => { if (s.state === "waiting") { all.push(s.delayMs); setImmediate(() => abort.abort()); } } })));
    assert.deepEqual(all, [3_600_000]);
  }
});

test("maxRetries counts failures in a row", async (t) => {
  const { url, requests } = await serve(t, sse("data: 1\n\n"), (response) => response.destroy());
  await assert.rejects(collect(stream(codec, url, { ...fast, maxRetries: 2 })), fails("connection"));
  assert.equal(requests.length, 4);
});

test("another fetch may be given", async () => {
  const seen = [];
  const fetch = async (url, init) => {
    seen.push([String(url), init.method, init.credentials, init.headers.get("accept")]);
    return new Response(end, { headers: { "content-type": "text/event-stream" } });
  };
  await collect(stream(codec, "/relative", { fetch, credentials: "include" }));
  assert.deepEqual(seen, [["/relative", "GET", "include", "text/event-stream"]]);
});

test("match calls the handler of the event", () => {
  assert.equal(match({ event: "tick", data: 2, id: "1" }, { tick: (data, id) => data + id }), "21");
});

test("streamUrl joins base, path and query; the rest of a path keeps its slashes", () => {
  assert.equal(streamUrl("/feed"), "/feed");
  assert.equal(streamUrl("/feed", { base: new URL("https://a.example") }), "https://a.example/feed");
  assert.equal(streamUrl("/feed", { base: "https://a.example/v1/", query: { q: "a b" } }), "https://a.example/v1/feed?q=a+b");
  assert.deepEqual([pathRest("x y/z?/"), pathRest(7)], ["x%20y/z%3F/", "7"]);
  assert.deepEqual(["a b/c", "...", ".a", 7].map(pathSegment), ["a%20b%2Fc", "...", ".a", "7"]);
  for (const away of [() => pathSegment(".."), () => pathSegment("."), () => pathRest("a/../../b")]) assert.throws(away, TypeError);
});
