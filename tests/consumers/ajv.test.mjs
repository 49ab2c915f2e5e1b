// Every event that is sent matches exactly one branch of each schema, and a mutated one matches none.
import assert from "node:assert/strict";
import test from "node:test";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { control, events, json } from "./golden.mjs";

const item = (document, keyword) => {
  const { get } = document.paths["/shops/{shop}/events"];
  return { ...document, ...get.responses["200"].content["text/event-stream"][keyword] };
};

// The schema, the draft, what it describes, and whether it has the fields of the wire: `id`, and control events.
const schemas = [
  ["shop.schema.json", Ajv2020, "decoded", (it) => it, false],
  ["shop.draft-07.schema.json", Ajv, "decoded", (it) => it, false],
  ["shop.wire.schema.json", Ajv2020, "fields", (it) => it, true],
  ["openapi-3.2-strict.json", Ajv2020, "fields", (it) => item(it, "itemSchema"), true],
  ["openapi-3.2-decoded.json", Ajv2020, "decoded", (it) => item(it, "itemSchema"), true],
  ["openapi-3.1-decoded.json", Ajv2020, "decoded", (it) => item(it, "schema"), true],
];

/** Validators of the whole, and of each branch. */
function validators(name, Engine, select) {
  const document = select(json(name));
  // A document of OpenAPI is no schema: its keywords are not known, and its formats are Rust's.
  const engine = new Engine({ strict: false, logger: false });
  addFormats(engine);
  const whole = engine.compile(document);
  const root = document.$ref ? document.components.schemas[document.$ref.split("/").at(-1)] : document;
  const branches = root.oneOf.map((branch) => engine.compile({ ...document, oneOf: undefined, $id: undefined, ...branch }));
  return { whole, branches };
}

const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

/** The event with something about it that is wrong. */
function* mutations(event, hasId) {
  yield { ...event, event: "no such event" };
  yield { ...event, event: 7 };
  if (hasId || event.id) yield { ...event, id: 7 };
  if (!("data" in event)) return;
  for (const data of [null, true, 1.5, "text", [], {}]) {
    if (kind(data) !== kind(event.data)) yield { ...event, data };
  }
  if (kind(event.data) !== "object") return;
  for (const key of Object.keys(event.data)) yield { ...event, data: { ...event.data, [key]: { nothing: [] } } };
}

for (const [name, Engine, form, select, isWire] of schemas) {
  test(`${name} takes what is sent, and nothing else`, () => {
    const { whole, branches } = validators(name, Engine, select);
    const all = [...events, ...(isWire ? control : [])].map((received) => received[form]);
    assert.ok(all.length > 10);
    for (const event of all) {
      assert.ok(whole(event), `${JSON.stringify(event)}: ${JSON.stringify(whole.errors)}`);
      assert.equal(branches.filter((branch) => branch(event)).length, 1, JSON.stringify(event));
      for (const wrong of mutations(event, isWire)) {
        assert.ok(!whole(wrong), `taken: ${JSON.stringify(wrong)}`);
      }
    }
  });
}
