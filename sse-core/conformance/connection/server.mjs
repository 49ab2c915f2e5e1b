// Plays the connection cases to any client: `node server.mjs` prints {"A": origin, "B": origin}.
// What it serves beside the cases stands in README.md.
import { cases } from "./cases/index.mjs";
import { listen } from "./http.mjs";

const byId = new Map(cases.map((one) => [one.id, one]));
/** The requests of each case, and how many of their connections are open. */
const seen = new Map();
const origins = {};

const json = (response, value) => {
  const text = Buffer.from(JSON.stringify(value));
  response.head(200, { "Content-Type": "application/json" }, text.length);
  response.write(text);
};

const handler = (origin) => async (request, response) => {
  const path = request.url.split("?", 1)[0];
  const id = request.query.get("s");
  const at = (id) => seen.get(id) ?? { reqs: [], open: 0 };
  if (path === "/cases") return json(response, cases.map(({ handler, latin1, ...rest }) => ({ ...rest, url: `${rest.cross ? origins.B : origins.A}/c?s=${encodeURIComponent(rest.id)}` })));
  if (path === "/report") return json(response, at(id));
  if (path === "/reset") return json(response, seen.delete(id));
  const one = byId.get(id);
  if (!one) return response.head(404, {}, 0);

  const state = at(id);
  seen.set(id, state);
  const { method, url, headers, body, socket } = request;
  const entry = { method, path: url, headers, body: body.toString("latin1"), t: Math.round(performance.now()), origin };
  state.reqs.push(entry);
  state.open++;
  socket.once("close", () => state.open--);
  const { end, write } = response;
  response.end = () => {
    entry.ended = Math.round(performance.now());
    end();
  };
  if (one.latin1) response.write = (text) => write(Buffer.from(text, "latin1"));
  await one.handler(state.reqs.length, response, request, origins);
};

origins.A = await listen(handler("A"));
origins.B = await listen(handler("B"));
console.log(JSON.stringify(origins));
