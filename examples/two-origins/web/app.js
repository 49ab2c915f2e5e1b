// A guest book whose stream is at another origin: the cookie of that origin goes along because the page says so.
import { openGuestBook } from "./sse/guest-book.js";

const SHOWN = 100;

/** @type {<T extends HTMLElement>(selector: string) => T} */
const the = (selector) => /** @type {any} */ (document.querySelector(selector));

const base = /** @type {HTMLMetaElement} */ (the("meta[name=stream-origin]")).content;
const signIn = /** @type {HTMLFormElement} */ (the("#sign-in"));
const write = /** @type {HTMLFormElement} */ (the("#write"));
const name = /** @type {HTMLInputElement} */ (the("#name"));
const text = /** @type {HTMLInputElement} */ (the("#text"));
const state = the("#state");
const entries = the("#entries");

the("#page-origin").textContent = location.origin;

/** @param {string} to @param {string} words */
function set(to, words) {
  state.dataset.state = to;
  state.textContent = words;
}

/**
 * `credentials` is to `fetch` what `withCredentials` is to an EventSource. Says whether it was done.
 *
 * @param {string} path @param {object} body
 */
async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", credentials: /** @type {const} */ ("include"), headers, body: JSON.stringify(body) };
  const answer = await fetch(base + path, request).catch(() => undefined);
  if (answer?.ok) return true;
  set("closed", answer ? await answer.text() : "the other origin cannot be reached");
  return false;
}

/** @param {import("./sse/guest-book.js").GuestBookEntryData} written */
function show(written) {
  const entry = document.createElement("li");
  const writer = document.createElement("b");
  writer.textContent = written.name;
  entry.append(writer, written.text);
  entries.prepend(entry);
  while (entries.children.length > SHOWN) entries.lastElementChild?.remove();
}

function read() {
  const book = openGuestBook({ base, withCredentials: true });
  book.on("entry", show);
  book.onOpen(({ resume }) => set("live", resume === "recovered" ? "back, and nothing missed" : "live"));
  book.onReset(() => entries.replaceChildren());
  book.onConnectionError((_, connection) => {
    if (connection === "closed") set("closed", "refused");
    else set("reconnecting", "reconnecting …");
  });
}

signIn.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await post("/session", { name: name.value }))) return;
  signIn.hidden = true;
  write.hidden = false;
  read();
});

write.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await post("/entries", { text: text.value })) write.reset();
});
