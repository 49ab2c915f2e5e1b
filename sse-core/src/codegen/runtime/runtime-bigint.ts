import { StreamError } from "./runtime.js";

/**
 * Where in a payload the integers of 64 bits are: 1 here, 0 nowhere, a name where a definition says, else in the properties
 * `p` and the other values `v` of an object, in the first members `t` and the other items `i` of an array, and in each of `any`:
 * if the value has the constants `c`, of which a list is any one, none of `x`, and has (1) or has not (0) the properties `h`.
 */
export type Integers = 1 | string | IntegersWithin;

export interface IntegersWithin {
  readonly p?: { readonly [name: string]: Integers | 0 };
  readonly v?: Integers;
  readonly t?: readonly (Integers | 0)[];
  readonly i?: Integers;
  readonly any?: readonly Integers[];
  readonly c?: { readonly [name: string]: unknown };
  readonly x?: { readonly [name: string]: readonly unknown[] };
  readonly h?: { readonly [name: string]: 0 | 1 };
}

type Parse = (text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown) => unknown;

/**
 * A `JSON.parse` that makes a `bigint` of each integer of 64 bits, and of nothing else. Throws where `JSON.parse` does not say
 * what the text of a number was, because no digit of it may be lost.
 */
export function bigIntParser(events: { readonly [event: string]: Integers }, definitions: { readonly [name: string]: Integers }): (text: string, event: string) => unknown {
  const parse = JSON.parse as Parse;
  if (parse("1", (_key, _value, context) => context?.source) !== "1") {
    throw new StreamError("data", "JSON.parse gives no source text here, and would round integers of 64 bits: use another --int64");
  }

  // `texts` is the value with the text of each number in its place; `named` are the properties that are none of `v`.
  const convert = (at: Integers | 0 | undefined, value: any, texts: any, named = {}): unknown => {
    if (typeof at === "string") return convert(definitions[at], value, texts, named);
    if (at === 1) return typeof value === "number" && /^-?\d+$/.test(texts) ? BigInt(texts) : value;
    const { p = {}, v, t = [], i, any = [], c = {}, x = {}, h = {} } = at || {};
    if (typeof value !== "object" || value === null) {
      // An integer may be one of several things that are no objects.
      for (const one of any) value = convert(one, value, texts);
      return value;
    }
    for (const [name, constant] of Object.entries(c)) if (![constant].flat().includes(value[name])) return value;
    for (const [name, constants] of Object.entries(x)) if (constants.includes(value[name])) return value;
    for (const [name, has] of Object.entries(h)) if (+Object.hasOwn(value, name) !== has) return value;
    for (const one of any) convert(one, value, texts, { ...named, ...p });
    for (const key of Object.keys(value)) {
      const next = Array.isArray(value) ? (t[+key] ?? i) : Object.hasOwn(p, key) ? p[key] : Object.hasOwn(named, key) ? 0 : v;
      if (next) value[key] = convert(next, value[key], texts[key]);
    }
    return value;
  };

  return (text, event) => {
    const value = JSON.parse(text);
    if (!Object.hasOwn(events, event)) return value;
    return convert(events[event], value, parse(text, (_key, value, context) => (typeof value === "number" ? context.source : value)));
  };
}
