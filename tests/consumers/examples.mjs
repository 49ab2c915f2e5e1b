// The servers of the examples, each a process of its own that is brought to send whatever it can; and what
// `cargo xtask VERB EXAMPLE` prints of them.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What `start` makes of a server: where its streams are, and what a request to them needs. */
const EXAMPLES = {
  // Nobody who comes later is told who is typing, so that somebody always is.
  chat: async (url, { often }) => {
    await post(url + "/messages", { name: "Ada", text: "two\nlines" });
    often(() => post(url + "/typing", "Grace"));
    return { targets: ["/events"] };
  },
  "llm-tokens": async (url) => {
    const { id } = await (await post(url + "/generations", { prompt: "Why?" })).json();
    // Who comes without an id gets what is to come, and nothing comes when it is complete.
    const { since } = await (await fetch(`${url}/generations/${id}`)).json();
    return { targets: [`/generations/${id}/events`], params: { id }, since };
  },
  "per-user": async (url) => {
    const cookie = await signIn(url + "/login", "ada");
    await post(url + "/notes", { to: "ada", text: "to myself" }, cookie);
    return { targets: ["/events"], cookie };
  },
  "server-stats": async () => ({ targets: ["/events"] }),
  "smart-home": async () => ({ targets: ["/events", "/events?rooms=kitchen"] }),
  "stock-prices": async () => ({ targets: ["/prices", "/prices?size=25k"] }),
  "two-origins": async (url) => {
    const cookie = await signIn(url + "/session", { name: "Ada" });
    await post(url + "/entries", { text: "I was here." }, cookie);
    return { targets: ["/events"], cookie };
  },
};

export const names = Object.keys(EXAMPLES);

async function post(url, body, cookie) {
  const headers = { "content-type": "application/json", ...(cookie && { cookie }) };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return response;
}

const signIn = async (url, body) => (await post(url, body)).headers.get("set-cookie").split(";")[0];

let executables;

/** The programs, by their names. They are built if they are not there. */
function programs() {
  const packages = ["xtask", ...names.map((name) => "example-" + name)].flatMap((name) => ["--package", name]);
  const args = ["build", "--quiet", "--bins", "--message-format", "json-render-diagnostics", ...packages];
  const stdio = ["ignore", "pipe", "inherit"];
  const { status, stdout } = spawnSync(process.env.CARGO ?? "cargo", args, { cwd: root, stdio, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error("the examples do not build");
  const artifacts = stdout.trim().split("\n").map((line) => JSON.parse(line));
  return Object.fromEntries(artifacts.filter(({ executable }) => executable).map(({ target, executable }) => [target.name, executable]));
}

/** Where the program is that `cargo xtask` runs. */
export const xtaskPath = () => (executables ??= programs()).xtask;

/** What `cargo xtask` prints with these arguments. */
export function xtask(...args) {
  return execFileSync(xtaskPath(), args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
}

/** Starts them all. `examples` has each with its `url` and `targets`, and what requests need. */
export async function start() {
  executables ??= programs();
  const children = [];
  const timers = [];
  const often = (work) => timers.push(setInterval(() => work().catch(() => {}), 50));
  const begin = async (name) => {
    const env = { ...process.env, TOKEN_MS: "1" };
    const child = spawn(executables["example-" + name], ["0"], { env, stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const line = await new Promise((resolve, reject) => {
      createInterface(child.stdout).once("line", resolve);
      child.once("exit", (code) => reject(new Error(`${name} has ended with ${code}`)));
    });
    // That of its stream, where the page has another one.
    const url = line.match(/http:\/\/[\d.:]+/g).at(-1);
    return [name, { url, ...(await EXAMPLES[name](url, { often })) }];
  };
  const stop = () => {
    timers.forEach(clearInterval);
    children.forEach((child) => child.kill());
  };
  process.on("exit", stop);
  try {
    return { examples: Object.fromEntries(await Promise.all(names.map(begin))), stop };
  } catch (error) {
    stop();
    throw error;
  }
}
