// What the cases are made of.
import { setTimeout as sleep } from "node:timers/promises";

export { sleep };

export const EVENT_STREAM = { "Content-Type": "text/event-stream" };

/** `handler(n, response, request, origins)` answers the n-th request; the first is 1. */
export const make = (id, what, handler, expect, more = {}) => ({ id, what, handler, expect, ...more });

/** One request, no event, and the connection is failed for good. */
export const REFUSED = { state: 2, requests: 1, opens: 0, errors: 1, data: [] };

/** One request whose answer stays open. */
export const open = (...data) => ({ state: 1, requests: 1, opens: 1, errors: 0, data });

/** One answer that ended, and one that sent the client away. */
export const ended = (...data) => ({ state: 2, requests: 2, opens: 1, errors: 2, data });

/** Begins an event stream. */
export function stream(response, text, headers = {}, framing = "chunked") {
  response.head(200, { ...EVENT_STREAM, ...headers }, framing);
  response.write(text);
}

/** Sends the client away. */
export const stop = (response) => response.head(204, {}, null);

/** One answer with this text, whose body then ends; any further request is sent away. */
export const once = (text) => (n, response) => {
  if (n > 1) return stop(response);
  stream(response, text);
  response.end();
};
