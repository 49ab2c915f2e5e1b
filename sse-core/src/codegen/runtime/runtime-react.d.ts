import { type DependencyList } from "react";
import type { ControlHandlers, Message, OpenOptions, StreamError, TypedEventSource } from "./runtime.js";
/** What is done with the events of a stream. */
export interface Handlers<M> extends ControlHandlers {
    /** By the names of the events. */
    on?: {
        readonly [K in keyof M & string]?: (data: M[K], raw: Message) => void;
    } | undefined;
    onConnectionError?: ((error: Event | StreamError, state: "reconnecting" | "closed") => void) | undefined;
}
/** Where the connection stands; `ended` if the stream is complete. */
export type Status = "connecting" | "open" | "reconnecting" | "closed" | "ended";
/**
 * Holds a connection as long as the component is mounted: `useSse(openFeed, { on: { tick: … } })`.
 *
 * With parameters: `useSse((options) => openRoom({ room }, options), handlers, [room])`; it is opened anew when one of `deps`
 * changes. The handlers are always those of the last render, and may change without that; `validate` is that of the opening.
 */
export declare function useSse<M>(open: (options: OpenOptions) => TypedEventSource<M>, handlers: Handlers<M>, deps?: DependencyList): Status;
