// @ts-check
/** The room: all that is said comes out of the event stream, what this page says too. */
import { openChat } from "./sse/chat.js";

/** How long somebody counts as typing. */
const TYPING_MS = 3_000;

/** @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement} */ ($(id));

/** Who is typing, and the timer after which they are not. @type {Map<string, number>} */
const typing = new Map();

const room = openChat();

room.onOpen(() => set("live"));
// The room does not know any more what this page has heard, and tells anew what it keeps.
room.onReset(() => $("messages").replaceChildren());
room.onConnectionError((_, state) => set(state));

room.on("said", ({ name, text }) => {
  const line = document.createElement("li");
  const who = document.createElement("b");
  who.textContent = name;
  line.append(who, text);
  $("messages").append(line);
  line.scrollIntoView({ block: "end" });
  stopped(name);
});

room.on("typing", (name) => {
  if (name === input("name").value) return;
  clearTimeout(typing.get(name));
  typing.set(name, setTimeout(stopped, TYPING_MS, name));
  showTyping();
});

/** @param {string} name */
function stopped(name) {
  clearTimeout(typing.get(name));
  typing.delete(name);
  showTyping();
}

function showTyping() {
  const names = [...typing.keys()];
  $("typing").textContent = names.length ? `${names.join(", ")} ${names.length === 1 ? "is" : "are"} typing …` : "";
}

/** @param {string} state */
function set(state) {
  document.documentElement.dataset.state = state;
  $("state").textContent = state;
}

/** Says whether it was taken. @param {string} path @param {unknown} body */
async function post(path, body) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, request).catch(() => undefined);
  $("error").textContent = answer?.ok ? "" : ((await answer?.text()) ?? "The server does not answer.");
  return Boolean(answer?.ok);
}

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = input("text").value;
  if (await post("messages", { name: input("name").value, text })) input("text").value = "";
});

let toldAt = -Infinity;

$("text").addEventListener("input", () => {
  const now = performance.now();
  if (now < toldAt + TYPING_MS / 2 || !input("name").value) return;
  toldAt = now;
  post("typing", input("name").value);
});
