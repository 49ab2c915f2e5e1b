/**
 * Where in a payload the integers of 64 bits are: 1 here, 0 nowhere, a name where a definition says, else in the properties
 * `p` and the other values `v` of an object, in the first members `t` and the other items `i` of an array, and in each of `any`:
 * if the value has the constants `c`, of which a list is any one, none of `x`, and has (1) or has not (0) the properties `h`.
 */
export type Integers = 1 | string | IntegersWithin;
export interface IntegersWithin {
    readonly p?: {
        readonly [name: string]: Integers | 0;
    };
    readonly v?: Integers;
    readonly t?: readonly (Integers | 0)[];
    readonly i?: Integers;
    readonly any?: readonly Integers[];
    readonly c?: {
        readonly [name: string]: unknown;
    };
    readonly x?: {
        readonly [name: string]: readonly unknown[];
    };
    readonly h?: {
        readonly [name: string]: 0 | 1;
    };
}
/**
 * A `JSON.parse` that makes a `bigint` of each integer of 64 bits, and of nothing else. Throws where `JSON.parse` does not say
 * what the text of a number was, because no digit of it may be lost.
 */
export declare function bigIntParser(events: {
    readonly [event: string]: Integers;
}, definitions: {
    readonly [name: string]: Integers;
}): (text: string, event: string) => unknown;
