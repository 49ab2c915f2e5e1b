// What an answer says of itself: its status, its type, its coding; and what the request said before.
import { constants, createGzip } from "node:zlib";
import { EVENT_STREAM, REFUSED, ended, make, once, open, sleep, stop, stream } from "./make.mjs";

const STATUSES = [201, 202, 203, 204, 205, 206, 210, 226, 299, 300, 304, 305, 400, 401, 403, 404, 410, 418, 429, 500, 501, 502, 503, 504, 599];

const refusal = (status) => make(`status/${status}`, `${status} fails the connection, whatever its type and body: one error, no reconnect`, (n, response) => {
  const body = status === 204 || status === 304 ? "" : "data: a\n\n";
  response.head(status, { ...EVENT_STREAM, "Retry-After": "1" }, body.length || null);
  response.write(body);
}, REFUSED);

/** An answer of this Content-Type, or without one. */
const typed = (id, type, accepted, what) => make(`type/${id}`, what ?? `Content-Type ${type === undefined ? "(none)" : `\`${type}\``} is ${accepted ? "accepted" : "refused"}`, (n, response) => {
  response.head(200, type === undefined ? {} : { "Content-Type": type });
  response.write("data: ok…\n\n");
  if (!accepted) response.end();
}, accepted ? open("ok…") : REFUSED);

/** Refused before the body has ended: a browser may sniff first, and wait for more. */
const unfinished = (id, headers) => make(`type/${id}-unfinished`, `Content-Type ${headers["Content-Type"] ?? "(none)"} with a short body that does not end`, (n, response) => {
  response.head(200, headers);
  response.write("data: a\n\n");
}, { opens: 0, data: [] }, { observe: true });

export const answers = [
  make("status/200", "200 text/event-stream opens and delivers", (n, response) => stream(response, "data: a\n\n"), open("a")),
  ...STATUSES.map(refusal),
  make("status/204-on-reconnect", "204 on a reconnect stops it for good", once("retry: 100\ndata: a\n\n"), ended("a")),
  make("status/500-on-reconnect", "500 on a reconnect fails the connection too", (n, response) => {
    if (n > 1) return response.head(500, EVENT_STREAM, 0);
    stream(response, "retry: 100\ndata: a\n\n");
    response.end();
  }, ended("a")),
  make("status/headers-only", "open comes with the headers, before any byte of the body", (n, response) => response.head(200, EVENT_STREAM), open()),
  make("status/http10", "an HTTP/1.0 answer that the close delimits works", async (n, response, request) => {
    if (n > 1) return stop(response);
    request.socket.write("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 100\ndata: a\n\n");
    await sleep(50);
    request.socket.end();
  }, ended("a")),

  typed("plain", "text/event-stream", true),
  typed("upper", "TEXT/Event-Stream", true),
  typed("charset", "text/event-stream; charset=utf-8", true),
  typed("charset-upper", "text/event-stream;charset=UTF-8", true),
  typed("charset-quoted", 'text/event-stream; charset="utf-8"', true),
  typed("charset-1252", "text/event-stream; charset=windows-1252", true, "another charset is ignored: the stream is UTF-8 all the same"),
  typed("charset-bogus", "text/event-stream; charset=bogus", true, "a charset that there is not is ignored"),
  typed("trailing-semicolon", "text/event-stream;", true),
  typed("bogus-parameter", "text/event-stream;bogus;x=1", true),
  typed("spaces", "  text/event-stream  ", true),
  typed("space-before-semicolon", "text/event-stream ; charset=utf-8", true),
  typed("none", undefined, false),
  typed("empty", "", false),
  typed("text-plain", "text/plain", false),
  typed("bogus", "text/x-bogus", false),
  typed("prefix", "text/event-streamx", false),
  typed("suffix", "text/event-stream-bogus", false),
  typed("json", "application/json", false),
  typed("html", "text/html", false),
  typed("comma", "text/event-stream, text/plain", false, "a list whose last valid type is another is refused"),
  typed("comma-last", "text/plain, text/event-stream", true, "of a list the last valid type counts"),
  typed("octet", "application/octet-stream", false),
  typed("application", "application/event-stream", false),
  unfinished("none", {}),
  unfinished("text-plain", { "Content-Type": "text/plain" }),

  make("body/gzip", "a gzip body that is flushed behind each event is delivered event by event", async (n, response) => {
    response.head(200, { ...EVENT_STREAM, "Content-Encoding": "gzip" });
    const gzip = createGzip();
    gzip.on("data", (data) => response.write(data));
    for (const data of ["a", "b"]) {
      gzip.write(`data: ${data}\n\n`);
      gzip.flush(constants.Z_SYNC_FLUSH);
      await sleep(150);
    }
  }, open("a", "b")),
  make("body/content-length", "a body of exact Content-Length ends, and the client comes back", (n, response) => {
    if (n > 1) return stop(response);
    const text = "retry: 100\ndata: a\n\n";
    stream(response, text, {}, text.length);
  }, ended("a")),
  make("body/empty", "an empty body opens, ends, and the client comes back after the default time", once(""), ended()),
  make("body/accept-encoding", "the event's data is the Accept-Encoding that was sent", (n, response, request) => stream(response, `data: ${request.headers["accept-encoding"]}\n\n`), { state: 1, requests: 1 }, { observe: true }),

  make("cache/fresh", "a cacheable answer is not used twice: a second client asks the server again", (n, response) => {
    stream(response, `data: ${n}\n\n`, { "Cache-Control": "max-age=3600" });
    response.end();
  }, { requests: 2 }, { twice: true }),
  make("request/headers", "GET with Accept: text/event-stream, Cache-Control: no-cache, and no Last-Event-ID", (n, response) => stream(response, "data: a\n\n"), {
    ...open("a"),
    methods: ["GET"],
    headers: { accept: "text/event-stream", "cache-control": "no-cache" },
    lastEventIds: [null],
  }),
];
