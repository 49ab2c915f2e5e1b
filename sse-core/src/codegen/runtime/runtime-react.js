import { useEffect, useRef, useState } from "react";
/**
 * Holds a connection as long as the component is mounted: `useSse(openFeed, { on: { tick: … } })`.
 *
 * With parameters: `useSse((options) => openRoom({ room }, options), handlers, [room])`; it is opened anew when one of `deps`
 * changes. The handlers are always those of the last render, and may change without that; `validate` is that of the opening.
 */
export function useSse(open, handlers, deps = []) {
    const latest = useRef(handlers);
    const [status, setStatus] = useState("connecting");
    useEffect(() => {
        latest.current = handlers;
    });
    useEffect(() => {
        setStatus("connecting");
        const source = open({
            onOpen: (info) => {
                setStatus("open");
                latest.current.onOpen?.(info);
            },
            onReset: (info) => latest.current.onReset?.(info),
            onEnd: (info) => {
                setStatus("ended");
                latest.current.onEnd?.(info);
            },
            onInvalid: (event, error) => {
                const { onInvalid } = latest.current;
                if (!onInvalid)
                    throw error;
                onInvalid(event, error);
            },
            validate: latest.current.validate,
        });
        for (const name of Object.keys(source.codec.events)) {
            source.on(name, (data, raw) => {
                setStatus("open"); // other servers have no `stream-open`
                latest.current.on?.[name]?.(data, raw);
            });
        }
        source.onConnectionError((error, state) => {
            setStatus((was) => (was === "ended" ? was : state));
            latest.current.onConnectionError?.(error, state);
        });
        return () => source.close();
    }, deps);
    return status;
}
