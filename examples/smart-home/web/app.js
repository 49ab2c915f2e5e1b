// @ts-check
/** The home: each device as the server last told it. A click changes nothing here, but asks the server to. */
import { openDevice } from "./sse/device.js";

/** @param {string} id */
const $ = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** The rooms that the page's own address names; all of them if it names none. */
const rooms = new URLSearchParams(location.search).get("rooms");

const home = openDevice({ query: rooms ? { rooms } : {} });

home.onOpen(() => set("live"));
// Of these rooms, every device comes anew.
home.onReset(({ topics }) => Object.keys(topics ?? {}).forEach((room) => document.getElementById(room)?.remove()));
home.onConnectionError((_, state) => set(state));

home.on("lamp", ({ room, name, on }) => {
  const lamp = device(room, name, () => {
    const button = document.createElement("button");
    button.textContent = name;
    button.onclick = () => post(`rooms/${room}/lamps/${name}`, { on: button.ariaPressed !== "true" });
    return button;
  });
  lamp.ariaPressed = String(on);
});

home.on("thermometer", ({ room, celsius }) => {
  const thermometer = device(room, "thermometer", () => document.createElement("output"));
  thermometer.textContent = `${celsius.toFixed(1)} °C`;
  roomOf(room).querySelector("h2")?.append(thermometer);
});

/** @param {string} room */
function roomOf(room) {
  const there = document.getElementById(room);
  if (there) return there;
  const card = document.createElement("section");
  card.className = "card";
  card.id = room;
  const title = document.createElement("h2");
  title.textContent = room.replace("-", " ");
  card.append(title);
  $("rooms").append(card);
  return card;
}

/**
 * The device on the page, made when it is first heard of.
 * @param {string} room @param {string} name @param {() => HTMLElement} make
 */
function device(room, name, make) {
  const id = `${room}/${name}`;
  const there = document.getElementById(id);
  if (there) return there;
  const made = make();
  made.id = id;
  roomOf(room).append(made);
  return made;
}

/** @param {string} state */
function set(state) {
  document.documentElement.dataset.state = state;
  $("state").textContent = state;
}

/** @param {string} path @param {unknown} body */
async function post(path, body) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, request).catch(() => undefined);
  $("error").textContent = answer?.ok ? "" : ((await answer?.text()) ?? "The server does not answer.");
}
