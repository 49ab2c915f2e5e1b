// A validator of the whole of a schema and of each branch of its union; and what is not according to it.
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const resolved = (schema, document) => {
  while (schema?.$ref) schema = schema.$ref.slice(2).split("/").reduce((at, key) => at[key.replaceAll("~1", "/")], document);
  return schema;
};

/** What describes an event in a document of OpenAPI. */
export function item(document) {
  const [{ get }] = Object.values(document.paths);
  const { itemSchema, schema } = get.responses["200"].content["text/event-stream"];
  return { ...document, ...(itemSchema ?? schema) };
}

/** Validators of the whole, and of each branch. */
export function validators(document) {
  const Engine = document.$schema?.includes("draft-07") ? Ajv : Ajv2020;
  // A document of OpenAPI is no schema: its keywords are not known, and its formats are Rust's.
  const engine = new Engine({ strict: false, logger: false });
  addFormats(engine);
  const whole = engine.compile(document);
  const root = resolved(document, document);
  const branches = root.oneOf.map((branch) => engine.compile({ ...document, oneOf: undefined, $id: undefined, $ref: undefined, ...branch }));
  return { whole, branches };
}

const kind = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value);
const OTHERS = [null, true, 1.5, "no such text", [], {}];

/** The event with one thing about it that is wrong: its name, its id, or whatever its schema says of its data. */
export function* mutations(event, document) {
  yield { ...event, event: "no such event" };
  yield { ...event, event: 7 };
  const branches = resolved(document, document).oneOf.map((branch) => resolved(branch, document));
  const branch = branches.find(({ properties }) => properties.event.const === event.event);
  // An event without a name is the default one, where there is one.
  const named = branches.every(({ required }) => required.includes("event"));
  for (const other of wrong(branch, event, document)) if (named || kind(other) !== "object" || "event" in other) yield other;
}

/** The value with one thing wrong in it, as far as the schema is plain: no union but those of a `null`. */
function* wrong(schema, value, document) {
  schema = resolved(schema, document);
  if (schema === undefined || schema === true) return;
  const types = [schema.type ?? []].flat();
  if (types.includes("number")) types.push("integer");
  if (types.length) for (const other of OTHERS) if (!types.includes(kind(other))) yield other;
  if ("const" in schema) yield "no such text";
  if (kind(value) === "object") {
    for (const key of schema.required ?? []) {
      const { [key]: _, ...rest } = value;
      yield rest;
    }
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (key in value) for (const other of wrong(property, value[key], document)) yield { ...value, [key]: other };
    }
    if (schema.additionalProperties === false) yield { ...value, "no such key": 1 };
    else if (schema.additionalProperties) {
      const others = Object.keys(value).filter((key) => !(key in (schema.properties ?? {})));
      if (others.length) for (const other of wrong(schema.additionalProperties, value[others[0]], document)) yield { ...value, [others[0]]: other };
    }
  }
  if (kind(value) === "array") {
    // In draft-07 a tuple's are `items`.
    const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined);
    if (schema.maxItems === value.length) yield [...value, value[0]];
    if (schema.minItems === value.length) yield value.slice(1);
    const [first, ...rest] = value;
    const element = tuple ? tuple[0] : schema.items;
    if (value.length) for (const other of wrong(element, first, document)) yield [other, ...rest];
  }
}
