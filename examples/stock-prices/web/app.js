// @ts-check
/** The prices: the newest of each share, and whether all came that were promised. */
import { openPrice } from "./sse/price.js";

/** How much of a book is shown. */
const LEVELS = 5;

/** @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The page's own address says which prices. */
const size = new URLSearchParams(location.search).get("size");
const counts = { events: 0, skipped: 0, lagged: 0, missing: 0 };
let characters = 0;
/** The newest of each share. @type {Map<string, { number: number, cents: number, way: string }>} */
const shares = new Map();
/** The shares that may go on anywhere, because the server said so. @type {Set<string>} */
const leaping = new Set();
/** @type {import("./sse/price.js").PriceBookData | undefined} */
let book;

const prices = openPrice({ query: size ? { size } : {} });

prices.onOpen(() => set("live"));
prices.onReset(({ reason }) => {
  if (reason === "lagged") counts.lagged += 1;
  // Another market counts anew.
  if (reason === "unknown-epoch") shares.clear();
  for (const symbol of shares.keys()) leaping.add(symbol);
});
prices.onConnectionError((_, state) => set(state));

prices.on("trade", ({ symbol, number, cents }, { data }) => take(symbol, number, cents, data.length));
prices.on("book", (newest, { data }) => {
  book = newest;
  take(book.symbol, book.number, book.bids[0]?.[0] ?? 0, data.length);
});

/** @param {string} symbol @param {number} number @param {number} cents @param {number} length */
function take(symbol, number, cents, length) {
  const before = shares.get(symbol);
  const gap = before ? Math.max(0, number - before.number - 1) : 0;
  counts[leaping.delete(symbol) ? "skipped" : "missing"] += gap;
  counts.events += 1;
  characters += length;
  const way = !before || cents === before.cents ? (before?.way ?? "") : cents > before.cents ? "up" : "down";
  shares.set(symbol, { number, cents, way });
  render();
}

let scheduled = false;

/** However many events come at once, the page is drawn once. */
function render() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    $("shares").replaceChildren(...[...shares].sort().map(([symbol, { number, cents, way }]) => {
      const row = document.createElement("tr");
      for (const text of [symbol, (cents / 100).toFixed(2), String(number)]) row.insertCell().textContent = text;
      /** @type {HTMLElement} */ (row.children[1]).className = way;
      return row;
    }));
    for (const [id, count] of Object.entries(counts)) $(id).textContent = String(count);
    if (book) $("book").textContent = levels(book);
  });
}

/** The best of both sides. @param {import("./sse/price.js").PriceBookData} book */
function levels({ bids, asks }) {
  const rows = bids.slice(0, LEVELS).map((bid, level) => [...bid, ...(asks[level] ?? [])]);
  const line = (/** @type {(string | number)[]} */ row) => row.map((cell) => String(cell).padStart(8)).join("");
  return [["bid", "shares", "ask", "shares"], ...rows].map(line).join("\n");
}

/** @param {string} state */
function set(state) {
  document.documentElement.dataset.state = state;
  $("state").textContent = state;
}

setInterval(() => {
  $("rate").textContent = (characters / 1_000).toFixed(1);
  characters = 0;
}, 1_000);
