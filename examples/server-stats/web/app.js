// @ts-check
/** The page: what the typed client hands over becomes numbers, a chart and a list. */
import { Chart, clock } from "./chart.js";
import { Ledger } from "./ledger.js";
import { openServerEvent } from "./sse/server-event.js";

/** @typedef {import("./sse/server-event.js").ServerEventEvents} Events */
/** @typedef {{ name: string, seq: number, id: string }} Received */

const LOGGED = 12;
const TOLD = 6;
const REMEMBERED = 10_000;
const GIB = 2 ** 30;
/** How long "resumed" is said before it is "live" again. */
const RESUMED_MS = 8_000;

/** @template {HTMLElement} [E=HTMLElement] @param {string} id */
const $ = (id) => /** @type {E} */ (document.getElementById(id));

/** Every event in the order of arrival, for whoever looks at the page from its console or from a test. */
const received = /** @type {Received[]} */ ([]);
Object.assign(window, { __received: received });

/** What the page calls itself, so that it can have its own connection cut and nobody else's. */
const client = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
/** @param {string} name */
const meta = (name) => document.querySelector(`meta[name=${name}]`)?.getAttribute("content") ?? "";

const chart = new Chart(/** @type {SVGSVGElement} */ (/** @type {unknown} */ ($("chart"))), Date.now() - Number(meta("now")));
const ledger = new Ledger();
/** The newest of each kind. @type {Partial<Events>} */
const latest = {};
/** The newest first. @type {(Received & { at: number, recovered: boolean })[]} */
const log = [];
/** What happened to the connection, the newest first. @type {{ at: number, text: string, kind: string }[]} */
const story = [];
let state = "connecting";
let stateText = "connecting";
/** Events from before this time, on the server's clock, were missed and come late. */
let recoveringUntil = 0;
/** Whether those were missed, or only lie before the page was opened. */
let wasAway = false;
/** How many of them came on this connection. */
let recoveredNow = 0;
/** Whether the next error is the button's. */
let cutByHand = false;
/** For each series: whether its next point begins a new line. */
const first = { cpu: true, memory: true };
/** The timer after which a connection that came back is only live. */
let calm = 0;
/** The time between the last two samples. */
let sampleSeconds = 1;

connect();

function connect() {
  const source = openServerEvent({ query: { client }, lastEventId: meta("since") });

  source.onOpen(({ resume }) => {
    const outage = chart.outages.at(-1);
    recoveringUntil = resume === "recovered" ? chart.now() : 0;
    recoveredNow = 0;
    wasAway = Boolean(outage && !outage.to);
    chart.openedAt ||= chart.now();
    clearTimeout(calm);
    if (!outage || outage.to) {
      tell("connected", "up");
      set("live", "live");
    } else {
      outage.to = chart.now();
      outage.end = resume === "recovered" ? "recovered" : "reset";
      tell(`back after ${((outage.to - outage.from) / 1000).toFixed(1)} s`, "up");
      if (resume === "recovered") {
        resumed();
        calm = setTimeout(() => set("live", "live"), RESUMED_MS);
      }
    }
  });

  source.onReset(({ reason }) => {
    const text = reason === "unknown-epoch" ? "server restarted" : `started over: ${reason}`;
    ledger.reset();
    first.cpu = first.memory = true;
    const now = chart.now();
    const outage = chart.outages.at(-1);
    if (outage && wasAway) outage.label = text;
    else chart.outages.push({ from: now, to: now, why: "reset", end: "reset", label: text });
    tell(text, "reset");
    set("reset", text);
    calm = setTimeout(() => set("live", "live"), RESUMED_MS);
  });

  source.onConnectionError((_, state) => {
    const outage = chart.outages.at(-1);
    if (!outage || outage.to) {
      const why = cutByHand ? "cut" : "lost";
      if (chart.openedAt) {
        chart.outages.push({ from: chart.now(), to: 0, why, end: "", label: why });
        tell(cutByHand ? "connection cut" : "connection lost", "down");
      }
    }
    cutByHand = false;
    clearTimeout(calm);
    const next = chart.openedAt ? "reconnecting" : "connecting";
    set(next, state === "closed" ? "closed by the server" : next);
  });

  source.on("cpu", (cpu, { lastEventId: id }) => {
    const recovered = take("cpu", cpu, id);
    draw("cpu", { at: cpu.at_ms, percent: cpu.total, raw: cpu.total, recovered, first: false });
  });
  source.on("memory", (memory, { lastEventId: id }) => {
    const recovered = take("memory", memory, id);
    draw("memory", { at: memory.at_ms, percent: (100 * memory.used) / memory.total, raw: memory.used, recovered, first: false });
  });
  source.on("load", (load, { lastEventId: id }) => void take("load", load, id));
  source.on("connections", (connections, { lastEventId: id }) => void take("connections", connections, id));
}

/**
 * Books an event, and says whether it was missed before.
 * @template {keyof Events} K @param {K} name @param {Events[K]} data @param {string} id
 */
function take(name, data, id) {
  chart.see(data.at_ms);
  const early = data.at_ms < recoveringUntil;
  const recovered = early && wasAway;
  if (recovered) {
    recoveredNow += 1;
    resumed();
  }
  ledger.take(data.seq, recovered);
  received.push({ name, seq: data.seq, id });
  if (received.length > REMEMBERED) received.shift();
  log.unshift({ name, seq: data.seq, id, at: data.at_ms, recovered });
  log.length = Math.min(log.length, LOGGED);
  const before = latest[name];
  if (before && data.at_ms > before.at_ms) sampleSeconds = (data.at_ms - before.at_ms) / 1000;
  latest[name] = data;
  render();
  return recovered;
}

/** @param {"cpu" | "memory"} series @param {import("./chart.js").Point} point */
function draw(series, point) {
  chart.add(series, { ...point, first: first[series] });
  first[series] = false;
}

function resumed() {
  const text = `${recoveredNow} ${recoveredNow === 1 ? "event" : "events"} recovered`;
  const outage = chart.outages.at(-1);
  if (outage) outage.label = `${outage.why} · ${text}`;
  if (recoveredNow) {
    // The first one makes the line, the others count up in it.
    if (recoveredNow === 1) tell(text, "recovered");
    else if (story[0]?.kind === "recovered") story[0].text = text;
  }
  set("resumed", `resumed: ${text}`);
}

/** @param {string} next @param {string} text */
function set(next, text) {
  [state, stateText] = [next, text];
  render();
}

/** @param {string} text @param {string} kind */
function tell(text, kind) {
  story.unshift({ at: chart.now(), text, kind });
  story.length = Math.min(story.length, TOLD);
}

let scheduled = false;

/** However many events come at once, the page is drawn once. */
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
  /** @type {HTMLButtonElement} */ ($("cut")).disabled = state === "reconnecting" || state === "connecting";
  renderTiles();
  for (const key of /** @type {const} */ (["received", "recovered", "missed", "doubled"])) {
    text(key, ledger[key].toLocaleString("en"));
    $(key).classList.toggle("bad", (key === "missed" || key === "doubled") && ledger[key] > 0);
  }
  $("story").replaceChildren(...story.map(({ at, text, kind }) => {
    const item = make("li", text, kind);
    item.prepend(make("time", clock(at)));
    return item;
  }));
  $("log").replaceChildren(...log.map((event) => {
    const row = make("tr", "", event.recovered ? "recovered" : "");
    const name = make("td", "");
    name.append(make("span", event.name, `name ${event.name}`));
    row.append(name, make("td", String(event.seq)), make("td", event.id, "id"), make("td", clock(event.at)));
    return row;
  }));
  chart.draw();
}

function renderTiles() {
  const { cpu, memory, load, connections } = latest;
  if (cpu) {
    text("cpu", cpu.total.toFixed(1));
    text("cpu-note", `${cpu.cores.length} ${cpu.cores.length === 1 ? "core" : "cores"}`);
    renderCores(cpu.cores);
  }
  if (memory) {
    text("memory", (memory.used / GIB).toFixed(2));
    bar("memory-bar", (100 * memory.used) / memory.total);
    const parts = [`of ${(memory.total / GIB).toFixed(1)} GiB`];
    if (memory.swap_total) parts.push(`swap ${(memory.swap_used / GIB).toFixed(1)}`);
    text("memory-note", unbroken(...parts));
  }
  if (load) {
    text("load", load.one.toFixed(2));
    bar("load-bar", (100 * load.one) / (cpu?.cores.length ?? 1));
    text("load-note", unbroken(`5 min ${load.five.toFixed(2)}`, `15 min ${load.fifteen.toFixed(2)}`));
  }
  if (connections) {
    text("open", String(connections.open));
    text("open-unit", connections.open === 1 ? "stream open" : "streams open");
    const [received, sent] = [connections.received_bytes, connections.sent_bytes].map((count) => bytes(count / sampleSeconds));
    text("network-note", unbroken(`in ${received}/s`, `out ${sent}/s`));
  }
}

/** @param {readonly number[]} cores */
function renderCores(cores) {
  const list = $("cores");
  while (list.children.length > cores.length) list.lastElementChild?.remove();
  cores.forEach((percent, index) => {
    let item = list.children[index];
    if (!item) {
      item = make("li", "");
      item.append(document.createElement("i"), document.createElement("span"));
      list.append(item);
    }
    const [bar, label] = item.children;
    const said = `core ${index}: ${Math.round(percent)} %`;
    /** @type {HTMLElement} */ (bar).style.blockSize = `${percent}%`;
    if (label) label.textContent = said;
    item.setAttribute("title", said);
  });
}

/** @param {string} id @param {string} value */
function text(id, value) {
  const node = $(id);
  // Screen readers speak what is set, even if it is the same.
  if (node.textContent !== value) node.textContent = value;
}

/** @param {string} id @param {number} percent */
function bar(id, percent) {
  $(id).style.inlineSize = `${Math.min(100, percent)}%`;
}

/** @param {string} tag @param {string} text */
function make(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Parts that a narrow tile may put on two lines, but not break. @param {string[]} parts */
function unbroken(...parts) {
  return parts.map((part) => part.replaceAll(" ", "\u00a0")).join(" · ");
}

/** @param {number} count */
function bytes(count) {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(count || 1) / 3)));
  return `${(count / 1000 ** power).toFixed(power ? 1 : 0)} ${units[power]}`;
}

$("cut").addEventListener("click", async () => {
  cutByHand = true;
  const answer = await fetch(`cut?client=${client}`, { method: "POST" }).catch(() => undefined);
  if (!answer?.ok) cutByHand = false;
});

chart.onPoint = (/** @type {number} */ at) => {
  const [cpu, memory] = at ? [chart.at("cpu", at), chart.at("memory", at)] : [];
  text("at-cpu", cpu ? `${cpu.percent.toFixed(1)} %` : "");
  text("at-memory", memory ? `${memory.percent.toFixed(1)} %` : "");
  text("at-time", cpu ? clock(cpu.at) : "");
};

// The chart moves also when no event comes: that is how one sees that none comes.
setInterval(() => {
  if (!document.hidden) chart.move();
}, matchMedia("(prefers-reduced-motion: reduce)").matches ? 1_000 : 80);
