// @ts-check
// A page without a build step: the types come from feed.d.ts. Compiled, never run.
import { openFeed, streamFeed } from "./feed.js";

const feed = openFeed({ onEnd: () => {} });
feed.on("price-tick", (tick) => tick.small.toFixed());
feed.on("log", (line) => line.trim());
// @ts-expect-error no such event
feed.on("prise-tick", () => {});
// @ts-expect-error no such property
feed.on("price-tick", (tick) => tick.prise);

for await (const event of streamFeed()) {
  if (event.event === "count") event.data.toFixed();
  // @ts-expect-error not yet told apart
  event.data.toFixed();
}
