// @ts-check
/** What a reader holds of one generation. The tab keeps it, so that a reload asks only for what it has missed. */

const KEY = "generation";

/** @typedef {import("./sse/generation.js").GenerationDoneData} Done */

export class Record {
  prompt = "";
  /** @type {string[]} */
  tokens = [];
  /** How it ended, once it has. @type {Done | null} */
  done = null;
  /** Of the newest event in here. They are kept as one, so that nothing can come twice or be left out. */
  lastEventId = "";
  connections = 0;
  /** The tokens that came late: from which to which. @type {{ from: number, to: number }[]} */
  late = [];

  /** @param {string} id */
  constructor(id) {
    this.id = id;
  }

  /** What the tab holds of this generation; nothing if it holds another, or is not allowed to. @param {string} id */
  static load(id) {
    const record = new Record(id);
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
      if (kept.id === id) Object.assign(record, kept);
    } catch {
      // Then it begins anew.
    }
    return record;
  }

  save() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this));
    } catch {
      // Then a reload begins anew.
    }
  }

  /** What came so far does not count any more. */
  reset() {
    Object.assign(this, { tokens: [], late: [], done: null, lastEventId: "" });
    this.save();
  }

  /** All that the server had when a connection was opened, and the record had not, comes late. @param {number} from @param {number} events */
  catchUp(from, events) {
    const before = this.late.at(-1);
    if (before) before.to = Math.min(before.to, from);
    // The first event is the prompt.
    this.late.push({ from, to: events - 1 });
    this.save();
  }

  /** The stretches that came late, as far as they have come. */
  stretches() {
    const come = this.late.map(({ from, to }) => ({ from, to: Math.min(to, this.tokens.length) }));
    return come.filter(({ from, to }) => to > from);
  }

  /** How many tokens came late. */
  recovered() {
    return this.stretches().reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Pieces of the text, and whether they came late. */
  pieces() {
    const pieces = [];
    let end = 0;
    for (const { from, to } of this.stretches()) {
      pieces.push({ text: this.tokens.slice(end, from).join(""), late: false }, { text: this.tokens.slice(from, to).join(""), late: true });
      end = to;
    }
    pieces.push({ text: this.tokens.slice(end).join(""), late: false });
    return pieces.filter(({ text }) => text);
  }
}
