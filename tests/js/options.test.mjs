// What the options of the generator bring: integers of 64 bits, schemas for validators, and the hook for React.
import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { JSDOM } from "jsdom";
import { act, createElement, StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { z } from "zod";
import { stream, StreamError, TypedEventSource, validator } from "../../sse-core/src/codegen/runtime/runtime.js";
import { codec, end, open, serve, sse } from "./server.mjs";
import { besides, folder, golden as goldens, here, runtime, tsc } from "./tools.mjs";

const golden = `${goldens}options/`;

/** A module with all that it imports. */
async function load(entry) {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false, plugins: [besides], external: ["react"] });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** A folder with golden files, and with the packages of this one. */
function project(t, name) {
  const out = folder(t);
  cpSync(golden + name, out, { recursive: true });
  symlinkSync(`${here}node_modules`, join(out, "node_modules"));
  return out;
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

test("of types that are put together, integers are bigints where the type says so", async (t) => {
  withSources(t);
  const { MixedCodec, MixedSchemas } = await load(golden + "mixed.js");
  assert.deepEqual(Object.keys(MixedSchemas.prototype.$defs.Prototype.properties), ["__proto__"]);
  const { parse } = MixedCodec;
  const big = 18446744073709551615n;
  for (const [event, data, expected] of [
    // What is named by the variant that it is, and only by that, is no entry of the map.
    ["totals", `{"k":"A","n":1,"z":${BIG}}`, { k: "A", n: 1, z: big }],
    ["totals", `{"k":"B","n":${BIG},"z":2}`, { k: "B", n: big, z: 2n }],
    ["counts", `{"small":1,"z":${BIG}}`, { small: 1, z: big }],
    ["either", `{"x":1,"y":2}`, { x: 1, y: 2 }],
    ["either", `{"x":${BIG}}`, { x: big }],
    ["tuple", "[1,2]", [1, 2]],
    ["tuple", `[1,2,${BIG}]`, [1n, 2n, big]],
    ["time", `{"unit":"day","n":1}`, { unit: "day", n: 1 }],
    ["time", `{"unit":"microsecond","n":${BIG}}`, { unit: "microsecond", n: big }],
    ["bags", `{"a":1,"t":"Wide","small":2,"k":"A","n":3}`, { a: 1, t: "Wide", small: 2n, k: "A", n: 3 }],
    ["bags", `{"a":1,"t":"Counts","small":2,"z":${BIG},"k":"A","n":3}`, { a: 1, t: "Counts", small: 2, z: big, k: "A", n: 3 }],
    ["perhaps", `{"a":1,"k":"A","n":2,"Left":3}`, { a: 1, k: "A", n: 2, Left: 3 }],
    ["perhaps", `{"a":1,"Right":{"n":3}}`, { a: 1, Right: { n: 3n } }],
    ["perhaps-totals", `{"k":"A","n":2,"z":3}`, { k: "A", n: 2, z: 3n }],
    ["perhaps-totals", `{"n":${BIG}}`, { n: big }],
    ["loose", `{"k":"A","n":2}`, { k: "A", n: 2 }],
    ["loose", `{"k":1,"n":2}`, { k: 1n, n: 2n }],
    ["bags", `{"a":1,"t":"Empty","k":"B"}`, { a: 1, t: "Empty", k: "B" }],
    ["nested", BIG, big],
    ["nested", "null", null],
    ["prototype", `{"__proto__":${BIG}}`, JSON.parse('{"__proto__":0}', (key, value) => (key ? big : value))],
  ]) assert.deepEqual(parse(data, event), expected, data);
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
  assert.deepEqual(await collect(stream(codec, url, { validate: validator(never), signal: abort.signal })), []);
});

test("a validator is waited for, whatever realm or library its promise is of", async (t) => {
  const { url } = await serve(t, sse("event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n" + end));
  const issues = `value === 1 ? { issues: [{ message: "one" }] } : { value }`;
  const schema = (validate) => validator({ tick: { "~standard": { version: 1, vendor: "test", validate } } });
  const refusing = (data) => { if (data === 1) throw new Error("one"); };
  for (const validate of [
    schema(runInNewContext(`async (value) => (${issues})`)),
    schema((value) => ({ then: (next) => setImmediate(next, value === 1 ? { issues: [{ message: "one" }] } : { value }) })),
    validator(runInNewContext(`async (_, data) => (${refusing})(data)`)),
    validator((_, data) => ({ then: (next, refuse) => setImmediate(data === 1 ? refuse : next) })),
  ]) {
    const refused = [];
    const all = await collect(stream(codec, url, { validate, onInvalid: ({ data }, { code }) => refused.push([data, code]) }));
    assert.deepEqual([all.map(({ data }) => data), refused], [[2], [["1", "schema"]]]);
  }
});

const BYTES = [0, 1, 127, 128, 254, 255];

/** What every form of the same client does. */
async function films(t, { streamCamera, openCamera, StreamError: Failure, CameraCodec }) {
  // What reads integers of 64 bits needs more than every Node has.
  Object.defineProperty(CameraCodec, "parse", { value: undefined });
  const frames = `event: frame\ndata: ${Buffer.from(BYTES).toString("base64")}\n\nevent: frame\ndata\n\nevent: caption\ndata: a b\n\n`;
  const { url, requests } = await serve(t, sse(open() + frames + end), sse(open() + frames + end), sse("event: frame\ndata: *\n\n" + end));
  const params = { "camera-id": "a/b", x: 7, rest: "c d/e" };
  const options = { base: new URL(url).origin };
  const all = await collect(streamCamera(params, options));
  assert.deepEqual(all.map(({ data }) => data), [Uint8Array.from(BYTES), new Uint8Array(), "a b"]);
  const heard = [];
  await new Promise((resolve) => openCamera(params, { ...options, onEnd: resolve }).on("frame", (frame) => heard.push(frame)));
  assert.deepEqual(heard, [Uint8Array.from(BYTES), new Uint8Array()]);
  await assert.rejects(collect(streamCamera(params, options)), (error) => error.code === "data" && (!Failure || error instanceof Failure));
  assert.deepEqual(requests.map((request) => request.url), Array(3).fill("/cameras/a%2Fb/%60$7/c%20d/e"));
}

const NODE = { module: "NodeNext", moduleResolution: "NodeNext", verbatimModuleSyntax: false };

/** As a user writes it. */
const camera = (from) => `import { openCamera, streamCamera, type CameraEvents } from "${from}";
export const frame: Uint8Array | undefined = undefined as CameraEvents["frame"] | undefined;
// @ts-expect-error bytes are no text
export const text: string = new Uint8Array() as CameraEvents["frame"];
// @ts-expect-error no such event
openCamera({ "camera-id": 1, x: 1, rest: "" }).on("film", () => {});
export const iterate = () => streamCamera({ "camera-id": 1, x: 1, rest: "" });
`;

async function compiles(out, file, text, compilerOptions = {}) {
  writeFileSync(join(out, file), text);
  const options = { module: "ESNext", rootDir: out, typeRoots: [], paths: { react: [`${here}node_modules/@types/react`] }, ...compilerOptions };
  writeFileSync(join(out, "tsconfig.json"), JSON.stringify({ extends: join(here, "tsconfig.strict.json"), compilerOptions: options, files: [file] }));
  for (const version of ["typescript", "typescript7"]) await tsc(version, "-p", out);
}

test("CommonJS: Node requires it, and so does TypeScript", async (t) => {
  // `.cjs` is what it is, whatever the package says.
  for (const type of ["commonjs", "module"]) {
    const out = project(t, "cjs");
    writeFileSync(join(out, "package.json"), JSON.stringify({ type }));
    const require = createRequire(join(out, "page.cjs"));
    const { StreamError } = require("./runtime.cjs");
    await films(t, { ...require("./camera.cjs"), StreamError });
    assert.equal(typeof require("./runtime-shared.cjs").shared, "function");
    assert.equal(typeof require("./runtime-react.cjs").useSse, "function");
    assert.equal(typeof require("./runtime-bigint.cjs").bigIntParser, "function");
    const names = await import(pathToFileURL(join(out, "camera.cjs")));
    assert.equal(typeof names.streamCamera, "function", "an ES module imports it by its names");
    if (type === "commonjs") await compiles(out, "page.cts", `export { useSse } from "./runtime-react.cjs";\n${camera("./camera.cjs")}`, NODE);
  }
});

test("inlined: one file is all, for Node and for TypeScript", async (t) => {
  const out = project(t, "inline");
  await films(t, createRequire(join(out, "page.cjs"))("./camera.cjs"));
  await compiles(out, "page.cts", camera("./camera.cjs"), NODE);

  const other = project(t, "inline");
  const text = `import { shared, validator } from "./camera.js";\nexport { useSse, CameraSchemas } from "./camera.js";\nexport const open = () => openCamera({ "camera-id": 1, x: 2, rest: 3 }, { connect: shared, validate: validator({}) });\n`;
  await compiles(other, "page.ts", text + camera("./camera.js"));
  const file = join(other, "camera.mjs");
  await build({ entryPoints: [join(other, "camera.ts")], format: "esm", outfile: file });
  await films(t, await import(pathToFileURL(file)));
});

for (const [name, from, compilerOptions] of [["ext-ts", "./camera.ts", { allowImportingTsExtensions: true }], ["ext-none", "./camera", {}]]) {
  test(`${name}: the modules are found`, async (t) => {
    const out = project(t, name);
    copyFileSync(`${runtime}runtime.ts`, join(out, "runtime.ts"));
    await compiles(out, "page.ts", camera(from), compilerOptions);
    const file = join(out, "camera.mjs");
    await build({ entryPoints: [join(out, "camera.ts")], bundle: true, format: "esm", outfile: file });
    await films(t, await import(pathToFileURL(file)));
  });
}

test("the runtime of a package: Node and TypeScript find it there", async (t) => {
  const out = folder(t);
  cpSync(`${golden}import`, out, { recursive: true });
  const acme = join(out, "node_modules/@acme/sse");
  mkdirSync(acme, { recursive: true });
  for (const name of ["runtime", "runtime-bigint"]) for (const ending of ["js", "d.ts"]) copyFileSync(`${runtime}${name}.${ending}`, join(acme, `${name}.${ending}`));
  const index = `export * from "./runtime.js";\nexport * from "./runtime-bigint.js";\n`;
  for (const name of ["index.js", "index.d.ts"]) writeFileSync(join(acme, name), index);
  writeFileSync(join(acme, "package.json"), JSON.stringify({ name: "@acme/sse", type: "module", exports: { ".": { types: "./index.d.ts", default: "./index.js" } } }));
  writeFileSync(join(out, "package.json"), JSON.stringify({ type: "module" }));
  await compiles(out, "page.ts", camera("./camera.js"));
  const { StreamError } = await import(pathToFileURL(join(acme, "index.js")));
  await films(t, { ...(await import(pathToFileURL(join(out, "camera.js")))), StreamError });
});

/** An `EventSource` that the test plays; `made` has all of them. */
function played() {
  const made = [];
  class Source extends EventTarget {
    readyState = 1;
    constructor(url) { super(); made.push(this); this.url = url; }
    close() { this.readyState = 2; }
    async tell(type, init) { await act(() => void this.dispatchEvent(init ? new MessageEvent(type, init) : new Event(type))); }
  }
  return { made, Source, opened: () => made.filter(({ readyState }) => readyState !== 2).length };
}

/** A component on a page, of the real React. */
async function mounted() {
  if (!globalThis.document) {
    // React looks for them once, when it is loaded.
    const { window } = new JSDOM();
    Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
    globalThis.navigator ??= window.navigator;
  }
  const { createRoot } = await import("react-dom/client");
  const main = document.createElement("main");
  const root = createRoot(main);
  return { render: (element) => act(() => root.render(element)), unmount: () => act(() => root.unmount()), text: () => main.textContent };
}

const hook = async () => {
  // Where it finds the same React as this file does.
  const { outputFiles } = await build({ entryPoints: [`${runtime}runtime-react.js`], bundle: false, write: false });
  const text = outputFiles[0].text.replace('"react"', JSON.stringify(import.meta.resolve("react")));
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
};

test("the hook holds one connection, whatever handlers it is given", async (t) => {
  const { useSse } = await hook();
  const page = await mounted();
  const { made, Source } = played();
  const log = [];
  const Room = ({ name, room }) => useSse((options) => new TypedEventSource(codec, `/rooms/${room}`, { ...options, EventSource: Source, maxRetries: 0 }), { on: { tick: (data) => log.push([name, data]) }, onEnd: () => log.push([name, "end"]) }, [room]);
  const show = (props) => page.render(createElement(Room, props));
  await show({ name: "a", room: 1 });
  assert.equal(page.text(), "connecting");
  await made[0].tell("stream-open", { data: '{"resume":"fresh"}' });
  assert.equal(page.text(), "open");
  await made[0].tell("tick", { data: "1" });
  await show({ name: "b", room: 1 });
  await made[0].tell("tick", { data: "2" });
  assert.deepEqual([made.length, log], [1, [["a", 1], ["b", 2]]]);
  await made[0].tell("error");
  assert.equal(page.text(), "reconnecting");

  await show({ name: "c", room: 2 });
  assert.deepEqual(made.map(({ url, readyState }) => [url, readyState]), [["/rooms/1", 2], ["/rooms/2", 1]]);
  await made[1].tell("tick", { data: "3" });
  assert.equal(page.text(), "open");
  await made[1].tell("stream-end", { data: "{}" });
  assert.deepEqual([page.text(), log.at(-1)], ["ended", ["c", "end"]]);
  await show({ name: "c", room: 3 });
  made[2].readyState = 2;
  await made[2].tell("error");
  assert.equal(page.text(), "closed");
  await show({ name: "c", room: 4 });
  await page.unmount();
  assert.equal(made[3].readyState, 2);
});

test("a stream that is complete stays ended in the hook, also where the server closes it", async () => {
  const { useSse } = await hook();
  const page = await mounted();
  const { made, Source } = played();
  const Feed = () => useSse((options) => new TypedEventSource(codec, "/feed", { ...options, EventSource: Source, closeOnEnd: false }), {});
  await page.render(createElement(Feed));
  await made[0].tell("tick", { data: "1" });
  await made[0].tell("stream-end", { data: "{}" });
  assert.equal(page.text(), "ended");
  await made[0].tell("error");
  assert.equal(page.text(), "ended");
  await made[0].tell("tick", { data: "2" });
  assert.equal(page.text(), "open", "it goes on after all");
  await made[0].tell("done", { data: "3" });
  made[0].readyState = 2;
  await made[0].tell("error");
  assert.equal(page.text(), "ended");
  await page.unmount();
});

test("strict mode mounts twice, and one connection is left; unmounting closes it", async (t) => {
  const { useSse } = await hook();
  const page = await mounted();
  const { made, Source, opened } = played();
  const log = [];
  const Feed = () => useSse((options) => new TypedEventSource(codec, "/feed", { ...options, EventSource: Source }), { on: { tick: (data) => log.push(data) } });
  await page.render(createElement(StrictMode, null, createElement(Feed)));
  assert.deepEqual([made.length, opened()], [2, 1]);
  for (const source of made) await source.tell("tick", { data: "1" });
  assert.deepEqual(log, [1], "the first one is closed, and tells nothing");
  assert.equal(page.text(), "open");
  await page.unmount();
  assert.equal(opened(), 0);
});

test("a server renders the hook, and opens nothing", async () => {
  const { useSse } = await hook();
  const Feed = () => useSse(() => assert.fail("opened"), {});
  assert.equal(renderToString(createElement(Feed)), "connecting");
});

test("the hook validates, and tells what is invalid", async (t) => {
  const { useSse } = await hook();
  const page = await mounted();
  const { made, Source } = played();
  const log = [];
  const validate = validator((_, data) => { if (data === 2) throw new Error("two"); });
  const Feed = () => useSse((options) => new TypedEventSource(codec, "/feed", { ...options, EventSource: Source }), { validate, on: { tick: (data) => log.push(data) }, onInvalid: ({ data }, { code }) => log.push([data, code]) });
  await page.render(createElement(Feed));
  for (const data of ["1", "2", "3"]) await made[0].tell("tick", { data });
  assert.deepEqual(log, [1, ["2", "schema"], 3]);
  await page.unmount();
});
