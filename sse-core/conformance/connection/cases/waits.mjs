// The reconnection time. `delays`: the milliseconds between the end of an answer and the request behind it.
import { ended, make, once, stop, stream } from "./make.mjs";

/** Answers so many requests, the first with `first`, and ends each. */
const times = (count, first, further) => (n, response) => {
  if (n > count) return stop(response);
  stream(response, n === 1 ? first : further);
  response.end();
};

export const waits = [
  make("retry/default", "the default reconnection time", once("data: a\n\n"), { ...ended("a"), delays: [3000] }),
  make("retry/500", "retry: 500 is waited for", once("retry: 500\ndata: a\n\n"), { requests: 2, delays: [500] }),
  make("retry/0", "retry: 0 reconnects at once", once("retry: 0\ndata: a\n\n"), { requests: 2, delays: [0] }),
  make("retry/persists", "the reconnection time holds for later connections", times(3, "retry: 300\n\n", "data: a\n\n"), { requests: 4, delays: [300, 300, 300] }),
  make("retry/state", "while the client waits it is connecting, and has told of one error", (n, response) => {
    stream(response, "retry: 5000\ndata: a\n\n");
    response.end();
  }, { state: 0, requests: 1, opens: 1, errors: 1, data: ["a"] }),
  make("retry/second-open", "a reconnect opens again", (n, response) => {
    stream(response, n === 1 ? "retry: 100\ndata: a\n\n" : "data: b\n\n");
    if (n === 1) response.end();
  }, { state: 1, requests: 2, opens: 2, errors: 1, data: ["a", "b"] }),
  make("retry/no-backoff", "the delays behind five answers that ended well", times(5, "retry: 200\n\n", "retry: 200\n\n"), { requests: 6 }, { observe: true }),
];
