// What sse-core's tests have written: documents of one stream, and events of it as they come off the wire.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const folder = fileURLToPath(new URL("../../sse-core/tests/it/golden/consumers/", import.meta.url));
export const text = (name) => readFileSync(folder + name, "utf8");
export const json = (name) => JSON.parse(text(name));
export const { events, control } = json("events.json");
