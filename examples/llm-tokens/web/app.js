// @ts-check
/** The page: asks, shows the tokens as they come, and goes on where it was when its connection or itself was gone. */
import { Record } from "./record.js";
import { openGeneration } from "./sse/generation.js";

const TOLD = 6;
/** How long the page waits before it turns again to a server that has not answered as it should. */
const PATIENCE_MS = 2_000;

/** @template {HTMLElement} [E=HTMLElement] @param {string} id */
const $ = (id) => /** @type {E} */ (document.getElementById(id));

/** What is shown; `null` before anything was asked. @type {Record | null} */
let record = null;
/** @type {ReturnType<typeof openGeneration> | undefined} */
let source;
let state = "idle";
let stateText = "ready";
/** What the newest connection had to catch up on. */
let resumed = "";
/** When the connection broke; 0 while there is one. */
let brokenAt = 0;
/** Whether the next error is the button's. */
let cutByHand = false;
/** The newest first. @type {{ at: string, text: string, kind: string }[]} */
const story = [];

/** Shows the generation that the address names. */
async function show() {
  const id = location.hash.slice(1);
  source?.close();
  [record, resumed, brokenAt] = [id ? Record.load(id) : null, "", 0];
  story.length = 0;
  say("");
  if (!record) return set("idle", "ready");
  if (record.done) return complete();
  set("connecting", "connecting");
  await attach(record);
}

/** Connects behind what the record has. @param {Record} own */
async function attach(own) {
  const status = await ask(own.id);
  if (own !== record) return;
  if (status === "unknown") return unknown();
  if (status) return connect(own, own.lastEventId || status.since);
  set("reconnecting", "server not reached");
  attachLater(own);
}

/** @param {Record} own */
function attachLater(own) {
  setTimeout(() => own === record && attach(own), PATIENCE_MS);
}

/**
 * How far the server is with a generation; `undefined` if it does not say.
 * @param {string} id @returns {Promise<{ events: number, since: string } | "unknown" | undefined>}
 */
async function ask(id) {
  const answer = await fetch(`generations/${encodeURIComponent(id)}`).catch(() => undefined);
  if (answer?.status === 404) return "unknown";
  return answer?.ok ? answer.json().catch(() => undefined) : undefined;
}

/** @param {Record} own @param {string} lastEventId */
function connect(own, lastEventId) {
  source = openGeneration({ id: own.id }, { query: { lastEventId } });

  source.onOpen(async ({ resume }) => {
    const from = own.tokens.length;
    const number = ++own.connections;
    own.save();
    tell(brokenAt ? `back after ${((performance.now() - brokenAt) / 1000).toFixed(1)} s` : from ? "page reloaded" : "connected", "up");
    brokenAt = 0;
    set("live", "live");
    // The one who asked has missed nothing yet, and who starts over has not resumed.
    if ((number === 1 && own.prompt) || resume === "reset") return;
    const status = await ask(own.id);
    if (!status || status === "unknown" || own !== record || own.connections !== number) return;
    own.catchUp(from, status.events);
    resumed = number === 1 ? "caught up on" : "resumed with";
    render();
    tell("", "recovered");
  });

  source.onReset(({ reason }) => {
    own.reset();
    resumed = "";
    tell(`started over: ${reason}`, "reset");
    render();
  });

  source.onConnectionError((_, state) => {
    if (!brokenAt) tell(cutByHand ? "connection cut" : "connection lost", "down");
    brokenAt ||= performance.now();
    cutByHand = false;
    set("reconnecting", "reconnecting");
    // The browser gives up when the answer is no event stream. The server will say why.
    if (state === "closed") attachLater(own);
  });

  source.on("prompt", (prompt, { lastEventId }) => take(own, lastEventId, () => (own.prompt = prompt)));
  source.on("token", (token, { lastEventId }) => take(own, lastEventId, () => own.tokens.push(token)));
  source.on("done", (done, { lastEventId }) => {
    take(own, lastEventId, () => (own.done = done));
    complete();
  });
}

/** Books an event together with its id. @param {Record} own @param {string} lastEventId @param {() => void} change */
function take(own, lastEventId, change) {
  change();
  own.lastEventId = lastEventId;
  own.save();
  if (own === record) render();
}

function complete() {
  const tokens = record?.tokens.length ?? 0;
  tell(`complete: ${count(tokens, "token")}`, "up");
  set("complete", "complete");
}

function unknown() {
  say("The server does not know this generation, or no longer. Ask again.");
  set("unknown", "unknown");
}

/** @param {number} number @param {string} what */
function count(number, what) {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

/** How much came late on the newest connection: it counts up as the tokens come. */
function resumedText() {
  const stretch = record?.late.at(-1);
  if (!record || !stretch || !resumed) return "";
  const late = Math.max(0, Math.min(stretch.to, record.tokens.length) - stretch.from);
  return `${resumed} ${count(late, resumed === "resumed with" ? "missed token" : "token")}`;
}

/** @param {string} problem */
function say(problem) {
  text("error", problem);
}

/** @param {string} next @param {string} text */
function set(next, text) {
  [state, stateText] = [next, text];
  render();
}

/** @param {string} text @param {string} kind */
function tell(text, kind) {
  story.unshift({ at: new Date().toLocaleTimeString("en", { hour12: false }), text, kind });
  story.length = Math.min(story.length, TOLD);
}

let scheduled = false;

/** However many tokens come at once, the page is drawn once. */
function render() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    renderNow();
  });
}

function renderNow() {
  document.documentElement.dataset.state = state;
  text("state", stateText);
  text("question", record?.prompt ?? "");
  text("resumed", resumedText());
  const live = state === "live";
  /** @type {HTMLButtonElement} */ ($("cut")).disabled = !live;
  /** @type {HTMLButtonElement} */ ($("reload")).disabled = !record;
  $("text").setAttribute("aria-busy", String(live));
  $("text").replaceChildren(...(record?.pieces() ?? []).map(({ text, late }) => make(late ? "mark" : "span", text)));
  text("tokens", String(record?.tokens.length ?? 0));
  text("recovered", String(record?.recovered() ?? 0));
  text("connections", String(record?.connections ?? 0));
  // Only the end says how many there should be.
  const missing = record?.done ? record.done.tokens - record.tokens.length : undefined;
  text("missing", missing === undefined ? "–" : String(missing));
  $("missing").classList.toggle("bad", Boolean(missing));
  // The newest line of what was resumed counts up with it.
  const counting = story.find(({ kind }) => kind === "recovered");
  if (counting) counting.text = resumedText() || counting.text;
  $("story").replaceChildren(...story.map(({ at, text, kind }) => {
    const item = make("li", text, kind);
    item.prepend(make("time", at));
    return item;
  }));
}

/** @param {string} id @param {string} value */
function text(id, value) {
  const node = $(id);
  // Screen readers speak what is set, even if it is the same.
  if (node.textContent !== value) node.textContent = value;
}

/** @param {string} tag @param {string} text */
function make(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

$("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const prompt = /** @type {HTMLTextAreaElement} */ ($("prompt")).value;
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ prompt }) };
  const answer = await fetch("generations", request).catch(() => undefined);
  const said = await answer?.json().catch(() => undefined);
  if (!answer?.ok) return say(said?.error?.message ?? "The server does not answer.");
  const asked = new Record(said.id);
  asked.prompt = prompt;
  asked.save();
  // Which shows it.
  location.hash = said.id;
});

$("prompt").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  /** @type {HTMLFormElement} */ ($("ask")).requestSubmit();
});

$("cut").addEventListener("click", async () => {
  if (!record) return;
  cutByHand = true;
  const answer = await fetch(`generations/${encodeURIComponent(record.id)}/cut`, { method: "POST" }).catch(() => undefined);
  if (!answer?.ok) cutByHand = false;
});

$("reload").addEventListener("click", () => location.reload());

text("base", `${location.origin}/v1`);
text("curl", `curl -N ${location.origin}/v1/chat/completions \\
  -H 'content-type: application/json' \\
  -d '{"model": "night-mail-1", "stream": true,
       "messages": [{"role": "user", "content": "Hello"}]}'`);

addEventListener("hashchange", show);
show();
