// A server of raw HTTP/1.1: every byte, every chunk, and how a connection ends is the handler's choice.
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Calls `handler(request, response)` for each request on a free port of 127.0.0.1.
 *
 * request: { method, url, query, headers, body, socket }; the names of `headers` are in lower case, and a character of
 *   a value is a byte.
 * response.head(status, headers, framing): the framing is "chunked", a number (the Content-Length), or null (no body).
 * response.write(bytes) writes a chunk; end() ends the body; cut() sends FIN where the body is, reset() sends RST.
 */
export async function listen(handler) {
  const server = createServer((socket) => serve(socket, handler));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

async function serve(socket, handler) {
  socket.setNoDelay(true);
  // One for each request that a connection carries.
  socket.setMaxListeners(0);
  // A client that breaks off is what many cases are about.
  socket.on("error", () => {});
  let bytes = Buffer.alloc(0);
  let told = () => {};
  socket.on("data", (data) => { bytes = Buffer.concat([bytes, data]); told(); });
  socket.on("close", () => told());
  const more = () => new Promise((resolve) => (told = resolve));
  while (!socket.destroyed) {
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) {
      await more();
      continue;
    }
    const [line, ...fields] = bytes.subarray(0, end).toString("latin1").split("\r\n");
    const [method, url] = line.split(" ");
    const headers = Object.fromEntries(fields.map((field) => [field.split(":", 1)[0].toLowerCase(), trim(field.slice(field.indexOf(":") + 1))]));
    const start = end + 4;
    const length = Number(headers["content-length"] ?? 0);
    while (bytes.length < start + length && !socket.destroyed) await more();
    const body = bytes.subarray(start, start + length);
    bytes = bytes.subarray(start + length);
    const query = new URL(url, "http://localhost").searchParams;
    await handler({ method, url, query, headers, body, socket }, respond(socket));
  }
}

/** Without the blanks around the value of a header. */
const trim = (value) => value.replace(/^[ \t]+|[ \t]+$/g, "");

function respond(socket) {
  let chunked = false;
  return {
    head(status, headers, framing = "chunked") {
      chunked = framing === "chunked";
      const fields = Object.entries(headers);
      if (chunked) fields.push(["Transfer-Encoding", "chunked"]);
      else if (framing !== null) fields.push(["Content-Length", framing]);
      const lines = [`HTTP/1.1 ${status} Some Reason`, ...fields.map(([name, value]) => `${name}: ${value}`), "", ""];
      socket.write(lines.join("\r\n"), "latin1");
    },
    write(data) {
      const bytes = Buffer.from(data);
      if (socket.destroyed || bytes.length === 0) return;
      socket.write(chunked ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]) : bytes);
    },
    end() {
      if (chunked && !socket.destroyed) socket.write("0\r\n\r\n");
    },
    cut: () => socket.end(),
    reset: () => socket.resetAndDestroy(),
  };
}
