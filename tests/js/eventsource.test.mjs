// The wrapper over the EventSource of Node. What browsers do besides is in the browser tests of the workspace.
import assert from "node:assert/strict";
import { test } from "node:test";
import { resumeUrl, StreamError, TypedEventSource, validator } from "../../sse-core/src/codegen/runtime/runtime.js";
import { codec, end, open, serve, sse, status } from "./server.mjs";

const fast = { retryMs: 1, maxBackoffMs: 2 };

const told = () => {
  let tell;
  const promise = new Promise((resolve) => (tell = resolve));
  return [promise, tell];
};

test("typed events, control events, and the end", async (t) => {
  const { url, requests } = await serve(t, sse(open() + 'event: stream-reset\nid: E-9\ndata: {"reason":"evicted"}\n\nevent: tick\nid: E-10\ndata: {"cents":1}\n\ndata: [2]\n\nevent: log\ndata: a\ndata: b\n\nevent: ping\ndata\n\nevent: stream-position\nid: E-11\ndata: {}\n\n' + end));
  const log = [];
  const [done, finish] = told();
  const source = new TypedEventSource(codec, url, { onOpen: (info) => log.push(["open", info.resume]), onReset: (info) => log.push(["reset", info.reason]) });
  for (const name of ["tick", "message", "log", "ping"]) source.on(name, (data, raw) => log.push([name, data, raw.lastEventId]));
  source.onEnd(() => finish(source.readyState));
  assert.equal(await done, 2);
  assert.deepEqual(log, [["open", "fresh"], ["reset", "evicted"], ["tick", { cents: 1 }, "E-10"], ["message", [2], "E-10"], ["log", "a\nb", "E-10"], ["ping", undefined, "E-10"]]);
  assert.equal(source.lastEventId, "=end");
  assert.equal(requests.length, 1);
});

test("a terminal event reaches every listener, then the end is told once and the source closes", async (t) => {
  const { url } = await serve(t, sse(open() + "event: done\ndata: 1\n\n" + end, { hold: true }));
  const log = [];
  const [done, finish] = told();
  const source = new TypedEventSource(codec, url);
  source.onEnd(() => { log.push("end"); finish(); });
  source.on("done", () => log.push("first"));
  source.on("done", () => log.push("second"));
  await done;
  assert.equal(source.readyState, 2);
  assert.deepEqual(log, ["first", "second", "end"]);
});

test("without closeOnEnd the server's 204 closes", async (t) => {
  const { url, requests } = await serve(t, sse("retry: 1\n" + open() + "event: done\ndata: 1\n\n" + end), status(204));
  let ended = 0;
  const [done, finish] = told();
  const source = new TypedEventSource(codec, url, { ...fast, closeOnEnd: false, onEnd: () => ended++ });
  source.onConnectionError((_, state) => state === "closed" && finish());
  await done;
  assert.equal(ended, 1);
  assert.equal(requests[1].headers["last-event-id"], "=end");
});

/** An `EventSource` that the test plays. */
class Played extends EventTarget {
  static last;
  readyState = 1;
  constructor() {
    super();
    Played.last = this;
  }
  send(name, data) { this.dispatchEvent(new MessageEvent(name, { data })); }
  fail() {
    this.readyState = 2;
    this.dispatchEvent(new Event("error"));
  }
  close() { this.readyState = 2; }
}

test("without closeOnEnd a terminal event is the end too, told once", async () => {
  const log = [];
  const source = new TypedEventSource(codec, "http://x/", { ...fast, EventSource: Played, closeOnEnd: false, onEnd: () => log.push("end") });
  source.on("done", () => log.push("done"));
  source.onConnectionError((_, state) => log.push(state));
  Played.last.send("done", "1");
  assert.deepEqual(log, ["done", "end"]);
  Played.last.send("stream-end", "{}");
  Played.last.fail();
  assert.deepEqual(log, ["done", "end", "closed"]);
});

test("what was received before the connection closed for good is told, however long its check takes", async () => {
  const log = [];
  const [done, finish] = told();
  const validate = validator(() => new Promise((resolve) => setTimeout(resolve, 5)));
  const source = new TypedEventSource(codec, "http://x/", { maxRetries: 0, EventSource: Played, validate });
  source.on("tick", (data) => log.push(data));
  source.onConnectionError((_, state) => { log.push(state); finish(); });
  Played.last.send("tick", "1");
  Played.last.send("tick", "2");
  Played.last.fail();
  await done;
  assert.deepEqual(log, [1, 2, "closed"]);
});

test("after close() nothing is told any more, whatever waits for its check", async () => {
  const log = [];
  let checks = 0;
  const [checked, allow] = told();
  const validate = validator(async () => { checks++; await checked; });
  const say = (what) => () => log.push(what);
  const source = new TypedEventSource(codec, "http://x/", { EventSource: Played, validate, onInvalid: say("invalid"), onReset: say("reset"), onEnd: say("end") });
  source.on("tick", say("tick"));
  source.onConnectionError(say("error"));
  for (const [name, data] of [["tick", "1"], ["tick", "{"], ["stream-reset", "{}"], ["stream-end", "{}"]]) Played.last.send(name, data);
  source.close();
  allow();
  await new Promise(setImmediate);
  assert.deepEqual([log, checks], [[], 1]);
});

test("a server's event named error is no connection error, and the other way round", async (t) => {
  const { url } = await serve(t, sse("retry: 1\nevent: error\ndata: disk full\n\n"), status(204));
  const log = [];
  const [done, finish] = told();
  const source = new TypedEventSource(codec, url, fast);
  source.on("error", (data) => log.push(["event", data]));
  source.onConnectionError((error, state) => { log.push([error.type ?? error.status, state]); if (state === "closed") finish(); });
  await done;
  // The server ends the body, the browser is told 204, and so is the HEAD.
  assert.deepEqual(log, [["event", "disk full"], ["error", "reconnecting"], ["error", "reconnecting"], [204, "closed"]]);
});

test("listeners leave by function and by signal, also while the event is told", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n" + end));
  const log = [];
  const [done, finish] = told();
  const abort = new AbortController();
  const source = new TypedEventSource(codec, url, { onEnd: finish });
  const off = source.on("tick", (data) => { log.push(["a", data]); off(); abort.abort(); });
  source.on("tick", (data) => log.push(["b", data]), { signal: abort.signal });
  source.on("tick", (data) => log.push(["c", data]), { signal: AbortSignal.abort() });
  source.on("tick", (data) => log.push(["d", data]));
  await done;
  assert.deepEqual(log, [["a", 1], ["d", 1], ["d", 2]]);
});

test("a listener that throws does not silence the others", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: 1\n\n" + end));
  const errors = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => errors.push(error.message));
  t.after(() => { process.removeAllListeners("uncaughtException"); for (const l of listeners) process.on("uncaughtException", l); });
  const [done, finish] = told();
  const log = [];
  const source = new TypedEventSource(codec, url, { onEnd: finish });
  source.on("tick", () => { throw new Error("mine"); });
  source.on("tick", (data) => log.push(data));
  await done;
  assert.deepEqual([log, errors], [[1], ["mine"]]);
});

test("an invalid payload is told, and a terminal one still ends", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: {\n\nevent: done\ndata: {\n\n", { hold: true }));
  const [done, finish] = told();
  const invalid = [];
  new TypedEventSource(codec, url, { onInvalid: (event, error) => invalid.push([event.event, error.code]), onEnd: finish });
  await done;
  assert.deepEqual(invalid, [["tick", "data"], ["done", "data"]]);
});

// A signal that counts the handlers it holds.
function counted() {
  const abort = new AbortController();
  const held = new Set();
  for (const [method, change] of [["addEventListener", "add"], ["removeEventListener", "delete"]]) {
    const original = abort.signal[method].bind(abort.signal);
    abort.signal[method] = (type, handler, ...rest) => (held[change](handler), original(type, handler, ...rest));
  }
  return { signal: abort.signal, held, abort: () => abort.abort() };
}

test("nothing is left on the callers' signals after close(), an end, or a refusal", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: 1\n\n" + end));
  const closed = counted();
  const source = new TypedEventSource(codec, url, { signal: closed.signal });
  source.on("tick", () => {}, { signal: closed.signal });
  source.onEnd(() => {}, { signal: closed.signal })();
  source.onReset(() => {}, { signal: closed.signal });
  assert.equal(closed.held.size, 3);
  source.close();
  assert.equal(closed.held.size, 0);
  source.on("tick", () => {}, { signal: closed.signal });
  assert.equal(closed.held.size, 0);

  const ended = counted();
  const log = [];
  const [done, finish] = told();
  const other = new TypedEventSource(codec, url, { signal: ended.signal });
  other.onEnd(() => { log.push("first"); ended.abort(); }, { signal: ended.signal });
  other.onEnd(() => log.push("left"), { signal: ended.signal });
  other.onEnd(() => { log.push("last"); finish(); });
  await done;
  assert.deepEqual([log, ended.held.size], [["first", "last"], 0]);

  const refused = await serve(t, status(403));
  const given = counted();
  const [told403, tell] = told();
  const third = new TypedEventSource(codec, refused.url, { ...fast, signal: given.signal });
  third.onConnectionError((_, state) => state === "closed" && setImmediate(tell), { signal: given.signal });
  await told403;
  assert.equal(given.held.size, 0);
});

test("a signal closes, before and after the start; dispose closes", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: 1\n\n", { hold: true }));
  assert.equal(new TypedEventSource(codec, url, { signal: AbortSignal.abort() }).readyState, 2);
  const abort = new AbortController();
  const source = new TypedEventSource(codec, url, { signal: abort.signal });
  const [heard, hear] = told();
  source.on("tick", hear);
  await heard;
  abort.abort();
  assert.equal(source.readyState, 2);
  const other = new TypedEventSource(codec, url);
  (other[Symbol.dispose] ?? other.close).call(other);
  assert.equal(other.readyState, 2);
});

// The ids that the requests carry in their queries.
const asked = (requests) => requests.map(({ method, url, headers }) => [method, new URL(url, "http://x").searchParams.get("lastEventId"), headers["last-event-id"]]);

test("when the browser has given up, a HEAD is asked, and the stream goes on behind the last event", async (t) => {
  const tick = (id) => `event: tick\nid: ${id}\ndata: ${id}\n\n`;
  const { url, requests } = await serve(
    t,
    sse("retry: 1\n" + open() + tick(1) + tick(2)),
    status(502), // the browser's reconnect
    status(502), (response) => response.destroy(), status(503), sse(""), // HEAD
    sse("retry: 1\n" + open({ resume: "recovered" }) + tick(3)),
    sse(tick(4) + end), // again the browser's own
  );
  const log = [], states = [];
  const [done, finish] = told();
  const source = new TypedEventSource(codec, url + "?a=%20b", { ...fast, onEnd: finish, onOpen: (info) => log.push(info.resume) });
  source.on("tick", (data) => log.push(data));
  source.onConnectionError((error, state) => { states.push([error.type ?? error.status, state]); assert.equal(source.readyState, 0); });
  await done;
  assert.deepEqual(log, ["fresh", 1, 2, "recovered", 3, 4]);
  assert.deepEqual(states, [["error", "reconnecting"], ["error", "reconnecting"], [502, "reconnecting"], [0, "reconnecting"], [503, "reconnecting"], ["error", "reconnecting"]]);
  assert.deepEqual(asked(requests), [["GET", null, undefined], ["GET", null, "2"], ["HEAD", "2", undefined], ["HEAD", "2", undefined], ["HEAD", "2", undefined], ["HEAD", "2", undefined], ["GET", "2", undefined], ["GET", "2", "3"]]);
  assert.equal(requests[2].headers.accept, "text/event-stream");
  assert.ok(requests.every(({ url }) => url.startsWith("/feed?a=%20b")), "the rest of the query is the caller's");
  assert.deepEqual([source.readyState, source.lastEventId], [2, "=end"]);
});

for (const [what, answer, code, number] of [
  ["204", status(204), "status", 204], ["401", status(401), "status", 401], ["403", status(403), "status", 403], ["404", status(404), "status", 404],
  ["another type", status(200, { "content-type": "text/html" }), "content-type", 200],
]) {
  test(`${what} closes for good, and says why`, async (t) => {
    const { url, requests } = await serve(t, answer);
    const [closed, close] = told();
    let ends = 0;
    const source = new TypedEventSource(codec, url, { ...fast, onEnd: () => ends++ });
    source.onConnectionError((error, state) => { if (state === "closed") close(error); });
    const error = await closed;
    assert.ok(error instanceof StreamError && error.code === code && error.status === number, String(error));
    assert.equal(source.readyState, 2);
    assert.deepEqual(requests.map(({ method }) => method), ["GET", "HEAD"]);
    assert.equal(ends, number === 204 ? 1 : 0);
  });
}

test("a server without HEAD is opened again", async (t) => {
  const { url, requests } = await serve(t, status(502), status(405), status(503), status(501), sse(end));
  const [done, finish] = told();
  new TypedEventSource(codec, url, { ...fast, onEnd: finish });
  await done;
  assert.deepEqual(requests.map(({ method }) => method), ["GET", "HEAD", "GET", "HEAD", "GET"]);
});

test("nobody asks again after close(), after the end, and without retries left", async (t) => {
  const down = await serve(t, status(503));
  const left = new TypedEventSource(codec, down.url, { retryMs: 60_000 });
  const [lost, lose] = told();
  left.onConnectionError((_, state) => lose(state));
  assert.equal(await lost, "reconnecting");
  left.close();
  assert.equal(left.readyState, 2);

  const none = new TypedEventSource(codec, down.url, { maxRetries: 0 });
  const [closed, close] = told();
  none.onConnectionError((error, state) => close([error.type, state]));
  assert.deepEqual(await closed, ["error", "closed"]);

  const some = new TypedEventSource(codec, down.url, { ...fast, maxRetries: 2 });
  const all = [];
  const [over, finish] = told();
  some.onConnectionError((error, state) => { all.push([error.status, state]); if (state === "closed") finish(); });
  await over;
  assert.deepEqual(all, [[undefined, "reconnecting"], [503, "reconnecting"], [503, "closed"]]);
  assert.deepEqual(down.requests.map(({ method }) => method), ["GET", "GET", "GET", "HEAD", "HEAD"]);

  const ended = await serve(t, sse("retry: 1\n" + open() + "event: done\ndata: 1\n\n"), status(502));
  const quiet = new TypedEventSource(codec, ended.url, { ...fast, closeOnEnd: false });
  const [shut, shutter] = told();
  quiet.onConnectionError((_, state) => state === "closed" && shutter());
  await shut;
  assert.equal(ended.requests.length, 2);
});

test("a HEAD is left when the source is closed, and Retry-After is waited for", async (t) => {
  const { url, requests } = await serve(t, status(503), () => {});
  const source = new TypedEventSource(codec, url, fast);
  while (requests.length < 2) await new Promise(setImmediate);
  source.close();
  const busy = await serve(t, status(503), status(503, { "retry-after": "1" }), sse(""), sse(end));
  const at = [];
  const [done, finish] = told();
  const other = new TypedEventSource(codec, busy.url, { ...fast, onEnd: finish });
  other.onConnectionError(() => at.push(performance.now()));
  await done;
  // A timer counts from where its turn of the loop began, which is a little before.
  assert.ok(performance.now() - at[1] >= 990);
});

test("where to resume: the caller's id first, then the stream's, also of a connection before", async (t) => {
  const { url, requests } = await serve(t, sse("retry: 1\nevent: tick\nid: 7\ndata: 1\n\n"), status(502), sse(""), sse("retry: 1\nevent: log\ndata: no id\n\n"), status(502), sse(""), sse(end));
  const [done, finish] = told();
  const ids = [];
  const source = new TypedEventSource(codec, url, { ...fast, lastEventId: "a b&…", onEnd: finish });
  for (const name of ["tick", "log", "message"]) source.on(name, () => ids.push(source.lastEventId));
  await done;
  assert.deepEqual(asked(requests), [["GET", "a b&…", undefined], ["GET", "a b&…", "7"], ["HEAD", "7", undefined], ["GET", "7", undefined], ["GET", "7", undefined], ["HEAD", "7", undefined], ["GET", "7", undefined]]);
  assert.deepEqual(ids, ["7", "7"]);
});

test("an id that the server takes back does not come from the URL again", async () => {
  const sources = [];
  class Fake extends EventTarget {
    readyState = 1;
    close() { this.readyState = 2; }
    constructor(url) { super(); this.url = url; sources.push(this); }
    tell(type, init) { this.dispatchEvent(init ? new MessageEvent(type, init) : new Event(type)); }
  }
  const asked = [];
  const fetch = async (url) => { asked.push(url); return new Response("", { headers: { "content-type": "text/event-stream" } }); };
  const source = new TypedEventSource(codec, "/feed?lastEventId=5", { ...fast, EventSource: Fake, fetch });
  const [first] = sources;
  first.tell("tick", { data: "1", lastEventId: "6" });
  first.tell("error");
  assert.equal(first.readyState, 1, "the browser knows where it stands");
  first.tell("tick", { data: "1", lastEventId: "" });
  first.tell("error");
  while (sources.length < 2) await new Promise(setImmediate);
  assert.deepEqual([asked, sources.map(({ url }) => url), first.readyState], [["/feed"], ["/feed?lastEventId=5", "/feed"], 2]);
  source.close();
});

test("resumeUrl touches nothing but its own parameter", () => {
  for (const [url, id, expected] of [
    ["/feed", "E-1", "/feed?lastEventId=E-1"],
    ["/feed?", "", "/feed"],
    ["https://a.example/v1/feed?q=a+b&c&lastEventId=old&d=%2F&lastEventId=x#top", "é &", "https://a.example/v1/feed?q=a+b&c&d=%2F&lastEventId=%C3%A9%20%26"],
    ["/feed?lastEventId=1", "", "/feed"],
    ["/feed?lastEventIdea=1", "2", "/feed?lastEventIdea=1&lastEventId=2"],
  ]) assert.equal(resumeUrl(url, id), expected);
});

test("a validator is waited for, in the order of the events, and an end too", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\nevent: tick\ndata: 3\n\nevent: log\ndata: x\n\nevent: done\ndata: 4\n\n" + end));
  const log = [];
  const [done, finish] = told();
  // The first takes longest, the second is refused, the third is refused at once.
  const validate = (event, data) => {
    if (data === 3) throw new Error("three");
    if (event === "tick") return new Promise((resolve, reject) => setTimeout(data === 2 ? reject : resolve, 30 / data, new Error("two")));
  };
  const source = new TypedEventSource(codec, url, { validate: validator(validate), onInvalid: (event, error) => log.push([event.data, error.code, error.cause.message]), onEnd: () => { log.push("end"); finish(); } });
  for (const name of ["tick", "log", "done"]) source.on(name, (data) => log.push(data));
  await done;
  assert.deepEqual(log, [1, ["2", "schema", "two"], ["3", "schema", "three"], "x", 4, "end"]);
});
