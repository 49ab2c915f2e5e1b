// The connection cases of sse-core/conformance, played to the iterator. What differs from the standard says why.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { stream } from "../../sse-core/src/codegen/runtime/runtime.js";

const server = spawn(process.execPath, [fileURLToPath(new URL("../../sse-core/conformance/connection/server.mjs", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
after(() => server.kill());
const [line] = await once(createInterface({ input: server.stdout }), "line");
const { A } = JSON.parse(line);
const ask = async (path) => (await fetch(A + path)).json();
const cases = await ask("/cases");

/** Instead of 3 s, where a case does not say otherwise; and however many attempts have failed. */
const FAST = { retryMs: 50, maxBackoffMs: 400 };
// The longest delay that may be drawn, so that it can be foreseen.
Math.random = () => 1;

const refused = (requests = 1) => ({ state: 2, requests, opens: 0, errors: 1, data: [] });
const NOT_SNIFFED = "nothing is sniffed: the head is enough to refuse";
const BAD_ANSWER = "where no answer came, or a broken one, a better one may come";
const HIDDEN = "`fetch` tells of no redirect: the next attempt goes to where the first one went";

/** Where ours differs on purpose, or the standard leaves it open: why, and what is expected instead. */
const OURS = {
  "type/none-unfinished": [NOT_SNIFFED, refused()],
  "type/text-plain-unfinished": [NOT_SNIFFED, refused()],
  "redirect/reconnect-url": [HIDDEN, { targets: [false, true, false, true] }],
  "redirect/cross-origin-no-cors": ["there is no page in Node, whose origin had to be kept from the answers of another", { state: 1, requests: 2, opens: 1, errors: 0, data: ["a"] }],
  "id/control": ["no header can carry a control character: the request is without the id", { lastEventIds: [null, null] }],
  "id/del": ["no header can carry a control character: the request is without the id", { lastEventIds: [null, null] }],
  "retry/persists": ["an answer without an event is a failed attempt", { delays: [400, 300, 300] }],
  "break/bad-chunk": [BAD_ANSWER, { state: 2, requests: 2, opens: 1, errors: 2, data: ["a"] }],
};

const codec = { name: "Cases", events: { message: "text" }, terminal: [] };

/** Iterates until what is expected has come, or until it ends where that is expected. */
async function play(one, expect) {
  const abort = new AbortController();
  const seen = { opens: 0, errors: 0, data: [], ids: [], delays: [], state: 0 };
  const reached = () =>
    expect.state !== 2 && expect.state !== undefined && seen.state === expect.state && seen.opens >= (expect.opens ?? 1) && seen.errors >= (expect.errors ?? 0) && seen.data.length >= (expect.data?.length ?? 0);
  let reach;
  const done = new Promise((resolve) => (reach = resolve));
  const look = () => reached() && reach();
  const deadline = setTimeout(reach, 20_000);
  const ended = (async () => {
    try {
      const options = one.id === "retry/default" ? {} : FAST;
      for await (const event of stream(codec, one.url, {
        ...options,
        signal: abort.signal,
        onState({ state, delayMs }) {
          if (state === "connecting") seen.state = 0;
          else if (state === "open") [seen.state, seen.opens] = [1, seen.opens + 1];
          else if (state === "waiting") {
            [seen.state, seen.errors] = [0, seen.errors + 1];
            seen.delays.push(delayMs);
          }
          look();
        },
      })) {
        seen.data.push(event.data);
        seen.ids.push(event.id);
        look();
      }
    } catch {}
    if (!abort.signal.aborted) {
      // To an `EventSource` a 204 is an error too.
      seen.errors++;
      seen.state = 2;
    }
    reach();
  })();
  await done;
  clearTimeout(deadline);
  const { state } = seen;
  abort.abort();
  await ended;
  return { ...seen, state: one.close ? 2 : state };
}

function problems(expect, seen, reqs) {
  const found = [];
  const compare = (what, expected, actual) => expected !== undefined && JSON.stringify(expected) !== JSON.stringify(actual) && found.push(`${what} ${JSON.stringify(actual)?.slice(0, 200)}, not ${JSON.stringify(expected).slice(0, 200)}`);
  for (const what of ["state", "opens", "errors", "data", "ids", "delays"]) compare(what, expect[what], seen[what]);
  compare("requests", expect.requests, reqs.length);
  compare("methods", expect.methods, reqs.map((req) => req.method));
  compare("targets", expect.targets, reqs.map((req) => req.path.includes("to=1")));
  compare("Last-Event-ID", expect.lastEventIds, reqs.map((req) => (req.headers["last-event-id"] === undefined ? null : Buffer.from(req.headers["last-event-id"], "latin1").toString())));
  for (const [name, value] of Object.entries(expect.headers ?? {})) compare(name, value, reqs[0]?.headers[name]);
  for (const [n, wanted] of (expect.delays ?? []).entries()) {
    const delay = reqs[n + 1]?.t - reqs[n]?.ended;
    // How much later it comes says how busy the machine is.
    if (!(delay + 2 >= wanted)) found.push(`the delay ${n} is ${delay}, less than ${wanted}`);
  }
  return found;
}

const NOT_APPLICABLE = [
  ["cors/", "there is no page, whose origin had to be kept from the answers of another"],
  ["client/limit", "Node does not limit the number of connections to an origin"],
  ["cache/", "an `EventSource` comes twice, an iterator when it is asked"],
];

test("every connection case", { concurrency: true }, async (t) => {
  await Promise.all(cases.map((one) => {
    const [, why] = NOT_APPLICABLE.find(([prefix]) => one.id.startsWith(prefix)) ?? [];
    return t.test(`${one.id}: ${one.what}`, { skip: why }, async (t) => {
      const [reason, ours] = OURS[one.id] ?? [];
      if (reason) t.diagnostic(reason);
      const expect = { ...one.expect, ...ours };
      const seen = await play(one, expect);
      const { reqs } = await ask(`/report?s=${encodeURIComponent(one.id)}`);
      while (one.close && (await ask(`/report?s=${encodeURIComponent(one.id)}`)).open > 0); // the server sees it
      assert.deepEqual(problems(expect, seen, reqs), []);
    });
  }));
});
