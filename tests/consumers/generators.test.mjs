// The documents are valid, and generators of clients make types of them that say what is sent.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { createClient } from "@hey-api/openapi-ts";
import Ajv from "ajv";
import { Validator } from "@seriousme/openapi-schema-validator";
import openapiTS, { astToString } from "openapi-typescript";
import { folder, json } from "./golden.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const documents = [
  "openapi-3.2-strict.json",
  "openapi-3.2-decoded.json",
  "openapi-3.1-decoded.json",
  "openapi-3.1-payload.json",
];

for (const name of documents) {
  test(`${name} is valid`, async () => {
    const { valid, errors } = await new Validator().validate(json(name));
    assert.ok(valid, JSON.stringify(errors));
    // A validator that takes everything says nothing.
    const wrong = json(name);
    wrong.paths["/shops/{shop}/events"].get.responses["200"].content = [];
    assert.equal((await new Validator().validate(wrong)).valid, false);
  });

  test(`${name} has nothing that Redocly objects to`, () => {
    run("node_modules/.bin/redocly", ["lint", "--config", "redocly.yaml", folder + name]);
  });
}

test("asyncapi.json is valid", () => {
  const schema = JSON.parse(readFileSync(join(here, "node_modules/@asyncapi/specs/schemas/3.0.0.json"), "utf8"));
  const engine = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
  const validate = engine.compile(schema);
  assert.ok(validate(json("asyncapi.json")), JSON.stringify(validate.errors));
  const wrong = json("asyncapi.json");
  wrong.operations.receiveShop.action = "look";
  assert.ok(!validate(wrong));
});

test("openapi-typescript makes a union of the events", async () => {
  const types = astToString(await openapiTS(json("openapi-3.1-decoded.json")));
  const use = `
    import type { components } from "./types.js";
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
    }`;
  compile({ "types.ts": types, "use.ts": use });
});

test("hey-api makes a union of the payloads", async () => {
  const out = mkdtempSync(join(here, "generated-"));
  try {
    await createClient({ input: folder + "openapi-3.1-payload.json", output: out, logs: { level: "silent" } });
    const types = readFileSync(join(out, "types.gen.ts"), "utf8");
    const use = `
      import type { StreamShopResponse } from "./types.gen.js";
      const payloads: StreamShopResponse[] = [{ kind: "cash" }, [7, "seven"], 0.5, "Night"];
      // @ts-expect-error no payload is that
      const wrong: StreamShopResponse = true;
      export const all = [payloads, wrong];`;
    compile({ "types.gen.ts": types, "use.ts": use });
  } finally {
    rmSync(out, { recursive: true });
  }
});

function run(program, args) {
  try {
    execFileSync(join(here, program), args, { cwd: here, stdio: "pipe", env: { ...process.env, REDOCLY_TELEMETRY: "off" } });
  } catch (error) {
    assert.fail(`${error.stdout}${error.stderr}`);
  }
}

/** Type-checks the files, as strictly as it can be done. */
function compile(files) {
  const out = mkdtempSync(join(here, "generated-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(out, name), text);
    const strict = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
    const module = ["--module", "nodenext", "--target", "es2022", "--skipLibCheck", "false"];
    run("node_modules/.bin/tsc", [...strict, ...module, join(out, "use.ts")]);
  } finally {
    rmSync(out, { recursive: true });
  }
}
