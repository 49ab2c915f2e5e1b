// What the types of the generated client must accept, and what they must refuse. Compiled, never run.
import { FeedCodec, openFeed, streamFeed, type Feed, type FeedEvents, type Tick } from "./feed.js";
import { openRoom, streamRoom } from "./room.js";
import { eventStreamParser, match, stream, StreamError, TypedEventSource, type Codec, type EventOf, type ResetReason, type ServerSentEvent } from "./runtime.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : ["the types differ"]): void {}

same<Feed, EventOf<FeedEvents>>();
same<Feed["event"], keyof FeedEvents>();
same<Extract<Feed, { event: "log" }>["data"], string>();

export async function iterate(signal: AbortSignal): Promise<void> {
  for await (const event of streamFeed({ base: "https://a.example", signal, headers: async () => ({ authorization: "x" }) })) {
    same<typeof event.id, string>();
    switch (event.event) {
      case "price-tick": {
        same<typeof event.data, Tick>();
        same<typeof event.data.previous, number | null>();
        same<typeof event.data.note, string | null | undefined>();
        same<(typeof event.data)["per-cent"], number>();
        const [count, text] = event.data.pair;
        same<typeof count, number>();
        same<typeof text, string>();
        // @ts-expect-error a tuple has no third member
        event.data.pair[2];
        // @ts-expect-error may be null
        event.data.previous.toFixed();
        // @ts-expect-error no such property
        event.data.prise;
        break;
      }
      case "shape":
        // @ts-expect-error only circles have one
        event.data.r;
        if (event.data.kind === "circle") same<typeof event.data.r, number>();
        if (event.data.kind === "group") same<(typeof event.data.of)[0], (typeof event.data.of)[number]>();
        break;
      case "ping":
        same<typeof event.data, undefined>();
        break;
      case "message":
        same<typeof event.data, string>();
        break;
      case "page":
        same<(typeof event.data.by_number)[string], number | string | { a: boolean } | null>();
        same<(typeof event.data)["anything"], unknown>();
        break;
      // @ts-expect-error control events are not members
      case "stream-open":
        break;
      // @ts-expect-error no such event
      case "prise-tick":
        break;
    }
  }
}

export function listen(): void {
  const feed: TypedEventSource<FeedEvents> = openFeed({ withCredentials: true });
  const off: () => void = feed.on("price-tick", (tick, raw) => {
    same<typeof tick, Tick>();
    same<typeof raw.lastEventId, string>();
  });
  off();
  feed.on("ping", (data) => same<typeof data, undefined>(), { signal: AbortSignal.timeout(1) });
  feed.onOpen(({ resume, reason, keepAliveMs }) => {
    same<typeof resume, "fresh" | "recovered" | "reset" | "unsupported">();
    same<typeof reason, ResetReason | undefined>();
    same<typeof keepAliveMs, number | undefined>();
  });
  feed.onReset(({ reason, topics }) => `${reason} ${topics?.["cpu"]}`);
  feed.onConnectionError((_, state) => same<typeof state, "reconnecting" | "closed">());
  // @ts-expect-error no such event
  feed.on("prise-tick", () => {});
  // @ts-expect-error control events have functions of their own
  feed.on("stream-end", () => {});
  // @ts-expect-error the payload is no string
  feed.on("price-tick", (tick: string) => tick);
  feed[Symbol.dispose]();
  openRoom({ room: "a", rest: 7 });
  // @ts-expect-error a parameter is missing
  streamRoom({ room: "a" });
  // @ts-expect-error the parameters are missing
  openRoom();
}

export function direct(): AsyncGenerator<Feed> {
  const options: { signal?: AbortSignal } = {};
  // @ts-expect-error no such option
  stream(FeedCodec, "/", { onReconnect() {} });
  return stream(FeedCodec, new URL("https://a.example"), { ...options, method: "POST", body: "{}", retryStatuses: [503], onUnknown: (event) => same<typeof event, ServerSentEvent>() });
}

interface Two {
  a: number;
  b: string;
}
export const Two: Codec<Two> = { name: "Two", events: { a: "json", b: "text" }, terminal: ["b"] };
// @ts-expect-error an event is missing
export const Missing: Codec<Two> = { name: "Two", events: { a: "json" }, terminal: [] };
// @ts-expect-error an unknown terminal event
export const Terminal: Codec<Two> = { name: "Two", events: { a: "json", b: "text" }, terminal: ["c"] };

export function exhaustive(event: EventOf<Two>): string {
  // @ts-expect-error an event is not handled
  match<Two, string>(event, { a: String });
  // The union of events is enough to infer the rest.
  const text = match<Two, string>(event, { a: (data, id) => data.toFixed() + id, b: (data) => data });
  switch (event.event) {
    case "a":
      return text;
    case "b":
      return event.data;
    default:
      return event satisfies never;
  }
}

export function failed(error: unknown): number | undefined {
  if (error instanceof StreamError && error.code === "status") return error.status;
  // @ts-expect-error no such code
  if (error instanceof StreamError && error.code === "statsu") return undefined;
  for (const event of eventStreamParser({ lastEventId: "1" })(new Uint8Array())) same<typeof event.data, string>();
  return undefined;
}
