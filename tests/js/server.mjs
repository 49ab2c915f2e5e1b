// An HTTP server on a free port, whose n-th request is answered by the n-th handler; the last handler answers all further ones.
import { once } from "node:events";
import { createServer } from "node:http";

export async function serve(t, ...handlers) {
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const n = requests.push({ method: request.method, url: request.url, headers: request.headers, body }) - 1;
    request.socket.setNoDelay(true);
    await handlers[Math.min(n, handlers.length - 1)](response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/feed`, requests };
}

/** Answers 200 and writes; then ends the body, unless `hold`, or destroys the connection if `cut`. */
export const sse = (text, { hold = false, cut = false, headers = {} } = {}) => (response) => {
  response.writeHead(200, { "content-type": "text/event-stream", ...headers });
  response.write(text || "\n", () => {
    if (cut) response.destroy();
    else if (!hold) response.end();
  });
};

export const status = (code, headers = {}) => (response) => {
  response.writeHead(code, headers);
  response.end("no");
};

/** The prelude of our own server. */
export const open = (info = {}, retry = 1) =>
  `retry: ${retry}\nevent: stream-open\nid: E-0\ndata: ${JSON.stringify({ resume: "fresh", keepAlive: "comment", keepAliveMs: 15000, ...info })}\n\n`;

export const end = "event: stream-end\nid: =end\ndata: {}\n\n";

export const codec = { name: "Feed", events: { tick: "json", log: "text", ping: "empty", message: "json", error: "text", done: "json" }, terminal: ["done"] };
