// @ts-check
/** The inbox of whoever is signed in. The cookie says who that is: nothing in here could say another. */
import { openInbox } from "./sse/inbox.js";

/** How long to wait before turning again to a server that the browser has given up. */
const PATIENCE_MS = 2_000;

/** @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const value = (id) => /** @type {HTMLInputElement | HTMLSelectElement} */ ($(id)).value;

/** Shows the inbox, or asks who is there. @param {string} lastEventId */
async function start(lastEventId) {
  const answer = await fetch("me").catch(() => undefined);
  if (answer?.status === 401) return set("signed-out");
  // An `EventSource` does not say which status it got: this is how the page knows that it is not 401.
  if (!answer?.ok) return setTimeout(start, PATIENCE_MS, lastEventId);
  $("me").textContent = await answer.json();
  if (!lastEventId) $("notes").replaceChildren();

  const inbox = openInbox({ query: lastEventId ? { lastEventId } : {} });
  inbox.onOpen(() => set("live"));
  inbox.onReset(() => {
    // Who starts over may be another by now: another window has signed in as somebody else.
    inbox.close();
    start("");
  });
  inbox.onConnectionError((_, state) => {
    set("reconnecting");
    // A browser comes back by itself, unless it was refused.
    if (state === "closed") start(inbox.lastEventId || lastEventId);
  });

  inbox.on("note", ({ from, text }) => {
    const line = document.createElement("li");
    const who = document.createElement("b");
    who.textContent = from;
    line.append(who, text);
    $("notes").append(line);
  });
}

/** @param {string} state */
function set(state) {
  document.documentElement.dataset.state = state;
  $("state").textContent = state;
}

/** Says whether it was taken. @param {string} path @param {unknown} [body] */
async function post(path, body) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, request).catch(() => undefined);
  $("error").textContent = answer?.ok ? "" : ((await answer?.text()) ?? "The server does not answer.");
  return Boolean(answer?.ok);
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await post("login", value("user"))) start("");
});

// The server ends the connection, and the browser is refused when it comes back.
$("logout").addEventListener("click", () => post("logout"));

$("send").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await post("notes", { to: value("to"), text: value("text") })) /** @type {HTMLInputElement} */ ($("text")).value = "";
});

start("");
