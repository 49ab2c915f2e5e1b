// One connection for all tabs, each of them a realm of its own here: locks, channels and connections are made by the test, which
// decides what arrives when. Browsers do it in the system tests.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shared } from "../../sse-core/src/codegen/runtime/runtime-shared.js";
import { TypedEventSource } from "../../sse-core/src/codegen/runtime/runtime.js";
import { codec } from "./server.mjs";

/** A stream that keeps everything, and the tabs of one browser. */
class World {
  log = [];
  sources = new Set();
  channels = [];
  queue = []; // messages on their way: [channel, data]
  waiting = []; // for the lock
  now = 1;

  publish() {
    this.log.push(`E-${this.log.length + 1}`);
    for (const source of this.sources) source.feed();
  }

  /** Lets one message arrive: the oldest for some tab, as `pick` chooses among the tabs. */
  deliver(pick) {
    const channels = [...new Set(this.queue.map(([channel]) => channel))];
    if (!channels.length) return false;
    const chosen = channels[pick(channels.length)];
    const at = this.queue.findIndex(([channel]) => channel === chosen);
    const [[channel, data]] = this.queue.splice(at, 1);
    if (!channel.closed) channel.onmessage?.({ data });
    return true;
  }

  settle() {
    while (this.deliver(() => 0));
  }

  /** Runs with what this tab has: for each tab the same names are other things. */
  open(options = {}, url = "http://x/feed") {
    const world = this;
    const tab = { seqs: [], opened: [], resets: [], errors: [], gone: false };
    class Channel {
      constructor() { world.channels.push(this); tab.channel = this; }
      postMessage(data) {
        for (const other of world.channels) if (other !== this && !other.closed) world.queue.push([other, structuredClone(data)]);
      }
      close() { this.closed = true; }
    }
    class Source extends EventTarget {
      readyState = 1;
      at = 0;
      constructor(url) {
        super();
        const id = new URL(url, "http://x").searchParams.get("lastEventId");
        this.at = id === null ? world.log.length : world.log.indexOf(id) + 1;
        tab.source = this;
        tab.asked = id;
        world.sources.add(this);
        queueMicrotask(() => {
          this.tell("stream-open", JSON.stringify({ resume: id === null ? "fresh" : "recovered", keepAlive: "comment" }), id ?? world.log.at(-1) ?? "E-0");
          this.open = true;
          this.feed();
        });
      }
      tell(name, data, lastEventId) { if (world.sources.has(this)) this.dispatchEvent(new MessageEvent(name, { data, lastEventId })); }
      feed() {
        while (this.open && world.sources.has(this) && this.at < world.log.length) {
          const id = world.log[this.at++];
          this.tell("tick", id.slice(2), id);
        }
      }
      close() { this.readyState = 2; world.sources.delete(this); }
    }
    const locks = {
      query: async () => ({ pending: world.waiting.map(({ name }) => ({ name })) }),
      request(name, { signal }, then) {
        const entry = { name, then, signal };
        tab.entry = entry;
        return new Promise((resolve) => {
          entry.resolve = resolve;
          world.waiting.push(entry);
          world.grant();
        });
      },
    };
    const before = { navigator: Object.getOwnPropertyDescriptor(globalThis, "navigator"), BroadcastChannel: globalThis.BroadcastChannel };
    Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
    globalThis.BroadcastChannel = Channel;
    try {
      tab.typed = new TypedEventSource(codec, url, { connect: shared, EventSource: Source, ...options });
    } finally {
      if (before.navigator) Object.defineProperty(globalThis, "navigator", before.navigator);
      else delete globalThis.navigator;
      globalThis.BroadcastChannel = before.BroadcastChannel;
    }
    tab.typed.on("tick", (seq) => tab.seqs.push(seq));
    tab.typed.onOpen(({ resume }) => tab.opened.push(resume));
    tab.typed.onReset(({ reason }) => { tab.resets.push(reason); tab.seqs.length = 0; });
    tab.typed.onConnectionError((error, state) => tab.errors.push([error.status, state]));
    return tab;
  }

  holder;
  grant() {
    while (!this.holder && this.waiting.length) {
      const entry = this.waiting.shift();
      if (entry.signal?.aborted) continue;
      this.holder = entry;
      entry.then().then(() => {
        if (this.holder === entry) this.release();
        entry.resolve();
      });
    }
  }
  release() {
    if (this.quick) this.settle();
    this.holder = undefined;
    this.grant();
  }

  /** The tab is closed: what it has posted is on its way, and nothing more comes of it. */
  kill(tab) {
    tab.gone = true;
    tab.channel.closed = true;
    if (tab.source) this.sources.delete(tab.source);
    this.waiting = this.waiting.filter((entry) => entry !== tab.entry);
    if (this.holder === tab.entry) this.release();
  }
}

const turn = () => new Promise(setImmediate);

test("one connection, whoever comes and goes", async (t) => {
  const world = new World();
  const tabs = [world.open(), world.open(), world.open()];
  await turn(); world.settle();
  for (let n = 0; n < 3; n++) world.publish();
  world.settle();
  for (const tab of tabs) assert.deepEqual([tab.seqs, tab.opened], [[1, 2, 3], ["fresh"]]);
  assert.equal(world.sources.size, 1);
  assert.deepEqual(tabs.map((tab) => tab.typed.readyState), [1, 1, 1]);

  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  tabs[0].typed.close();
  await turn(); world.settle();
  world.publish(); world.settle();
  assert.deepEqual(tabs.map((tab) => tab.seqs.length), [3, 4, 4]);
  assert.equal(tabs[1].asked, "E-3");
  assert.deepEqual(tabs.map((tab) => tab.typed.readyState), [2, 1, 1]);
  assert.equal(world.sources.size, 1);

  const late = world.open();
  const knowing = world.open({ lastEventId: "E-2" });
  const forgotten = world.open({ lastEventId: "E-x" });
  await turn(); world.settle();
  world.publish(); world.settle();
  // The leader waits a little whether its connection brings what it does not know.
  assert.deepEqual([forgotten.seqs, forgotten.opened, forgotten.resets], [[], [], []]);
  t.mock.timers.tick(5000); world.settle();
  world.publish(); world.settle();
  assert.deepEqual([late.seqs, late.opened], [[5, 6], ["fresh"]]);
  assert.deepEqual([knowing.seqs, knowing.opened, knowing.resets], [[3, 4, 5, 6], ["recovered"], []]);
  assert.deepEqual([forgotten.seqs, forgotten.opened, forgotten.resets], [[6], ["reset"], ["evicted"]]);
});

test("what goes wrong is told to all, and an end ends all", async () => {
  const world = new World();
  const tabs = [world.open(), world.open()];
  await turn(); world.settle();
  const { source } = tabs[0];
  source.readyState = 0;
  source.dispatchEvent(new Event("error"));
  world.settle();
  for (const tab of tabs) assert.deepEqual([tab.errors, tab.typed.readyState], [[[undefined, "reconnecting"]], 0]);
  source.readyState = 1;
  source.tell("stream-reset", '{"reason":"lagged"}', "E-0");
  world.settle();
  for (const tab of tabs) assert.deepEqual([tab.resets, tab.typed.readyState], [["lagged"], 1]);
  let ends = 0;
  for (const tab of tabs) tab.typed.onEnd(() => ends++);
  source.tell("stream-end", "{}", "=end");
  world.settle();
  await turn();
  assert.equal(ends, 2);
  assert.equal(world.sources.size, 0);
});

test("a refusal closes all tabs", async () => {
  const world = new World();
  world.quick = true; // messages are, as a rule: who is late is refused by itself
  const options = { retryMs: 1, maxBackoffMs: 2, fetch: async () => new Response(null, { status: 403 }) };
  const tabs = [world.open(options), world.open(options)];
  await turn(); world.settle();
  tabs[0].source.close();
  tabs[0].source.dispatchEvent(new Event("error"));
  while (tabs[0].typed.readyState !== 2) await turn();
  world.settle();
  for (const tab of tabs) assert.deepEqual([tab.errors, tab.typed.readyState], [[[undefined, "reconnecting"], [403, "closed"]], 2]);
});

test("no event is lost or doubled without a word, whatever arrives late and whoever is closed", async (t) => {
  let handovers = 0, resumed = 0, resets = 0;
  for (let seed = 1; seed <= 1500; seed++) {
    let state = seed * 7919;
    const pick = (below) => (state = (state * 48271) % 2147483647) % below;
    const world = new World();
    const tabs = [];
    for (let step = 0; step < 60; step++) {
      const alive = tabs.filter((tab) => !tab.gone);
      const choice = pick(20);
      if (alive.length < 2 || (choice === 0 && alive.length < 6)) tabs.push(world.open());
      else if (choice === 1 && alive.length > 2) {
        const gone = alive[pick(alive.length)];
        handovers += world.holder === gone.entry;
        if (pick(3)) world.kill(gone);
        else { gone.typed.close(); gone.gone = true; }
      } else if (choice < 8) world.publish();
      else world.deliver(pick);
      if (pick(2)) await Promise.resolve();
      if (pick(4) === 0) await turn();
    }
    await turn(); world.settle(); await turn(); world.settle();
    world.publish(); world.settle();
    // Whoever asked a leader that is behind is answered a little later: counted in turns, as the machine may be slow.
    const behind = () => tabs.some((tab) => !tab.gone && tab.seqs.at(-1) !== world.log.length);
    for (let turns = 0; behind() && turns < 1000; turns++, world.settle()) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const [n, tab] of tabs.entries()) {
      const { seqs } = tab;
      const dense = Array.from(seqs, (_, i) => seqs[0] + i);
      const context = `seed ${seed}, tab ${n}`;
      resets += tab.resets.length;
      assert.deepEqual(seqs, dense, context);
      if (!tab.gone) assert.equal(seqs.at(-1), world.log.length, context);
      resumed += tab.asked != null;
    }
    assert.equal(world.sources.size, 1, `seed ${seed}`);
  }
  t.diagnostic(`${handovers} leaders went, ${resumed} connections were resumed, ${resets} resets announced`);
  assert.ok(handovers > 500 && resumed > 500);
  // A tab may become the leader before anybody has told it anything: then the others are told to start over.
  assert.ok(resets < handovers / 50);
});

test("a message that never arrives is asked for, and one that nobody can name is a reset", async () => {
  const world = new World();
  const tabs = [world.open(), world.open()];
  await turn(); world.settle();
  world.publish(); world.settle();
  world.publish();
  world.queue.length = 0;
  world.publish(); world.settle();
  assert.deepEqual([tabs[1].seqs, tabs[1].resets], [[1, 2, 3], []]);

  const nameless = new World();
  const [first, second] = [nameless.open(), nameless.open()];
  const tick = (n) => first.source.tell("tick", String(n), "");
  await turn(); nameless.settle();
  nameless.log.length = 0;
  tick(1); nameless.settle();
  first.source.tell("stream-position", "{}", "");
  tick(2);
  nameless.queue.length = 0;
  tick(3); nameless.settle();
  tick(4); nameless.settle();
  assert.deepEqual([first.seqs, second.resets, second.seqs], [[1, 2, 3, 4], ["evicted"], [4]]);
});

test("what a server calls stream-open may be anything, also for a tab that comes later", async () => {
  const world = new World();
  const leader = world.open({ lastEventId: "E-0" });
  await turn(); world.settle();
  leader.source.tell("stream-open", "hello", "E-0");
  world.publish(); world.publish(); world.settle();
  const late = world.open({ lastEventId: "E-1" });
  await turn(); world.settle();
  world.publish(); world.settle();
  assert.deepEqual([late.opened, late.seqs, late.resets], [["recovered"], [2, 3], []]);
});

test("an empty lastEventId is none", async () => {
  const world = new World();
  world.open();
  await turn(); world.settle();
  world.publish(); world.settle();
  const late = [world.open({ lastEventId: "" }), world.open({}, "http://x/feed?lastEventId="), world.open({ lastEventId: "" }, "http://x/feed?lastEventId=E-0")];
  await turn(); world.settle();
  world.publish(); world.settle();
  for (const tab of late) assert.deepEqual([tab.opened, tab.resets, tab.seqs], [["fresh"], [], [2]]);
});

test("who is told what it missed while the leader reconnects is connecting too", async () => {
  const world = new World();
  const leader = world.open();
  await turn(); world.settle();
  world.publish(); world.publish(); world.settle();
  leader.source.readyState = 0;
  leader.source.dispatchEvent(new Event("error"));
  const late = world.open({ lastEventId: "E-1" });
  await turn(); world.settle();
  assert.deepEqual([late.seqs, leader.typed.readyState, late.typed.readyState], [[2], 0, 0]);
  leader.source.readyState = 1;
  world.publish(); world.settle();
  assert.deepEqual([late.seqs, leader.typed.readyState, late.typed.readyState], [[2, 3], 1, 1]);
});

test("whoever closes while it is told what it missed is told no more", async () => {
  const world = new World();
  world.open();
  await turn(); world.settle();
  for (let i = 0; i < 4; i++) world.publish();
  world.settle();
  const late = world.open({ lastEventId: "E-1" });
  late.typed.on("tick", () => late.typed.close());
  await turn(); world.settle();
  await turn();
  assert.deepEqual([late.seqs, late.typed.readyState, late.source], [[2], 2, undefined]);
});

test("what is sent again after a reset is no repetition", async () => {
  const world = new World();
  const [leader, next, ahead] = [world.open(), world.open(), world.open()];
  await turn(); world.settle();
  for (let i = 0; i < 3; i++) world.publish();
  world.settle();
  world.publish(); world.publish();
  world.queue = world.queue.filter(([channel]) => channel !== next.channel);
  world.settle();
  assert.deepEqual([next.seqs, ahead.seqs], [[1, 2, 3], [1, 2, 3, 4, 5]]);
  world.kill(leader);
  next.source.feed = () => {};
  await turn(); world.settle();
  assert.equal(next.asked, "E-3");
  next.source.tell("stream-reset", '{"reason":"evicted"}', "E-3");
  for (const n of [3, 4, 5]) next.source.tell("tick", String(n), `E-${n}`);
  world.settle();
  assert.deepEqual([next.seqs, ahead.seqs, ahead.resets], [[3, 4, 5], [3, 4, 5], ["evicted"]]);
});

test("without a constructor it throws at once, and asks for no lock", (t) => {
  const world = new World();
  const { EventSource } = globalThis;
  delete globalThis.EventSource;
  t.after(() => { if (EventSource) globalThis.EventSource = EventSource; });
  assert.throws(() => world.open({ EventSource: undefined }), TypeError);
  assert.deepEqual([world.holder, world.waiting, world.channels], [undefined, [], []]);
});

test("whoever cannot connect is closed, and the next one leads", async () => {
  const world = new World();
  class Failing { constructor() { throw new Error("no sockets"); } }
  const failing = world.open({ EventSource: Failing });
  const causes = [];
  failing.typed.onConnectionError((error, state) => causes.push(error.cause.message, state));
  const next = world.open();
  for (let turns = 0; !next.source && turns < 100; turns++) { await turn(); world.settle(); }
  await turn();
  world.publish(); world.settle();
  assert.deepEqual([causes, failing.typed.readyState], [["no sockets", "closed"], 2]);
  assert.deepEqual([next.seqs, next.opened, next.typed.readyState, world.sources.size], [[1], ["fresh"], 1, 1]);
});

test("without the APIs each has its own connection", async () => {
  const made = [];
  class Source extends EventTarget { readyState = 1; constructor(url) { super(); made.push(url); } close() { this.readyState = 2; } }
  for (const _ of [1, 2]) new TypedEventSource(codec, "/feed", { connect: shared, EventSource: Source, lastEventId: "7" });
  assert.deepEqual(made, ["/feed?lastEventId=7", "/feed?lastEventId=7"]);
});
