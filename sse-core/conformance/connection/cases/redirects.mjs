// Redirects: where the request goes, and where the next one does.
import { REFUSED, make, open, stop, stream } from "./make.mjs";

const isTarget = (request) => request.query.has("to");
const target = (request) => `${request.url}&to=1`;

/** Redirects to an answer that ends, twice at most. */
const ending = (status) => (n, response, request) => {
  if (n >= 4) return stop(response);
  if (!isTarget(request)) return response.head(status, { Location: target(request) }, 0);
  stream(response, "id: 5\nretry: 100\ndata: a\n\n");
  response.end();
};

/** Redirects to the other origin. */
const across = (headers) => (n, response, request, origins) => {
  if (isTarget(request)) return stream(response, "data: a\n\n", headers);
  response.head(302, { Location: origins.B + target(request) }, 0);
};

const followed = { ...open("a"), requests: 2 };

export const redirects = [
  ...[301, 302, 303, 307, 308].map((status) => make(`redirect/${status}`, `${status} is followed`, (n, response, request) => {
    if (isTarget(request)) return stream(response, "data: a\n\n");
    response.head(status, { Location: target(request) }, 0);
  }, followed)),
  // `targets`: which requests went to the redirect's target.
  make("redirect/reconnect-url", "behind a 302 the reconnect goes to the target: the same request object, whose current URL it is", ending(302), { state: 2, requests: 4, targets: [false, true, true, true] }),
  make("redirect/last-event-id-follows", "Last-Event-ID is sent to the target too", ending(307), { requests: 4, lastEventIds: [null, null, "5", "5"] }),
  make("redirect/no-location", "302 without Location fails the connection", (n, response) => response.head(302, {}, 0), REFUSED),
  make("redirect/empty-location", "302 with an empty Location", (n, response) => response.head(302, { Location: "" }, 0), { opens: 0 }, { observe: true }),
  make("redirect/loop", "an endless redirect is a network error", (n, response, request) => response.head(302, { Location: request.url }, 0), { opens: 0 }, { observe: true }),
  make("redirect/cross-origin-no-cors", "a redirect to another origin without CORS headers fails", across({}), { state: 2, opens: 0, errors: 1, data: [] }),
  make("redirect/cross-origin-cors", "a redirect to another origin with CORS headers works", across({ "Access-Control-Allow-Origin": "*" }), followed),
];
