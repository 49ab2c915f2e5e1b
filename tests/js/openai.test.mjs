// The client that people have for OpenAI's API reads what the example `llm-tokens` writes.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import OpenAI from "openai";

const root = fileURLToPath(new URL("../../", import.meta.url));
const messages = [{ role: "user", content: "Hello" }];
let program;

before(async () => {
  // Only cargo knows where it is.
  const build = ["build", "--quiet", "--package", "example-llm-tokens", "--message-format", "json"];
  const { stdout } = await promisify(execFile)(process.env.CARGO || "cargo", build, { cwd: root, maxBuffer: 64 << 20 });
  program = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line).executable).findLast(Boolean);
  assert.ok(program, "an executable");
});

/** Starts the example and gives a client of it, which records the text of the answers in `bytes`. */
async function start(t, env = {}) {
  const server = spawn(program, ["0"], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  });
  const lines = createInterface({ input: server.stdout });
  const [line] = await once(lines, "line");
  const origin = line.match(/http:\/\/\S+/)[0];
  const record = { bytes: "", type: "" };
  const fetchAndRecord = async (url, init) => {
    const response = await fetch(url, init);
    record.type = response.headers.get("content-type");
    const decoder = new TextDecoder();
    const recorded = response.body.pipeThrough(new TransformStream({
      transform(chunk, controller) {
        record.bytes += decoder.decode(chunk, { stream: true });
        controller.enqueue(chunk);
      },
    }));
    return new Response(recorded, { status: response.status, headers: response.headers });
  };
  const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: "none", maxRetries: 0, fetch: fetchAndRecord });
  return { client, record, origin };
}

/** What the server itself says the whole text is. */
async function whole(client) {
  const { choices: [choice] } = await client.chat.completions.create({ model: "any", messages });
  return choice.message.content;
}

test("for await over the chunks: the text is complete, and the stream ends", async (t) => {
  const { client, record } = await start(t, { TOKEN_MS: "0" });
  const expected = await whole(client);
  assert.ok(expected.length > 1_000);

  record.bytes = "";
  const stream = await client.chat.completions.create({ model: "any", messages, stream: true });
  let text = "";
  const finish = [];
  const ids = new Set();
  for await (const chunk of stream) {
    assert.equal(chunk.object, "chat.completion.chunk");
    ids.add(chunk.id);
    text += chunk.choices[0].delta.content ?? "";
    finish.push(chunk.choices[0].finish_reason);
  }
  assert.equal(text, expected);
  assert.deepEqual([...new Set(finish)], [null, "stop"]);
  assert.equal(finish.indexOf("stop"), finish.length - 1);
  assert.equal(ids.size, 1);

  // Each chunk had an id on the wire, and nothing came that is no chunk.
  assert.equal(record.type, "text/event-stream");
  assert.equal(record.bytes.match(/^id: /gm).length, finish.length);
  assert.equal(record.bytes.match(/^data: /gm).length, finish.length + 1);
  assert.doesNotMatch(record.bytes, /^event:/m);
});

test("comments between the tokens are no chunks", async (t) => {
  const { client, record } = await start(t, { TOKEN_MS: "350", KEEP_ALIVE_MS: "100" });
  const stream = await client.chat.completions.create({ model: "any", messages, stream: true, max_tokens: 4 });
  const texts = [];
  for await (const chunk of stream) texts.push(chunk.choices[0].delta.content);
  // The role, four tokens, the end.
  assert.equal(texts.length, 6);
  assert.deepEqual([texts[0], texts[5]], ["", undefined]);
  assert.ok(texts.slice(1, 5).every((text) => text.length > 0));
  const [, ...between] = record.bytes.split(/^data: /m);
  assert.ok(between.slice(0, -2).some((rest) => /^:/m.test(rest)), "no keep-alive between the tokens");
});

test("the helper that gathers a stream gets the same", async (t) => {
  const { client } = await start(t, { TOKEN_MS: "0" });
  const stream = client.chat.completions.stream({ model: "any", messages });
  const completion = await stream.finalChatCompletion();
  assert.equal(completion.choices[0].message.content, await whole(client));
  assert.equal(completion.choices[0].finish_reason, "stop");
});

test("who leaves the loop leaves the generation to others", async (t) => {
  const { client, origin } = await start(t, { TOKEN_MS: "1" });
  const stream = await client.chat.completions.create({ model: "any", messages, stream: true });
  let id;
  for await (const chunk of stream) {
    ({ id } = chunk);
    break;
  }
  const events = await fetch(`${origin}/generations/${id}`).then((answer) => answer.json());
  const rest = await fetch(`${origin}/generations/${id}/events?lastEventId=${events.since}`).then((answer) => answer.text());
  const tokens = [...rest.matchAll(/^event: token\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data));
  assert.equal(tokens.join(""), await whole(client));
  assert.match(rest, /^event: done$/m);
});

test("an error is one of the client's own", async (t) => {
  const { client } = await start(t);
  const create = (more) => client.chat.completions.create({ model: "any", messages, stream: true, ...more });
  await assert.rejects(create({ messages: [] }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.status, error.type, error.param], [400, "invalid_request_error", "messages"]);
    assert.match(error.message, /there is no message of a user/);
    return true;
  });
  await assert.rejects(create({ messages: [{ role: "user", content: "x".repeat(5_000) }] }), OpenAI.BadRequestError);
});
