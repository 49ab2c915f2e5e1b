import { StreamError } from "./runtime.js";
/**
 * A `JSON.parse` that makes a `bigint` of each integer of 64 bits, and of nothing else. Throws where `JSON.parse` does not say
 * what the text of a number was, because no digit of it may be lost.
 */
export function bigIntParser(events, definitions) {
    const parse = JSON.parse;
    if (parse("1", (_key, _value, context) => context?.source) !== "1") {
        throw new StreamError("data", "JSON.parse gives no source text here, and would round integers of 64 bits: use another --int64");
    }
    // `texts` is the value with the text of each number in its place; `named` are the properties that are none of `v`.
    const convert = (at, value, texts, named = {}) => {
        if (typeof at === "string")
            return convert(definitions[at], value, texts, named);
        if (at === 1)
            return typeof value === "number" && /^-?\d+$/.test(texts) ? BigInt(texts) : value;
        const { p = {}, v, t = [], i, any = [], c = {}, x = {}, h = {} } = at || {};
        if (typeof value !== "object" || value === null) {
            // An integer may be one of several things that are no objects.
            for (const one of any)
                value = convert(one, value, texts);
            return value;
        }
        for (const [name, constant] of Object.entries(c))
            if (![constant].flat().includes(value[name]))
                return value;
        for (const [name, constants] of Object.entries(x))
            if (constants.includes(value[name]))
                return value;
        for (const [name, has] of Object.entries(h))
            if (+Object.hasOwn(value, name) !== has)
                return value;
        for (const one of any)
            convert(one, value, texts, { ...named, ...p });
        for (const key of Object.keys(value)) {
            const next = Array.isArray(value) ? (t[+key] ?? i) : Object.hasOwn(p, key) ? p[key] : Object.hasOwn(named, key) ? 0 : v;
            if (next)
                value[key] = convert(next, value[key], texts[key]);
        }
        return value;
    };
    return (text, event) => {
        const value = JSON.parse(text);
        if (!Object.hasOwn(events, event))
            return value;
        return convert(events[event], value, parse(text, (_key, value, context) => (typeof value === "number" ? context.source : value)));
    };
}
