// @ts-check
/** Checks the numbering of the events: every one once, and none missing. */
export class Ledger {
  received = 0;
  recovered = 0;
  missed = 0;
  doubled = 0;
  /** Of the newest event; 0 if any may come next. */
  #last = 0;

  /** @param {number} seq @param {boolean} recovered */
  take(seq, recovered) {
    this.received += 1;
    if (recovered) this.recovered += 1;
    if (this.#last && seq > this.#last) this.missed += seq - this.#last - 1;
    if (seq <= this.#last) this.doubled += 1;
    this.#last = Math.max(this.#last, seq);
  }

  /** What follows does not continue what came before, and the server has said so. */
  reset() {
    this.#last = 0;
  }
}
