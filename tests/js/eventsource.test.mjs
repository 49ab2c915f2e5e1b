// The wrapper over the EventSource of Node. What browsers do besides is in the browser tests of the workspace.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TypedEventSource } from "../../sse-core/src/codegen/runtime/runtime.js";
import { codec, end, open, serve, sse, status } from "./server.mjs";

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
  const source = new TypedEventSource(codec, url, { closeOnEnd: false, onEnd: () => ended++ });
  source.onConnectionError((_, state) => state === "closed" && finish());
  await done;
  assert.equal(ended, 1);
  assert.equal(requests[1].headers["last-event-id"], "=end");
});

test("a server's event named error is no connection error, and the other way round", async (t) => {
  const { url } = await serve(t, sse("retry: 1\nevent: error\ndata: disk full\n\n"), status(204));
  const log = [];
  const [done, finish] = told();
  const source = new TypedEventSource(codec, url);
  source.on("error", (data) => log.push(["event", data]));
  source.onConnectionError((event, state) => { log.push([event.type, state]); if (state === "closed") finish(); });
  await done;
  assert.deepEqual(log, [["event", "disk full"], ["error", "reconnecting"], ["error", "closed"]]);
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

test("nothing is left on the callers' signals after close(), an end, or when the browser gives up", async (t) => {
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
  const third = new TypedEventSource(codec, refused.url, { signal: given.signal });
  third.onConnectionError((_, state) => { assert.equal(state, "closed"); setImmediate(tell); }, { signal: given.signal });
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
