// Drives one browser with one page for a test in another language: a command is a JSON line on stdin, its answer a JSON
// line on stdout.
//
//   node drive.mjs --browser chromium|firefox
//
//   {"open": URL}                                               navigates
//   {"reload": true}                                            loads the page anew
//   {"evaluate": EXPRESSION}                                    its value, a promise's when it is settled
//   {"wait": EXPRESSION, "timeoutMs": N}                        its first value that is truthy
//   {"screenshot": FILE, "width", "height", "scheme"}           of what the window shows, "light" or "dark"
//   {"closeTab": N}                                             closes a tab
//   {"close": true}
//
// With "tab": N `open`, `evaluate` and `wait` are about another page, which the first `open` makes.
//
// The first line on stdout is {"ok": VERSION}; every answer is {"ok": VALUE} or {"error": TEXT}. When stdin ends, however
// the other side came to its end, the browser does too.
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { launch } from "./browsers.mjs";

/** A cold browser on a busy machine takes its time. */
const LAUNCH_MS = 90_000;
const CLOSE_MS = 5_000;
const POLL_MS = 20;

const { values } = parseArgs({ options: { browser: { type: "string" } } });
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

const launching = launch(values.browser, { timeout: LAUNCH_MS });
let leaving = false;

async function leave(code) {
  if (leaving) return;
  leaving = true;
  // `launching` may never be settled: the deadline is for that too.
  const browser = await Promise.race([launching.catch(() => undefined), sleep(CLOSE_MS)]);
  if (browser) {
    const closed = browser.close().then(() => true, () => false);
    if ((await Promise.race([closed, sleep(CLOSE_MS)])) !== true) browser.kill();
  }
  process.exit(code);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => leave(1));
process.stdout.on("error", () => leave(1));

/** The pages beside the first. */
const tabs = new Map();

const commands = {
  open: async (browser, { open }) => {
    await browser.goto(open);
  },
  closeTab: async (_, { closeTab }) => {
    await tabs.get(closeTab).close();
    tabs.delete(closeTab);
  },
  reload: async (browser) => {
    await browser.reload();
  },
  evaluate: (browser, { evaluate }) => browser.evaluate(evaluate),
  wait: async (browser, { wait, timeoutMs }) => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const value = await browser.evaluate(wait);
      if (value) return value;
      if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${wait}`);
      await sleep(POLL_MS);
    }
  },
  screenshot: async (browser, { screenshot, ...look }) => {
    await browser.look(look);
    await browser.screenshot(screenshot);
  },
};

async function answer(browser, line) {
  const command = JSON.parse(line);
  const name = Object.keys(commands).find((name) => name in command);
  if (!name) throw new Error(`unknown command ${line}`);
  if (command.tab !== undefined && !tabs.has(command.tab)) tabs.set(command.tab, await browser.tab());
  return (await commands[name](tabs.get(command.tab) ?? browser, command)) ?? null;
}

// Both before the browser is there: a test that gives up while it starts must not leave it behind.
const lines = createInterface({ input: process.stdin });
const queue = [];
let wake = () => {};
lines.on("line", (line) => {
  queue.push(line);
  wake();
});
lines.on("close", () => leave(0));

try {
  const browser = await launching;
  say({ ok: browser.version });
  for (;;) {
    if (queue.length === 0) await new Promise((resolve) => (wake = resolve));
    const line = queue.shift();
    if (line === undefined) continue;
    if (JSON.parse(line).close) {
      await leave(0);
    }
    await answer(browser, line).then((ok) => say({ ok }), (error) => say({ error: String(error?.message ?? error) }));
  }
} catch (error) {
  say({ error: String(error?.stack ?? error) });
  await leave(1);
}
