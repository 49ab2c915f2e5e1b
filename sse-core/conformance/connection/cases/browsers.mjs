// What only a browser does, because it keeps a page from another origin's answers; and what a client does by itself.
// `cross`: the page is of origin A, the stream of B. `init`: the options of the `EventSource`. `cookie`: B has set one.
import { REFUSED, make, open, stream } from "./make.mjs";

const allow = (origin) => ({ "Access-Control-Allow-Origin": origin });
const credentials = { "Access-Control-Allow-Credentials": "true" };

/** An answer with the headers that `headers(origins)` gives; the event's data is the cookie that came. */
const answer = (name, what, headers, expect, more = {}) => make(`cors/${name}`, what, (n, response, request, origins) => stream(response, `data: cookie=${request.headers.cookie ?? ""}\n\n`, headers(origins)), expect, { cross: true, ...more });

/** The first answer has this id; a client that comes back with it is sent away. */
const preflight = (name, what, id, methods) => make(`cors/${name}`, what, (n, response, request) => {
  const headers = { ...allow("*"), "Access-Control-Allow-Headers": "last-event-id" };
  if (request.method === "OPTIONS") return response.head(200, headers, 0);
  if (n > 3 || "last-event-id" in request.headers) return response.head(204, headers, null);
  stream(response, `id: ${id}\nretry: 100\ndata: a\n\n`, headers);
  response.end();
}, { state: 2, data: ["a"], methods }, { cross: true });

const SAFE = ["GET", "GET"];
const UNSAFE = ["GET", "OPTIONS", "GET"];

export const browsers = [
  answer("none", "without CORS headers the connection fails", () => ({}), REFUSED),
  answer("star", "* without credentials works, and no cookie is sent", () => allow("*"), open("cookie="), { cookie: true }),
  answer("origin", "the page's origin works", (origins) => allow(origins.A), open("cookie=")),
  answer("wrong-origin", "another origin fails", () => allow("http://example.org"), REFUSED),
  answer("empty", "an empty origin fails", () => allow(""), REFUSED),
  answer("credentials", "withCredentials sends the cookie where the origin is named and credentials are allowed", (origins) => ({ ...allow(origins.A), ...credentials }), open("cookie=k=v"), { init: { withCredentials: true }, cookie: true }),
  answer("credentials-star", "withCredentials with * fails", () => ({ ...allow("*"), ...credentials }), REFUSED, { init: { withCredentials: true } }),
  answer("credentials-missing", "withCredentials fails where credentials are not allowed", (origins) => allow(origins.A), REFUSED, { init: { withCredentials: true } }),
  answer("origin-header", "the Origin header is sent", () => allow("*"), { state: 1 }),
  preflight("id-safe", "a safe id needs no preflight", "abc", SAFE),
  preflight("id-unsafe", "an id with an unsafe byte (<) needs one", "a<b", UNSAFE),
  preflight("id-long", "an id of more than 128 bytes needs one", "a".repeat(129), UNSAFE),
  preflight("id-128", "an id of 128 bytes needs none", "a".repeat(128), SAFE),
  preflight("id-colon", "a colon is an unsafe byte", "2024-01-01T00:00:00Z", UNSAFE),
  preflight("id-slash", "a slash is safe", "a/b", SAFE),
  preflight("id-non-ascii", "an id that is not ASCII needs none", "é", SAFE),
  make("cors/preflight-refused", "a preflight that is refused fails the connection", (n, response, request) => {
    if (request.method === "OPTIONS") return response.head(403, {}, 0);
    stream(response, "id: a<b\nretry: 100\ndata: a\n\n", allow("*"));
    response.end();
  }, { state: 2, opens: 1, data: ["a"] }, { cross: true }),

  make("client/close", "a client that closes ends the request, and does not come back", (n, response) => stream(response, "retry: 100\ndata: a\n\n"), { state: 2, requests: 1, opens: 1, errors: 0, data: ["a"] }, { close: true }),
  make("client/limit", "how many of eight streams over HTTP/1.1 reach the server at once", (n, response) => stream(response, "data: a\n\n"), {}, { many: 8, observe: true }),
];
