// Runs one client in Node: `node node.mjs CLIENT URL`. Its reports are JSON lines on stdout. It ends with its stdin.
import fetchPackage from "@microsoft/fetch-event-source";
import { EventSource } from "eventsource";
import { EventSource as EventSource4 } from "eventsource4";

import { clients } from "./clients.mjs";

const [name, url] = process.argv.slice(2);
process.stdin.resume().on("end", () => process.exit());

if (name.endsWith("-held-back")) {
  const { fetch } = globalThis;
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    return new Response(await response.arrayBuffer(), response);
  };
}
if (name.startsWith("event-source-polyfill")) {
  // It writes every cut to the console.
  console.error = () => {};
}
// It keeps the `fetch` that is there when it is loaded.
const { EventSourcePolyfill } = (await import("event-source-polyfill")).default;

const { fetchEventSource } = fetchPackage;
if (name.startsWith("fetch-event-source")) {
  // It has its timers from the window, and touches the document when it stops.
  globalThis.window = globalThis;
  globalThis.document = { removeEventListener() {} };
}

clients[name]({ EventSource, EventSource4, EventSourcePolyfill, fetchEventSource }, url, (...report) => {
  process.stdout.write(`${JSON.stringify(report)}\n`);
});
