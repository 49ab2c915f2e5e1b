// What the types must say of what serde puts together of several types. Compiled, never run.
import type { Either, Loose, MixedEvents, Nested, Perhaps, PerhapsTotals, Time, Totals, Tuple } from "./mixed.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : ["the types differ"]): void {}

export function totals(totals: Totals): void {
  same<(typeof totals)["k"], "A" | "B">();
  // The entries of the map.
  same<(typeof totals)["z"], unknown>();
  if (totals.k === "A") same<typeof totals.n, number>();
}

export function branches(either: Either, tuple: Tuple, time: Time): void {
  same<typeof either.x, bigint | number>();
  if ("y" in either) same<typeof either.x, number>();
  else same<typeof either.x, bigint>();
  if (tuple.length === 2) same<(typeof tuple)[0], number>();
  else same<(typeof tuple)[0], bigint>();
  if (time.unit === "day") same<typeof time.n, number>();
  if (time.unit === "nanosecond") same<typeof time.n, bigint>();
}

export function bags(bags: MixedEvents["bags"]): void {
  same<typeof bags.a, number>();
  if (bags.k === "A") same<typeof bags.n, number>();
  if (bags.t === "Counts") same<typeof bags.small, number>();
}

export function perhaps(perhaps: Perhaps, totals: PerhapsTotals, loose: Loose): void {
  same<typeof perhaps.a, number>();
  same<(typeof perhaps)["k"], "A" | "B" | undefined>();
  if (perhaps.k === "A") same<typeof perhaps.n, number>();
  if ("n" in perhaps) same<typeof perhaps.k, "A">();
  if ("Left" in perhaps) same<typeof perhaps.Left, number>();
  // @ts-expect-error only some have one
  perhaps.Left;
  same<(typeof totals)["z"], unknown>();
  if (totals.k === "A") same<typeof totals.n, number>();
  if (loose["k"] === "A") same<(typeof loose)["n"], number>();
}

// What is itself at once is the rest of it.
same<Nested, bigint | null>();
same<MixedEvents["ping"], string | null>();
