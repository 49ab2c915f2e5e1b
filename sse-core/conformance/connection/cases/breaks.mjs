// Connections that break: in the body, before it, or before there is one.
import { EVENT_STREAM, ended, make, sleep, stop, stream } from "./make.mjs";

/** The first answer begins with this text, and breaks a moment later. */
const breaking = (text, how) => async (n, response, request) => {
  if (n > 1) return stop(response);
  stream(response, text);
  // So that the client has what was sent before it learns of the end.
  await sleep(50);
  how(response, request);
};

export const breaks = [
  make("break/fin-in-chunked", "FIN within a chunked body: the part of an event is dropped, and its id too", breaking("id: 1\nretry: 100\ndata: a\n\nid: 2\ndata: b\n", (response) => response.cut()), { ...ended("a"), lastEventIds: [null, "1"] }),
  make("break/rst", "RST within the body", breaking("id: 1\nretry: 100\ndata: a\n\ndata: b", (response) => response.reset()), ended("a")),
  make("break/short-content-length", "fewer bytes than Content-Length", async (n, response) => {
    if (n > 1) return stop(response);
    stream(response, "retry: 100\ndata: a\n\n", {}, 500);
    await sleep(50);
    response.cut();
  }, ended("a")),
  make("break/bad-chunk", "the head of a chunk that is no number", breaking("retry: 100\ndata: a\n\n", (response, request) => request.socket.write("ZZZ\r\nxxx\r\n")), { opens: 1, data: ["a"] }, { observe: true }),
  make("break/before-headers", "the connection is closed before any answer, three times", (n, response) => (n > 3 ? stop(response) : response.cut()), { opens: 0, data: [] }, { observe: true }),
  make("break/rst-before-headers", "the connection is reset before any answer, three times", (n, response) => (n > 3 ? stop(response) : response.reset()), { opens: 0, data: [] }, { observe: true }),
  make("break/down-during-reconnect", "the first two reconnects are reset, the third is answered", (n, response) => {
    if (n === 2 || n === 3) return response.reset();
    stream(response, n === 1 ? "retry: 300\ndata: a\n\n" : "data: b\n\n");
    if (n === 1) response.end();
  }, { state: 1, opens: 2, data: ["a", "b"] }, { observe: true }),
  make("break/malformed-response", "an answer that is not HTTP", (n, response, request) => (n > 1 ? stop(response) : request.socket.end("hello\r\n\r\n")), { opens: 0, data: [] }, { observe: true }),
];
