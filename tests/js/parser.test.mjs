import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { eventStreamParser, StreamError } from "../../sse-core/src/codegen/runtime/runtime.js";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../../sse-core/conformance/vectors/${name}.json`, import.meta.url), "utf8"));

function parse(chunks) {
  const position = { lastEventId: "" };
  const parser = eventStreamParser(position, Infinity);
  const events = [];
  const counts = chunks.map((chunk) => events.push(...parser(chunk)));
  return { events, retry: position.retry ?? null, last_event_id: position.lastEventId, counts };
}

function* chunkings(bytes, splits = []) {
  yield ["whole", [bytes]];
  yield ["bytes", Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))];
  yield ["empty chunks", Array.from(bytes, (_, i) => [bytes.subarray(i, i + 1), bytes.subarray(0, 0)]).flat()];
  for (const [n, offsets] of splits.entries()) {
    const cuts = [0, ...offsets, bytes.length];
    yield [`splits ${n}`, offsets.concat(bytes.length).map((to, i) => bytes.subarray(cuts[i], to))];
  }
  // Every cut in two; of the large vectors, every cut near the ends.
  for (let at = 1; at < bytes.length; at++) {
    if (bytes.length > 600 && at > 90 && bytes.length - at > 90) continue;
    yield [`cut at ${at}`, [bytes.subarray(0, at), bytes.subarray(at)]];
  }
  if (bytes.length <= 40) {
    for (let a = 1; a < bytes.length; a++) {
      for (let b = a + 1; b < bytes.length; b++) yield [`cuts at ${a}, ${b}`, [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)]];
    }
  }
}

let runs = 0;
for (const vector of vectors("public")) {
  test(`vector ${vector.name}`, () => {
    const bytes = Buffer.from(vector.input_base64, "base64");
    for (const [how, chunks] of chunkings(bytes, vector.splits)) {
      runs++;
      const got = parse(chunks);
      assert.deepEqual(got.events, vector.events, how);
      assert.equal(got.last_event_id, vector.last_event_id, how);
      const fine = [vector.retry, ...(vector.retry_also_ok ?? [])].includes(got.retry) || (vector.retry_or_at_least && got.retry >= vector.retry_or_at_least);
      assert.ok(fine, `${how}: retry ${got.retry}`);
    }
  });
}

for (const vector of vectors("eager")) {
  test(`vector ${vector.name}`, () => {
    assert.deepEqual(parse(vector.chunks.map((chunk) => Buffer.from(chunk, "base64"))).counts, vector.total);
  });
}

// The same generator, and with the same seed the same streams, that `cargo xtask vectors` gives to the decoder in Rust.
test("streams of the generator", async (t) => {
  const generator = fileURLToPath(new URL("../../sse-core/conformance/vectors/fuzz_gen.py", import.meta.url));
  const { stdout } = await promisify(execFile)("python3", [generator, "20000", "1"], { maxBuffer: 1 << 28 });
  const generated = JSON.parse(stdout);
  let seed = 1;
  const cut = (length) => (seed = (seed * 48271) % 2147483647) % (length + 1);
  for (const vector of generated) {
    const bytes = Buffer.from(vector.input_base64, "base64");
    const [a, b] = [cut(bytes.length), cut(bytes.length)].sort((one, other) => one - other);
    for (const chunks of [[bytes], [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)], Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))]) {
      const { counts, ...got } = parse(chunks);
      const { events, retry, last_event_id } = vector;
      assert.deepEqual(got, { events, retry, last_event_id }, `${vector.name}: ${JSON.stringify(bytes.toString("latin1"))}`);
    }
  }
  t.diagnostic(`${generated.length} streams`);
});

test("all chunkings ran", (t) => {
  t.diagnostic(`${runs} chunkings`);
  assert.ok(runs > 10_000);
});

test("mixed line ends do not depend on the chunking", () => {
  // A small generator with a fixed seed: documents of fields, CR, LF and CRLF.
  let seed = 7;
  const pick = (list) => list[(seed = (seed * 48271) % 2147483647) % list.length];
  for (let n = 0; n < 300; n++) {
    let text = pick(["", "\uFEFF", "\uFEFF\uFEFF"]);
    for (let i = 0; i < 12; i++) text += pick(["data: a", "data", "id: 1", "id", "event: e", ": c", "retry: 5", "é€😀", ""]) + pick(["\r", "\n", "\r\n"]);
    const bytes = new TextEncoder().encode(text);
    const { counts, ...whole } = parse([bytes]);
    for (const [how, chunks] of chunkings(bytes)) {
      const { counts, ...got } = parse(chunks);
      assert.deepEqual(got, whole, `${JSON.stringify(text)}: ${how}`);
    }
  }
});

test("the limit holds for one line, for many lines, and for comments", () => {
  const push = (chunks) => {
    const parser = eventStreamParser({ lastEventId: "" }, 100);
    return chunks.flatMap((chunk) => [...parser(Buffer.from(chunk))]);
  };
  const limit = (error) => error instanceof StreamError && error.code === "limit";
  assert.throws(() => push(["data: " + "x".repeat(200)]), limit);
  assert.throws(() => push(Array(30).fill("data: x")), limit);
  assert.throws(() => push(Array(200).fill("data: x\n")), limit);
  assert.throws(() => push([":" + "x".repeat(200) + "\n"]), limit);
  assert.equal(push(Array(200).fill("data: x\n\n")).length, 200);
});

test("what came before the limit is not lost", () => {
  const events = [];
  const position = { lastEventId: "" };
  const parser = eventStreamParser(position, 20);
  assert.throws(() => {
    for (const event of parser(Buffer.from(`id: 7\ndata: a\n\ndata: ${"x".repeat(50)}\n\n`))) events.push(event);
  });
  assert.deepEqual(events, [{ event: "message", data: "a", id: "7" }]);
  assert.equal(position.lastEventId, "7");
});

test("the id is carried into the next connection", () => {
  const position = { lastEventId: "7" };
  const parser = eventStreamParser(position);
  const events = [...parser(Buffer.from("\uFEFFdata: a\n\nid: 8\ndata: not complete"))];
  assert.deepEqual(events, [{ event: "message", data: "a", id: "7" }]);
  assert.equal(position.lastEventId, "7");
});
