// @ts-check
/**
 * A chart of the last minutes that moves with the time, whether events come or not. Below it, on the same axis, is what
 * became of the connection: when it stood, when each event was, and which ones were recovered.
 */

/** @typedef {{ at: number, percent: number, raw: number, recovered: boolean, first: boolean }} Point */
/**
 * A time without a connection. `to` is 0 while it lasts.
 * @typedef {{ from: number, to: number, why: string, end: "" | "recovered" | "reset", label: string }} Outage
 */

const SPAN_MS = 150_000;
const LEFT = 40;
const TOP = 10;
/** Below the plot: two lanes and the time axis. */
const BOTTOM = 70;
const LINK = 20;
const EVENTS = 35;
const SERIES = /** @type {const} */ (["memory", "cpu"]);

/** @template {keyof SVGElementTagNameMap} K @param {K} name @param {Record<string, string | number>} attributes */
function element(name, attributes = {}, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text) made.textContent = text;
  return made;
}

/** @param {number} at */
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour12: false });

export class Chart {
  /** When the page first had a connection. */
  openedAt = 0;
  /** How much later it is here than on the server, in milliseconds: never too little. */
  #skew;
  /** @type {Outage[]} */
  outages = [];
  /** @type {Record<typeof SERIES[number], Point[]>} */
  #points = { cpu: [], memory: [] };
  #svg;
  #width = 0;
  #height = 0;
  #origin = 0;
  /** How often the whole is drawn again while nothing comes. */
  static #REDRAW_MS = 1_000;
  /** Called with the time under the pointer, or 0. @type {(at: number) => void} */
  onPoint = () => {};

  #fixed = element("g");
  #moving = element("g");
  #hair = element("line", { class: "hair" });
  /** Moves with the time, and is drawn again only when something changes. */
  #bands = element("g");
  #labels = element("g");
  #lanes = element("g");
  #grid = element("g");
  /** Moves likewise, and may stick out at both ends. */
  #times = element("g");
  /** @type {Record<typeof SERIES[number], SVGGElement>} */
  #lines = { cpu: element("g", { "data-series": "cpu" }), memory: element("g", { "data-series": "memory" }) };

  /** @param {SVGSVGElement} svg @param {number} skew */
  constructor(svg, skew) {
    this.#svg = svg;
    this.#skew = skew;
    const fade = element("linearGradient", { id: "fade", x1: 0, x2: 0, y1: 0, y2: 1 });
    fade.append(element("stop", { class: "full" }), element("stop", { offset: 1, class: "none" }));
    const clip = element("clipPath", { id: "plot" });
    clip.append(element("rect", { x: LEFT, y: 0, width: 10_000, height: 10_000 }));
    const definitions = element("defs");
    definitions.append(fade, clip);
    const clipped = element("g", { "clip-path": "url(#plot)" });
    this.#moving.append(this.#grid, this.#bands, this.#lines.memory, this.#lines.cpu, this.#lanes, this.#labels);
    clipped.append(this.#moving);
    svg.append(definitions, this.#fixed, clipped, this.#times, this.#hair);
    new ResizeObserver(() => this.draw()).observe(svg);
    svg.addEventListener("pointermove", (event) => this.#point(event.clientX));
    svg.addEventListener("pointerleave", () => this.#point(-1));
  }

  /** The time on the server. */
  now() {
    return Date.now() - this.#skew;
  }

  /** Learns from what happened at this time on the server how late it is there at least. @param {number} at */
  see(at) {
    // The way here is in the difference too, and the way of the page was long.
    this.#skew = Math.min(this.#skew, Date.now() - at);
  }

  /** @param {typeof SERIES[number]} series @param {Point} point */
  add(series, point) {
    const points = this.#points[series];
    points.push(point);
    while (points[0] && points[0].at < point.at - SPAN_MS * 1.1) points.shift();
  }

  /** The newest point that is not younger. @param {typeof SERIES[number]} series @param {number} at */
  at(series, at) {
    const points = this.#points[series];
    return points.findLast((point) => point.at <= at) ?? points[0];
  }

  /** @param {number} at */
  #x(at) {
    return LEFT + ((at - this.#origin) / SPAN_MS) * this.#plotWidth();
  }

  #plotWidth() {
    return Math.max(1, this.#width - LEFT - 8);
  }

  /** @param {number} percent */
  #y(percent) {
    return TOP + (1 - percent / 100) * (this.#height - TOP - BOTTOM);
  }

  draw() {
    this.#width = this.#svg.clientWidth;
    this.#height = this.#svg.clientHeight;
    // The moment at the left edge of the plot, where `#moving` is not moved.
    this.#origin = this.now() - SPAN_MS;
    this.outages = this.outages.filter((outage) => !outage.to || outage.to > this.#origin);
    this.#drawFixed();
    for (const series of SERIES) this.#drawSeries(series);
    this.#drawOutages();
    this.#drawLanes();
    this.#drawAxis();
    this.move();
  }

  /** Moves the picture to where the time is now. */
  move() {
    const passed = this.now() - SPAN_MS - this.#origin;
    if (passed > Chart.#REDRAW_MS) return this.draw();
    const transform = `translate(${-(passed / SPAN_MS) * this.#plotWidth()} 0)`;
    for (const group of [this.#moving, this.#times]) group.setAttribute("transform", transform);
    // The outage that lasts grows with the time.
    for (const rect of this.#moving.querySelectorAll(".lasting")) {
      rect.setAttribute("width", String(Math.max(0, this.#x(this.now()) - Number(rect.getAttribute("x")))));
    }
  }

  #drawFixed() {
    const right = LEFT + this.#plotWidth();
    const lines = [0, 25, 50, 75, 100].flatMap((percent) => [
      element("line", { class: "grid", x1: LEFT, x2: right, y1: this.#y(percent), y2: this.#y(percent) }),
      element("text", { x: LEFT - 8, y: this.#y(percent) + 4, "text-anchor": "end" }, `${percent}%`),
    ]);
    const lane = (/** @type {string} */ name, /** @type {number} */ y) => element("text", { x: LEFT - 8, y, "text-anchor": "end" }, name);
    this.#fixed.replaceChildren(...lines, lane("link", this.#y(0) + LINK + 3), lane("event", this.#y(0) + EVENTS + 4));
  }

  /** @param {typeof SERIES[number]} series */
  #drawSeries(series) {
    const points = this.#points[series].filter((point) => point.at >= this.#origin);
    const group = this.#lines[series];
    group.dataset.values = JSON.stringify(points.map((point) => point.raw));
    group.replaceChildren();
    const bottom = this.#y(0);
    // The line breaks where the server has said that something is missing.
    const starts = points.flatMap((point, index) => (point.first || !index ? [index] : []));
    starts.forEach((start, index) => {
      const part = points.slice(start, starts[index + 1]);
      const line = part.map((point) => `${this.#x(point.at).toFixed(1)},${this.#y(point.percent).toFixed(1)}`);
      const [left, right] = [part[0], part.at(-1)].map((point) => this.#x(point?.at ?? 0).toFixed(1));
      if (series === "cpu") group.append(element("polygon", { points: [`${left},${bottom}`, ...line, `${right},${bottom}`].join(" ") }));
      group.append(element("polyline", { points: line.join(" ") }));
    });
    const last = points.at(-1);
    if (last) group.append(element("circle", { cx: this.#x(last.at), cy: this.#y(last.percent), r: 3.5 }));
  }

  #drawOutages() {
    const height = this.#y(0) - TOP;
    /** @type {SVGTextElement[]} */
    const labels = [];
    // Where each row of labels is free from.
    let free = [-Infinity, -Infinity, -Infinity];
    const drawn = this.outages.flatMap((outage) => {
      const from = this.#x(outage.from);
      const to = this.#x(outage.to || this.now());
      const kind = outage.to ? outage.end : "broken lasting";
      const band = element("rect", { class: `band ${kind}`, x: from, y: TOP, width: Math.max(2, to - from), height });
      const mark = element("line", { class: `mark ${kind}`, x1: from, x2: from, y1: TOP, y2: this.#y(0) });
      const end = element("line", { class: `mark ${kind}`, x1: to, x2: to, y1: TOP, y2: this.#y(0) });
      // Text of one outage must not lie over that of the one before: the first of three rows that is free.
      const left = to > LEFT + this.#plotWidth() - 190;
      const width = outage.label.length * 6.6 + 16;
      const begin = left ? from - width : to;
      const row = Math.max(0, free.findIndex((until) => until < begin));
      free = free.map((until, index) => (index === row ? begin + width : until));
      const text = element(
        "text",
        { class: `mark-label ${kind}`, x: left ? from - 6 : to + 6, y: TOP + 13 + row * 16, "text-anchor": left ? "end" : "start" },
        outage.label,
      );
      labels.push(text);
      return outage.to ? [band, mark, end] : [band, mark];
    });
    this.#bands.replaceChildren(...drawn);
    this.#labels.replaceChildren(...labels);
  }

  #drawLanes() {
    const [link, events] = [this.#y(0) + LINK, this.#y(0) + EVENTS];
    const parts = [];
    // When there was a connection: the time since the page opened, without the outages.
    let from = this.openedAt;
    for (const outage of this.outages) {
      const height = 6;
      const lasting = outage.to ? "" : " lasting";
      if (from) parts.push(element("rect", { class: "up", x: this.#x(from), y: link - 3, width: Math.max(0, this.#x(outage.from) - this.#x(from)), height }));
      const width = Math.max(2, this.#x(outage.to || this.now()) - this.#x(outage.from));
      parts.push(element("rect", { class: `down${lasting}`, x: this.#x(outage.from), y: link - 3, width, height }));
      from = outage.to;
    }
    if (from) parts.push(element("rect", { class: "up lasting", x: this.#x(from), y: link - 3, width: 0, height: 6 }));
    for (const recovered of [false, true]) {
      const ticks = this.#points.cpu.filter((point) => point.recovered === recovered && point.at >= this.#origin);
      const d = ticks.map((point) => `M${this.#x(point.at).toFixed(1)} ${events - 4}v8`).join("");
      parts.push(element("path", { class: recovered ? "tick recovered" : "tick", d }));
    }
    this.#lanes.replaceChildren(...parts);
  }

  #drawAxis() {
    const step = this.#plotWidth() < 480 ? 60_000 : 30_000;
    const ticks = [];
    for (let at = Math.ceil(this.#origin / step) * step; at <= this.#origin + SPAN_MS; at += step) ticks.push(at);
    const text = { y: this.#height - 6, "text-anchor": "middle" };
    this.#times.replaceChildren(...ticks.map((at) => element("text", { ...text, x: this.#x(at) }, clock(at))));
    const line = { class: "grid", y1: TOP, y2: this.#y(0) };
    this.#grid.replaceChildren(...ticks.map((at) => element("line", { ...line, x1: this.#x(at), x2: this.#x(at) })));
  }

  /** @param {number} clientX */
  #point(clientX) {
    const x = clientX - this.#svg.getBoundingClientRect().left;
    const inside = clientX >= 0 && x >= LEFT && x <= LEFT + this.#plotWidth();
    for (const [key, value] of Object.entries({ x1: x, x2: x, y1: TOP, y2: this.#y(0) })) this.#hair.setAttribute(key, String(value));
    this.#hair.toggleAttribute("data-shown", inside);
    this.onPoint(inside ? this.now() - SPAN_MS + ((x - LEFT) / this.#plotWidth()) * SPAN_MS : 0);
  }
}
