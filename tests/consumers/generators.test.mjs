// Generators of clients make types of the documents that say what is sent.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createClient } from "@hey-api/openapi-ts";
import openapiTS, { astToString } from "openapi-typescript";
import { captured } from "./captured.mjs";
import { names, xtask } from "./examples.mjs";
import { folder, json } from "./golden.mjs";
import { compile, here, run } from "./run.mjs";

/** One of each event that each example has sent, decoded, and the schema. */
let streams;
let out;
before(async () => {
  out = mkdtempSync(join(here, "generated-"));
  const { examples, stop } = await captured();
  stop();
  const stream = (name) => {
    const schema = JSON.parse(xtask("schema", name));
    const first = new Map(examples[name].events.toReversed().map((event) => [event.event, event]));
    const events = [...first.values()].map(({ event, data }) => ({ event, data: JSON.parse(data) }));
    return { name, schema, title: schema.title, events };
  };
  streams = names.map(stream);
});
after(() => rmSync(out, { recursive: true }));

const CONTROL = ["stream-open", "stream-reset", "stream-position", "stream-end"];

test("openapi-typescript's types are those of what is sent, and of nothing else", async () => {
  const types = async (document) => astToString(await openapiTS(document));
  const files = {
    "shop.ts": await types(json("openapi-3.1-decoded.json")),
    "use-shop.ts": `
      import type { components } from "./shop.js";
      type Shop = components["schemas"]["Shop"];
      export function read(event: Shop): string | number {
        switch (event.event) {
          case "ordered": return event.data.lines.length;
          case "pair": return event.data[0] + event.data[1];
          case "log": return event.data;
          case "stream-reset": return event.data.reason;
          // @ts-expect-error there is no such event
          case "no such event": return 0;
          default: return 0;
        }
      }`,
  };
  for (const { name, title, events } of streams) {
    files[`${name}.ts`] = await types(JSON.parse(xtask("openapi", name, "--version", "3.1")));
    const wrong = events.flatMap((event) => [{ ...event, event: "no such event" }, { ...event, data: { nothing: [] } }]);
    const all = [...events.map(({ event }) => event), ...CONTROL];
    files[`use-${name}.ts`] = `
      import type { components } from "./${name}.js";
      type Stream = components["schemas"]["${title}"];
      export const sent: Stream[] = ${JSON.stringify(events)};
      ${wrong.map((event, n) => `// @ts-expect-error\nexport const wrong${n}: Stream = ${JSON.stringify(event)};`).join("\n")}
      export function read(event: Stream): unknown {
        switch (event.event) {
          ${all.map((event) => `case ${JSON.stringify(event)}: return event.data;`).join("\n")}
          default: { const none: never = event; return none; }
        }
      }`;
  }
  compile(files);
});

test("hey-api's types are those of the payloads", async () => {
  const types = async (name, input) => {
    await createClient({ input, output: join(out, name), logs: { level: "silent" } });
    return readFileSync(join(out, name, "types.gen.ts"), "utf8");
  };
  const files = {
    "shop.ts": await types("shop", folder + "openapi-3.1-payload.json"),
    "use-shop.ts": `
      import type { StreamShopResponse } from "./shop.js";
      const payloads: StreamShopResponse[] = [{ kind: "cash" }, [7, "seven"], 0.5, "Night"];
      // @ts-expect-error no payload is that
      const wrong: StreamShopResponse = true;
      export const all = [payloads, wrong];`,
  };
  for (const { name, title, events } of streams) {
    files[`${name}.ts`] = await types(name, JSON.parse(xtask("openapi", name, "--version", "3.1", "--data", "payload")));
    files[`use-${name}.ts`] = `
      import type { Stream${title}Response } from "./${name}.js";
      export const sent: Stream${title}Response[] = ${JSON.stringify(events.map(({ data }) => data))};
      // @ts-expect-error
      export const wrong: Stream${title}Response = { nothing: [] };`;
  }
  compile(files);
});

/** quicktype, as the documentation says to call it: at the definitions, not at the whole. */
function quicktype(name, lang) {
  const args = ["--telemetry", "disable", "-s", "schema", "--lang", lang, `${join(out, name)}.schema.json#/$defs/`];
  return run("node_modules/.bin/quicktype", args);
}

test("quicktype makes a class of every payload, which decodes what is sent", async () => {
  for (const { name, schema, events } of streams) {
    writeFileSync(join(out, `${name}.schema.json`), JSON.stringify(schema));
    // Its classes in JavaScript check what they decode.
    writeFileSync(join(out, `${name}.cjs`), quicktype(name, "javascript"));
    const { default: classes } = await import(join(out, `${name}.cjs`));
    for (const received of events) {
      const [title] = Object.entries(schema.$defs).find(([, { properties }]) => properties?.event?.const === received.event);
      // CPU is an acronym to it.
      const [, convert] = Object.entries(classes).find(([name]) => name.toLowerCase() === `to${title}`.toLowerCase());
      const decode = (event) => convert(JSON.stringify(event));
      assert.deepEqual(decode(received), received);
      assert.throws(() => decode({ ...received, event: "no such event" }));
      assert.throws(() => decode({ ...received, data: 1.5 }));
    }
  }
});

test("quicktype makes structs for Swift", () => {
  const shop = "shop";
  writeFileSync(join(out, `${shop}.schema.json`), JSON.stringify(json("shop.schema.json")));
  const swift = quicktype(shop, "swift");
  for (const struct of ["Line", "ShopOrderedData", "ShopOrderedEvent", "Tree"]) assert.match(swift, new RegExp(`^(struct|class) ${struct}: `, "m"));
});
