// Decodes streams with the generated client: from each line of standard input, an array of chunks, each an array of bytes,
// to a line of standard output.
import { createInterface } from "node:readline";
import { eventStreamParser } from "../../../sse-core/src/codegen/runtime/runtime.js";

for await (const line of createInterface({ input: process.stdin })) {
  const position = { lastEventId: "" };
  const parse = eventStreamParser(position, Infinity);
  const events = JSON.parse(line).map((chunk) => [...parse(Uint8Array.from(chunk))]);
  process.stdout.write(`${JSON.stringify({ events, retry: position.retry ?? null, last_event_id: position.lastEventId })}\n`);
}
