// Random values of types that are hard to describe: encoded in Rust, decoded with the generated client, and validated.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createParser } from "eventsource-parser";
import { folder, json, text } from "./golden.mjs";
import { here } from "./run.mjs";
import { mutations, validators } from "./validators.mjs";

const runtimes = fileURLToPath(new URL("../../sse-core/src/codegen/runtime/", import.meta.url));
const NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

let out;
let client;
let runtime;
before(async () => {
  out = mkdtempSync(join(here, "generated-"));
  for (const file of ["runtime.js", "runtime-bigint.js"]) copyFileSync(runtimes + file, join(out, file));
  copyFileSync(folder + "hard.js", join(out, "hard.js"));
  client = await import(join(out, "hard.js"));
  runtime = await import(join(out, "runtime.js"));
});
after(() => rmSync(out, { recursive: true }));

/** `JSON.parse` with the source text of numbers, where this version of Node has not got it. */
function withSources(t) {
  const { parse } = JSON;
  if (parse("1", (_, __, context) => context?.source) === "1") return;
  t.after(() => (JSON.parse = parse));
  JSON.parse = (text, reviver) => {
    if (!reviver) return parse(text);
    return parse(marked(text, (number) => `\0${number}`), function (key, value) {
      if (typeof value !== "string" || value[0] !== "\0") return reviver.call(this, key, value, {});
      return reviver.call(this, key, +value.slice(1), { source: value.slice(1) });
    });
  };
}

/** The text with a string in the place of each number. */
const marked = (text, mark) => text.replace(NUMBER, (token) => (token[0] === '"' ? token : JSON.stringify(mark(token))));

// Of a number only its value counts: 1.0 is 1. Integers are exact.
const exact = (number) => (Number.isInteger(+number) ? `integer ${/^-?\d+$/.test(number) ? BigInt(number) : BigInt(+number)}` : `number ${+number}`);
const exactly = (value) =>
  ["number", "bigint"].includes(typeof value) ? exact(String(value))
  : Array.isArray(value) ? value.map(exactly)
  : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, exactly(member)]))
  : value; // prettier-ignore

/** The events as somebody else's parser gives them. */
function received() {
  const all = [];
  createParser({ onEvent: (event) => all.push(event) }).feed(text("hard.sse"));
  assert.equal(all.length, 1000);
  return all;
}

async function decoded(codec) {
  const fetch = async () => new Response(text("hard.sse"), { headers: { "content-type": "text/event-stream" } });
  const all = [];
  for await (const event of runtime.stream(codec, "http://localhost/", { fetch })) if (all.push(event) === 1000) break;
  return all;
}

test("1000 values are in JavaScript what they are in Rust", async (t) => {
  withSources(t);
  const { HardCodec } = client;
  const raw = received();
  const lost = [];
  for (const [n, { event, data }] of (await decoded(HardCodec)).entries()) {
    const encoding = HardCodec.events[event];
    const expected = encoding === "json" ? JSON.parse(marked(raw[n].data, exact)) : encoding === "text" ? raw[n].data : undefined;
    try {
      assert.deepEqual(exactly(data), expected);
    } catch {
      lost.push(`${raw[n].data}: ${JSON.stringify(exactly(data))}`);
    }
  }
  assert.deepEqual(lost, []);
});

test("1000 values match exactly one branch of their schema, and with one thing wrong none", async (t) => {
  // Without bigints, which JSON Schema does not know.
  const { name, events, terminal } = client.HardCodec;
  const all = await decoded({ name, events, terminal });
  const document = json("hard.schema.json");
  const { whole, branches } = validators(document);
  const seen = new Map();
  let count = 0;
  for (const { event, data } of all) {
    const value = data === undefined ? { event } : { event, data };
    assert.ok(whole(value), `${JSON.stringify(value)}: ${JSON.stringify(whole.errors)}`);
    assert.equal(branches.filter((branch) => branch(value)).length, 1);
    const times = (seen.get(event) ?? 0) + 1;
    seen.set(event, times);
    // The first ones of each will do.
    if (times > 10) continue;
    for (const wrong of mutations(value, document)) {
      assert.ok(!whole(wrong), `taken: ${JSON.stringify(wrong)}`);
      count++;
    }
  }
  assert.deepEqual([...seen.keys()].sort(), Object.keys(client.HardCodec.events).sort());
  t.diagnostic(`${all.length} events, ${count} mutations`);
});
