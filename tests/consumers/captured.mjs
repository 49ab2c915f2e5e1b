// What each example sends, as it comes off the wire: its events, and the control events of its layer.
//
// `node captured.mjs` prints it as JSON, with where the servers are, and lets them run until its standard input ends.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createParser } from "eventsource-parser";
import { names, start, xtaskPath } from "./examples.mjs";

const web = (name) => new URL(`../../examples/${name}/web/sse/`, import.meta.url);

/** The generated client of an example: its codec, and the runtime. */
export async function client(name) {
  const [file] = readdirSync(web(name)).filter((file) => file.endsWith(".js") && !file.startsWith("runtime"));
  const module = await import(web(name) + file);
  const [codec] = Object.keys(module).filter((key) => key.endsWith("Codec"));
  return { codec: module[codec], runtime: await import(web(name) + "runtime.js") };
}

/** Reads a stream with somebody else's parser until it ends, or `enough` is said of the events so far. */
async function read({ url, cookie }, target, enough, lastEventId) {
  const headers = { accept: "text/event-stream", ...(cookie && { cookie }), ...(lastEventId && { "last-event-id": lastEventId }) };
  const response = await fetch(url + target, { headers, signal: AbortSignal.timeout(30_000) });
  if (response.status !== 200) throw new Error(`${url + target}: ${response.status}`);
  const events = [];
  const parser = createParser({ onEvent: ({ event = "message", data, id = "" }) => events.push({ event, data, id }) });
  const decoder = new TextDecoder();
  const bytes = [];
  for await (const chunk of response.body) {
    bytes.push(chunk);
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (enough(events)) break;
  }
  return { events, bytes: Buffer.concat(bytes) };
}

const isControl = ({ event }) => event.startsWith("stream-");
const told = (...wanted) => (events) => wanted.every((name) => events.some(({ event }) => event === name));

/**
 * All that an example sends to connections that are new (`connections`), that come back, and whose id is of no use: the
 * application's `events`, and the layer's, which are `control`.
 */
async function capture(name, example) {
  const { codec } = await client(name);
  const connections = [];
  const control = [];
  // What the targets send differs: each is read until all of them together have sent every event.
  const missing = new Set(Object.keys(codec.events));
  const everything = (events) => {
    events.forEach(({ event }) => missing.delete(event));
    return !missing.size && !codec.terminal.length && events.some((event) => !isControl(event));
  };
  await Promise.all(
    example.targets.map(async (target) => {
      const connection = await read(example, target, everything, example.since);
      connections.push({ target, ...connection });
      const last = connection.events.findLast((event) => event.id && !event.id.startsWith("=")).id;
      const resume = async (id) => control.push(...(await read(example, target, told("stream-open", "stream-reset"), id)).events.filter(isControl));
      await resume("anotherepoch-5");
      await resume("no position");
      // One entry for each topic.
      await resume(last.replaceAll(/-\d+/g, "-999999999"));
      control.push((await read(example, target, told("stream-open"), last)).events[0]);
    }),
  );
  if (name === "stock-prices") control.push(...(await tooOld(example)));
  if (missing.size) throw new Error(`${name} has not sent ${[...missing]}`);
  const events = connections.flatMap(({ events }) => events);
  return { connections, events: events.filter((event) => !isControl(event)), control: [...control, ...events.filter(isControl)] };
}

/** Comes back to the books when the market has forgotten the first one, of which it keeps 100. */
async function tooOld(example) {
  const offset = (events) => Number(events.at(-1)?.id.split("-")[1] ?? 0);
  const { events } = await read(example, "/prices?size=25k", (events) => offset(events) > 110);
  const first = events.at(-1).id.replace(/-\d+/, "-1");
  return (await read(example, "/prices?size=25k", told("stream-reset"), first)).events.filter(isControl);
}

/** The servers, which run until `stop`, and what each has sent. */
export async function captured() {
  const { examples, stop } = await start();
  try {
    const sent = await Promise.all(names.map(async (name) => [name, { ...examples[name], ...(await capture(name, examples[name])) }]));
    return { examples: Object.fromEntries(sent), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { examples, stop } = await captured();
  for (const { connections } of Object.values(examples)) connections.forEach((connection) => delete connection.bytes);
  process.stdout.write(JSON.stringify({ xtask: xtaskPath(), examples }) + "\n");
  process.stdin.resume().once("end", stop);
}
