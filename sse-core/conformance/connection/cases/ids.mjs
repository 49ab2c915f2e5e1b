// The last event ID: what is sent on a reconnect.
import { make, once, stop, stream } from "./make.mjs";

/** An answer with this text; the next request must carry `id`. */
const sent = (name, text, id, what, more = {}) => make(`id/${name}`, what, once(`retry: 100\n${text}`), { state: 2, requests: 2, lastEventIds: [null, id] }, more);

/** An answer for each text, all of which end; then the client is sent away. */
const answers = (...texts) => (n, response) => {
  const text = texts[n - 1];
  if (text === undefined) return stop(response);
  stream(response, text);
  response.end();
};

const LONG = "i".repeat(6000);
const VERY_LONG = "i".repeat(300000);

export const ids = [
  sent("simple", "id: 5\ndata: a\n\n", "5", "the id of the last event is sent"),
  sent("none", "data: a\n\n", null, "without an id there is no header"),
  sent("reset", "id: 5\ndata: a\n\nid\ndata: b\n\n", null, "behind an empty id there is no header"),
  sent("no-data", "id: 5\n\n", "5", "an id without data counts"),
  sent("incomplete", "id: 5\ndata: a\n\nid: 6\ndata: b\n", "5", "the id of an event that is not complete does not count"),
  sent("nul", "id: 5\ndata: a\n\nid: 6\0\ndata: b\n\n", "5", "an id with NUL is ignored"),
  sent("non-ascii", "id: …é😀\ndata: a\n\n", "…é😀", "an id that is not ASCII is sent as UTF-8"),
  sent("inner-spaces", "id: a  b\ndata: a\n\n", "a  b", "inner spaces survive"),
  sent("outer-spaces", "id:  a \ndata: a\n\n", "a", "outer spaces are lost in the header, because HTTP strips them"),
  sent("only-space", "id:  \ndata: a\n\n", "", "an id of one space gives an empty value", { observe: true }),
  sent("tab", "id: a\tb\ndata: a\n\n", "a\tb", "a tab survives"),
  sent("control", "id: a\x01b\ndata: a\n\n", "a\x01b", "another control character in the id", { observe: true }),
  sent("del", "id: a\x7fb\ndata: a\n\n", "a\x7fb", "DEL in the id", { observe: true }),
  sent("invalid-utf8", "id: a\xffb\ndata: a\n\n", "a\ufffdb", "what is not UTF-8 in an id is sent as U+FFFD", { latin1: true }),
  sent("long", `id: ${LONG}\ndata: a\n\n`, LONG, "an id of 6 000 characters"),
  sent("very-long", `id: ${VERY_LONG}\ndata: a\n\n`, VERY_LONG, "an id of 300 000 characters", { observe: true }),
  // `ids`: the last event ID of each event.
  make("id/persists-over-connections", "the id survives connections that carry none", answers("id: 5\nretry: 100\ndata: a\n\n", "data: n2\n\n", "data: n3\n\n"), { state: 2, requests: 4, data: ["a", "n2", "n3"], ids: ["5", "5", "5"], lastEventIds: [null, "5", "5", "5"] }),
  make("id/reset-on-later-connection", "a later connection can reset the id", answers("id: 5\nretry: 100\ndata: a\n\n", "id\ndata: b\n\n"), { state: 2, requests: 3, lastEventIds: [null, "5", null] }),
  make("id/bom-on-reconnect", "every connection may begin with a BOM of its own", answers("\ufeffretry: 100\ndata: a\n\n", "\ufeffretry: 100\ndata: a\n\n"), { state: 2, requests: 3, data: ["a", "a"] }),
];
