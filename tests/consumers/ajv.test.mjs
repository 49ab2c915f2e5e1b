// Every event that is sent matches exactly one branch of each schema, and a mutated one matches none.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { z } from "zod";
import { captured, client } from "./captured.mjs";
import { names, xtask } from "./examples.mjs";
import { control, events, json } from "./golden.mjs";
import { item, mutations, validators } from "./validators.mjs";

/** Checks each event and its mutations, and says how many there were. */
function check(document, all) {
  const { whole, branches } = validators(document);
  const count = { events: all.length, mutations: 0 };
  for (const event of all) {
    assert.ok(whole(event), `${JSON.stringify(event)}: ${JSON.stringify(whole.errors)}`);
    assert.equal(branches.filter((branch) => branch(event)).length, 1, JSON.stringify(event));
    for (const other of mutations(event, document)) {
      assert.ok(!whole(other), `taken: ${JSON.stringify(other)}`);
      assert.ok(!branches.some((branch) => branch(other)), `a branch has taken: ${JSON.stringify(other)}`);
      count.mutations++;
    }
  }
  assert.ok(count.mutations > 3 * count.events);
  return `${count.events} events, ${count.mutations} mutations`;
}

// The schema, what it describes, and whether it has control events.
for (const [name, form, isWire] of [
  ["shop.schema.json", "decoded", false],
  ["shop.draft-07.schema.json", "decoded", false],
  ["shop.wire.schema.json", "fields", true],
  ["openapi-3.2-strict.json", "fields", true],
  ["openapi-3.2-decoded.json", "decoded", true],
  ["openapi-3.1-decoded.json", "decoded", true],
]) {
  test(`${name} takes what is sent, and nothing else`, (t) => {
    const document = json(name);
    const all = [...events, ...(isWire ? control : [])].map((received) => received[form]);
    assert.ok(all.length > 10);
    t.diagnostic(check(document.paths ? item(document) : document, all));
  });
}

let sent;
before(async () => (sent = await captured()));
after(() => sent?.stop());

/** The connection through the generated client, as if the server had sent it to that. */
async function decoded({ codec, runtime }, { bytes, events }) {
  const fetch = async () => new Response(bytes, { headers: { "content-type": "text/event-stream" } });
  const expected = events.filter(({ event }) => !event.startsWith("stream-")).length;
  const all = [];
  for await (const event of runtime.stream(codec, "http://localhost/", { fetch })) {
    if (all.push(event) === expected) break;
  }
  assert.equal(all.length, expected);
  return all;
}

/** Without an id where there is none, as a schema has it. */
const fields = ({ event, data, id }) => ({ event, data, ...(id && { id }) });

for (const name of names) {
  test(`the schemas of ${name} take what its server sends, and nothing else`, async (t) => {
    const { connections, events, control } = sent.examples[name];
    const generated = await client(name);
    const all = (await Promise.all(connections.map((connection) => decoded(generated, connection)))).flat().map(fields);
    assert.deepEqual(new Set(all.map(({ event }) => event)), new Set(Object.keys(generated.codec.events)));
    const heard = new Set(control.map(({ event }) => event));
    assert.ok(heard.has("stream-open") && heard.has("stream-reset"));

    const raw = [...events, ...control].map(fields);
    const objects = [...all, ...control.map((event) => ({ ...fields(event), data: JSON.parse(event.data) }))];
    for (const [args, form] of [
      [["schema"], all],
      [["schema", "--draft", "07"], all],
      [["schema", "--view", "wire"], raw],
      [["openapi"], raw],
      [["openapi", "--data", "decoded"], objects],
      [["openapi", "--version", "3.1"], objects],
    ]) {
      const [verb, ...options] = args;
      const document = JSON.parse(xtask(verb, name, ...options));
      t.diagnostic(`${args.join(" ")}: ${check(document.paths ? item(document) : document, form)}`);
    }
  });

  test(`zod takes what the server of ${name} sends, and nothing else`, async () => {
    const document = JSON.parse(xtask("schema", name));
    const schema = z.fromJSONSchema(document);
    for (const { event, data } of sent.examples[name].events) {
      const received = { event, data: JSON.parse(data) };
      assert.deepEqual(schema.parse(received), received);
      for (const other of mutations(received, document)) assert.ok(!schema.safeParse(other).success, JSON.stringify(other));
    }
  });
}
