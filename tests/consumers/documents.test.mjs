// The documents of every stream are valid, in every form in which they are written.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Parser } from "@asyncapi/parser";
import { Validator } from "@seriousme/openapi-schema-validator";
import { names, xtask } from "./examples.mjs";
import { json } from "./golden.mjs";
import { here, run } from "./run.mjs";

const FORMS = {
  "openapi-3.2-strict": ["--version", "3.2", "--data", "strict"],
  "openapi-3.2-decoded": ["--version", "3.2", "--data", "decoded"],
  "openapi-3.1-decoded": ["--version", "3.1", "--data", "decoded"],
  "openapi-3.1-payload": ["--version", "3.1", "--data", "payload"],
};

/** Each form of each stream's document: those of the examples, and the golden ones of the shop. */
const documents = Object.fromEntries(
  Object.entries(FORMS).flatMap(([form, options]) => [
    [`shop.${form}.json`, () => json(`${form}.json`)],
    ...names.map((name) => [`${name}.${form}.json`, () => JSON.parse(xtask("openapi", name, ...options))]),
  ]),
);

let folder;
before(() => (folder = mkdtempSync(join(here, "generated-"))));
after(() => rmSync(folder, { recursive: true }));

test("each document of OpenAPI is valid", async (t) => {
  const validator = new Validator();
  for (const [name, read] of Object.entries(documents)) {
    const document = read();
    assert.equal(document.openapi, name.includes("3.2") ? "3.2.0" : "3.1.0");
    const { valid, errors } = await validator.validate(document);
    assert.ok(valid, `${name}: ${JSON.stringify(errors)}`);
    Object.values(document.paths)[0].get.responses["200"].content = [];
    // A validator that takes everything says nothing.
    if (name.startsWith("shop")) assert.equal((await validator.validate(document)).valid, false);
  }
  t.diagnostic(`${Object.keys(documents).length} documents`);
});

test("Redocly objects to nothing in them", () => {
  const lint = (files) => run("node_modules/.bin/redocly", ["lint", "--config", "redocly.yaml", ...files]);
  const files = Object.entries(documents).map(([name, read]) => {
    writeFileSync(join(folder, name), JSON.stringify(read()));
    return join(folder, name);
  });
  lint(files);
  const wrong = json("openapi-3.2-strict.json");
  Object.values(wrong.paths)[0].get.responses["200"].content["text/event-stream"].itemSchema.$ref += "s";
  writeFileSync(join(folder, "wrong.json"), JSON.stringify(wrong));
  assert.throws(() => lint([join(folder, "wrong.json")]), /wrong\.json/);
});

const parser = new Parser();

/** What AsyncAPI's own parser has against the document, but for a newer version that there is. */
async function objections(document) {
  const { diagnostics } = await parser.parse(JSON.stringify(document));
  return diagnostics.map(({ code, message }) => `${code}: ${message}`).filter((text) => !text.startsWith("asyncapi-latest-version"));
}

test("each document of AsyncAPI is valid", async () => {
  const read = (name) => (name === "shop" ? json("asyncapi.json") : JSON.parse(xtask("asyncapi", name)));
  for (const name of ["shop", ...names]) assert.deepEqual(await objections(read(name)), [], name);
  for (const change of [
    (operation) => (operation.action = "look"),
    (operation) => (operation.messages[0].$ref = "#/components/messages/none"),
  ]) {
    const wrong = read("shop");
    change(Object.values(wrong.operations)[0]);
    assert.notDeepEqual(await objections(wrong), []);
  }
});
