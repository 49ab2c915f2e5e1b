// What the options of the generator bring: integers of 64 bits, schemas for validators, and the hook for React.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { z } from "zod";
import { stream, StreamError, TypedEventSource, validator } from "../../sse-core/src/codegen/runtime/runtime.js";
import { codec, end, open, serve, sse } from "./server.mjs";

const runtime = fileURLToPath(new URL("../../sse-core/src/codegen/runtime/", import.meta.url));
const golden = fileURLToPath(new URL("../../sse-core/tests/it/golden/options/", import.meta.url));

/** A module with all that it imports; `modules` are other names for some. */
async function load(entry, modules = {}) {
  const plugin = {
    name: "modules",
    setup(on) {
      on.onResolve({ filter: /^\.\/runtime/ }, ({ path }) => ({ path: runtime + path.slice(2) }));
      for (const name of Object.keys(modules)) {
        on.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: "given" }));
        on.onLoad({ filter: /./, namespace: "given" }, ({ path }) => ({ contents: modules[path] }));
      }
    },
  };
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false, plugins: [plugin] });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

async function collect(events) {
  const all = [];
  for await (const event of events) all.push(event);
  return all;
}

/** `JSON.parse` with source text, which this version of Node has not. */
function withSources(t) {
  const { parse } = JSON;
  t.after(() => (JSON.parse = parse));
  JSON.parse = (text, reviver) => {
    if (!reviver) return parse(text);
    // Numbers outside of strings become strings that are marked, and keep their text.
    const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token[0] === '"' ? token : `"\\u0000${token}"`));
    return parse(marked, function (key, value) {
      if (typeof value !== "string" || value[0] !== "\0") return reviver.call(this, key, value, {});
      const source = value.slice(1);
      return reviver.call(this, key, +source, { source });
    });
  };
}

const BIG = "18446744073709551615";
const ENTRY = `{"amount":${BIG},"at":"2026-01-01T00:00:00Z","bounded":9,"key":"k","next":{"amount":9007199254740993,"at":"x","bounded":1,"key":"k","next":null,"rate":2,"small":3},"rate":1,"small":7}`;

test("integers of 64 bits are bigints, and nothing else is", async (t) => {
  withSources(t);
  const { streamLedger } = await load(golden + "ledger.js");
  const { url } = await serve(t, sse(open() + [
    ["entry", ENTRY],
    ["changes", `[{"kind":"wide","n":${BIG}},{"kind":"small","n":1}]`],
    ["count", "-9223372036854775808"],
    ["pair", `["1",9007199254740993]`],
    ["pair", `["1",null]`],
    ["totals", `{"a":${BIG},"b":"2","__proto__":3}`],
    ["plain", `{"text":"12345678901234567890"}`],
    ["line", "12345678901234567890"],
  ].map(([name, data]) => `event: ${name}\ndata: ${data}\n\n`).join("") + end));
  const all = (await collect(streamLedger({ base: new URL(url).origin }))).map(({ data }) => data);
  const [entry, changes, count, pair, none, totals, plain, line] = all;
  assert.deepEqual(entry, { amount: 18446744073709551615n, at: "2026-01-01T00:00:00Z", bounded: 9, key: "k", next: { amount: 9007199254740993n, at: "x", bounded: 1, key: "k", next: null, rate: 2, small: 3 }, rate: 1, small: 7 });
  assert.deepEqual(changes, [{ kind: "wide", n: 18446744073709551615n }, { kind: "small", n: 1 }]);
  assert.equal(count, -9223372036854775808n);
  assert.deepEqual([pair, none], [["1", 9007199254740993n], ["1", null]]);
  assert.deepEqual([totals.a, totals.b, Object.getPrototypeOf(totals)], [18446744073709551615n, "2", Object.prototype]);
  assert.deepEqual([plain, line], [{ text: "12345678901234567890" }, "12345678901234567890"]);
});

test("where JSON.parse gives no source text, opening throws", { skip: JSON.parse("1", (_, __, context) => context?.source) === "1" && "this Node has it" }, async () => {
  const { openLedger, streamLedger } = await load(golden + "ledger.js");
  const clear = (error) => /no source text/.test(error.message);
  assert.throws(() => openLedger({ base: "http://127.0.0.1:1", EventSource: class { constructor() { assert.fail("opened"); } } }), clear);
  await assert.rejects(collect(streamLedger({ base: "http://127.0.0.1:1" })), clear);
});

test("zod checks payloads by the schemas that are written", async (t) => {
  const { LedgerSchemas } = await load(golden + "ledger.js");
  assert.deepEqual(Object.keys(LedgerSchemas), ["entry", "changes", "count", "pair", "totals", "plain", "line"]);
  const schemas = Object.fromEntries(Object.entries(LedgerSchemas).map(([name, schema]) => [name, z.fromJSONSchema(schema)]));
  const good = { amount: 1, at: "2026-01-01T00:00:00Z", bounded: 9, key: "0b8b1a9e-3b1f-4b0e-9d5c-0c8a1f8e7d6c", next: null, rate: 1.5, small: 7 };
  const ledger = { name: "Ledger", events: { entry: "json", line: "text" }, terminal: [] };
  const events = [good, { ...good, next: good }, { ...good, small: "7" }, { ...good, next: { ...good, rate: null } }];
  const { url } = await serve(t, sse(open() + events.map((data) => `event: entry\ndata: ${JSON.stringify(data)}\n\n`).join("") + "event: line\ndata: a\n\n" + end));
  const refused = [];
  const all = await collect(stream(ledger, url, { validate: validator(schemas), onInvalid: ({ data }, error) => refused.push([JSON.parse(data), error.code]) }));
  assert.deepEqual(all.map(({ data }) => data), [events[0], events[1], "a"]);
  assert.deepEqual(refused, [[events[2], "schema"], [events[3], "schema"]]);
});

test("a validator: sync, async, thrown, and without somebody to tell", async (t) => {
  const standard = (validate) => ({ "~standard": { version: 1, vendor: "test", validate } });
  const even = standard((value) => (value % 2 ? { issues: [{ message: "odd" }] } : { value: "not used" }));
  const later = standard(async (value) => (value === "bad" ? { issues: [{ message: "a" }, { message: "b" }] } : { value }));
  const body = "event: tick\ndata: 2\n\nevent: tick\ndata: 3\n\nevent: log\ndata: bad\n\nevent: log\ndata: good\n\nevent: ping\ndata\n\n";
  const { url } = await serve(t, sse(body + end));
  const validate = validator({ tick: even, log: later });
  const refused = [];
  const all = await collect(stream(codec, url, { validate, onInvalid: (_, error) => refused.push(error) }));
  assert.deepEqual(all.map(({ data }) => data), [2, "good", undefined]);
  assert.deepEqual(refused.map((error) => [error instanceof StreamError, error.code, error.message]), [[true, "schema", 'event "tick": odd'], [true, "schema", 'event "log": a; b']]);
  assert.equal(refused[1].cause.length, 2);
  await assert.rejects(collect(stream(codec, url, { validate })), (error) => error.code === "schema");

  const abort = new AbortController();
  const never = () => new Promise(() => setImmediate(() => abort.abort()));
  assert.deepEqual(await collect(stream(codec, url, { validate: never, signal: abort.signal })), []);
});

// As much of React as the hook uses: what a component returns is what its hooks return.
const REACT = `
  let at, slots, effects, again;
  const slot = (make) => (slots[at] ??= make(), slots[at++]);
  const same = (a, b) => a && b && a.length === b.length && a.every((one, i) => Object.is(one, b[i]));
  export const useRef = (current) => slot(() => ({ current }));
  export const useState = (value) => { const one = slot(() => ({ value })); const rerender = again; return [one.value, (next) => { if (!Object.is(one.value, next)) { one.value = next; rerender(); } }]; };
  export const useEffect = (effect, deps) => { const one = slot(() => ({})); if (!same(one.deps, deps)) effects.push(() => { one.deps = deps; one.cleanup?.(); one.cleanup = effect(); }); };
  export function mount(component) {
    const own = []; let result;
    const render = (props) => { if (props) last = props; at = 0; slots = own; effects = []; again = () => render(); result = component(last); const todo = effects; for (const run of todo) run(); return result; };
    let last;
    return { render, get result() { return result; }, unmount: () => own.forEach((one) => one.cleanup?.()) };
  }
`;

test("the hook holds one connection, whatever handlers it is given", async (t) => {
  const { useSse, mount } = await load(runtime + "../../../../tests/js/types/hook.mjs", { react: REACT });
  const made = [];
  class Source extends EventTarget {
    readyState = 1;
    constructor(url) { super(); made.push(this); this.url = url; }
    close() { this.readyState = 2; }
    tell(type, init) { this.dispatchEvent(init ? new MessageEvent(type, init) : new Event(type)); }
  }
  const log = [];
  const component = ({ name, room }) => useSse((options) => new TypedEventSource(codec, `/rooms/${room}`, { ...options, EventSource: Source, maxRetries: 0 }), { on: { tick: (data) => log.push([name, data]) }, onEnd: () => log.push([name, "end"]) }, [room]);
  const hook = mount(component);
  assert.equal(hook.render({ name: "a", room: 1 }), "connecting");
  made[0].tell("stream-open", { data: '{"resume":"fresh"}' });
  assert.equal(hook.result, "open");
  made[0].tell("tick", { data: "1" });
  hook.render({ name: "b", room: 1 });
  made[0].tell("tick", { data: "2" });
  assert.deepEqual([made.length, log], [1, [["a", 1], ["b", 2]]]);
  made[0].tell("error");
  assert.equal(hook.result, "reconnecting");

  hook.render({ name: "c", room: 2 });
  assert.deepEqual(made.map(({ url, readyState }) => [url, readyState]), [["/rooms/1", 2], ["/rooms/2", 1]]);
  made[1].tell("tick", { data: "3" });
  assert.equal(hook.result, "open");
  made[1].tell("stream-end", { data: "{}" });
  assert.deepEqual([hook.result, log.at(-1)], ["ended", ["c", "end"]]);
  hook.render({ name: "c", room: 3 });
  made[2].readyState = 2;
  made[2].tell("error");
  assert.equal(hook.result, "closed");
  hook.render({ name: "c", room: 4 });
  hook.unmount();
  assert.equal(made[3].readyState, 2);
});
