// What the types of the generator's options must accept, and what they must refuse. Compiled, never run.
import { z } from "zod";
import { LedgerSchemas, openLedger, streamLedger, type Change, type Entry, type LedgerEvents } from "./ledger.js";
import { useSse, type Status } from "./runtime-react.js";
import { shared } from "./runtime-shared.js";
import { StreamError, validator, type Branded, type TypedEventSource } from "./runtime.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : ["the types differ"]): void {}

same<Entry["amount"], bigint>();
same<Entry["bounded"], number>();
same<Entry["rate"], number | null>();
same<Extract<Change, { kind: "small" }>["n"], number>();
same<LedgerEvents["pair"], [string, bigint | null]>();
same<Entry["key"], Branded<"uuid">>();

export function brands(entry: Entry): string {
  const note: string | undefined = entry.note;
  const key: string = entry.key;
  // @ts-expect-error a string is no uuid
  const other: Entry["key"] = "x";
  // @ts-expect-error nor is a time
  const time: Entry["key"] = entry.at;
  // @ts-expect-error bigint and number do not mix
  entry.amount + 1;
  return `${note}${key}${other}${time}`;
}

export function open(): TypedEventSource<LedgerEvents> {
  const validate = validator<LedgerEvents>({ count: z.bigint(), line: z.fromJSONSchema(LedgerSchemas.line) });
  // @ts-expect-error no such event
  validator<LedgerEvents>({ cuont: z.bigint() });
  // @ts-expect-error an empty payload has no schema
  LedgerSchemas.ping;
  const ledger = openLedger({ connect: shared, lastEventId: "7", maxRetries: 3, validate });
  ledger.onConnectionError((error, state) => {
    same<typeof state, "reconnecting" | "closed">();
    if (error instanceof StreamError) same<typeof error.status, number>();
  });
  void streamLedger({ validate });
  return ledger;
}

export function Component({ room }: { room: string }): Status {
  useSse((options) => openLedger({ ...options, query: { room } }), { on: { entry: (entry) => same<typeof entry, Entry>() } }, [room]);
  // @ts-expect-error no such event
  useSse(openLedger, { on: { enrty: () => {} } });
  return useSse(openLedger, { onEnd: () => {}, onConnectionError: (_, state) => same<typeof state, "reconnecting" | "closed">() });
}
