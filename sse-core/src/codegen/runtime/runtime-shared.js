import { parseControl, reopening, resumeUrl, StreamError } from "./runtime.js";
const MOST_EVENTS = 256;
const MOST_CHARACTERS = 1 << 20;
const REPLAY_MS = 3000; // how long a new leader waits for an id that it does not know
/**
 * One connection for all tabs: `openFeed({ connect: shared })`.
 *
 * The tab that has the lock (Web Locks) holds the connection, and passes everything on (BroadcastChannel). When it goes, the
 * next one has the lock, and resumes behind the last event that it saw; the others leave out what they have already got, and
 * are told what they have not. Each tab holds the last 256 events for that, of 1 MiB together; to one that is further behind
 * a reset is announced.
 *
 * Tabs share if URL, credentials and events are the same. A tab that comes later is told what comes from then on, without
 * what the server sends to a new connection (a snapshot, retained values); a tab with a `lastEventId`, everything behind that.
 * So ask for a state with the id that it is of, and give the id. Where an API is missing, each tab has its own connection.
 */
export const shared = (url, names, sink, options) => {
    const { locks } = (globalThis.navigator ?? {});
    // Without a constructor too, so that it throws here, and not when the lock is given.
    const found = locks && globalThis.BroadcastChannel && (options.EventSource ?? globalThis.EventSource);
    if (!found)
        return reopening(url, names, sink, options);
    const target = new URL(resumeUrl(url, ""), globalThis.location?.href).href;
    const key = JSON.stringify(["sse", target, !!options.withCredentials, [...names].sort()]);
    const me = `${Date.now()}-${Math.random()}`;
    const channel = new BroadcastChannel(key);
    const lock = new AbortController();
    const ring = [];
    let characters = 0;
    // Behind which event the ring begins.
    let start;
    let connection;
    let release = () => { };
    let id = (options.lastEventId ?? new URL(url, target).searchParams.get("lastEventId")) || undefined;
    let open;
    let told = false; // of the connection that there is
    let heard = false; // any event
    let leader = "";
    let n = 0;
    let readyState = 0;
    // Whether the next event of the leader is the next one for this tab.
    let synced = false;
    // Whether the leader may send again what the one before has sent.
    let repeats = false;
    let question = 0;
    let replaysUntil = 0;
    start = id;
    const say = (said) => channel.postMessage(said);
    const holds = (of) => ring.some((entry) => entry.id === of);
    const take = (entry, raw = new MessageEvent(entry.name, { data: entry.data, lastEventId: entry.id })) => {
        if (readyState === 2)
            return; // left by the listener of an event before
        if (entry.name === "stream-open") {
            open = entry.data;
            told = true;
        }
        else if (!entry.name.startsWith("stream-"))
            heard = true;
        id = entry.id;
        readyState = 1;
        sink.message(raw, id);
    };
    const keep = (entry) => {
        ring.push(entry);
        characters += entry.data.length;
        while (ring.length > MOST_EVENTS || (characters > MOST_CHARACTERS && ring.length > 1)) {
            const gone = ring.shift();
            characters -= gone.data.length;
            start = gone.id;
        }
    };
    const ask = () => {
        synced = false;
        // An event without an id is one that nobody can find again.
        say({ say: "ask", from: me, at: id ?? (heard ? "" : undefined), question: ++question });
    };
    // What a tab has missed that was told everything up to this id.
    const missed = (at) => {
        if (at === "")
            return undefined;
        if (at === undefined || at === id)
            return 0;
        const last = ring.map((entry) => entry.id).lastIndexOf(at);
        return last < 0 && at !== start ? undefined : ring.length - last - 1;
    };
    const answer = (asked) => {
        if (readyState === 2)
            return;
        const count = missed(asked.at);
        // Who asks may be further than the connection that replays.
        if (count === undefined && Date.now() < replaysUntil)
            return void setTimeout(answer, 50, asked);
        const { from: to, question } = asked;
        say({ say: "tell", from: me, to, question, n, at: id, readyState, open: told ? open : undefined, ring, start, missed: count });
    };
    const control = (name, data) => new MessageEvent(name, { data: JSON.stringify(data), lastEventId: id ?? "" });
    const failed = (error, state) => {
        readyState = state === "closed" ? 2 : 0;
        told = false;
        sink.error(error, state);
    };
    channel.onmessage = ({ data: said }) => {
        if (said.say === "ask") {
            if (leader === me)
                answer(said);
        }
        else if (leader === me) {
            // Of a leader that has gone: the connection brings it again.
        }
        else if (said.say === "lead") {
            leader = said.from;
            n = 0;
            if (said.at === id || holds(said.at)) {
                // It begins where this tab stands, or before: what this tab was going to be told comes anyway.
                question++;
                synced = repeats = true;
            }
            else
                ask();
        }
        else if (said.say === "tell") {
            if (said.to !== me || said.question !== question || synced)
                return;
            ({ from: leader, n, readyState } = said);
            synced = true;
            repeats = false;
            const { missed } = said;
            const resume = missed === undefined ? "reset" : id === undefined ? "fresh" : "recovered";
            if (!missed)
                id = said.at;
            ring.length = characters = 0;
            for (const entry of said.ring)
                keep(entry);
            start = said.start;
            if (said.open !== undefined && !told) {
                open = said.open;
                told = true;
                sink.message(control("stream-open", { ...parseControl(open), resume, reason: missed === undefined ? "evicted" : undefined }), id ?? "");
            }
            if (missed === undefined && readyState !== 2) {
                sink.message(control("stream-reset", { reason: "evicted" }), id ?? "");
            }
            for (const entry of said.ring.slice(said.ring.length - (missed ?? 0)))
                if (entry.name !== "stream-open")
                    take(entry);
            if (readyState !== 2)
                ({ readyState } = said);
        }
        else if (!synced) {
            // `tell` brings it.
        }
        else if (said.from !== leader) {
            // Of a leader that has gone, or of one that this tab does not know of.
            ask();
        }
        else if (said.say === "error") {
            const { error, state } = said;
            failed(error ? new StreamError(error.code, error.message, undefined, error) : new Event("error"), state);
        }
        else if (++n !== said.n) {
            ask();
        }
        else {
            const { entry } = said;
            // What is sent from here on was forgotten, whatever its ids are.
            if (entry.name === "stream-reset")
                repeats = false;
            const again = repeats && holds(entry.id);
            if (!again) {
                repeats &&= !entry.own;
                keep(entry);
                take(entry);
            }
            else if (!entry.own || entry.name.startsWith("stream-")) {
                // It says nothing of where this tab stands, which is further.
                take({ ...entry, id: id });
            }
        }
    };
    const lead = () => {
        leader = me;
        n = 0;
        synced = true;
        told = false;
        replaysUntil = id === undefined ? 0 : Date.now() + REPLAY_MS;
        let before = id;
        say({ say: "lead", from: me, at: id });
        const own = {
            get ended() {
                return sink.ended;
            },
            message(raw, lastEventId) {
                const entry = { name: raw.type, data: raw.data, id: lastEventId, own: lastEventId !== before };
                before = lastEventId;
                say({ say: "event", from: me, n: ++n, entry });
                keep(entry);
                take(entry, raw);
            },
            error(error, state) {
                const { code, message, status } = error;
                say({ say: "error", from: me, state, error: error instanceof StreamError ? { code, message, status } : undefined });
                failed(error, state);
            },
        };
        try {
            connection = reopening(target, names, own, { ...options, lastEventId: id });
        }
        catch (cause) {
            // Only here: the next tab tries too.
            failed(new StreamError("connection", "no connection", cause), "closed");
        }
    };
    let passed = false;
    const candidate = () => locks
        .request(key, { signal: lock.signal }, async () => {
        // A tab that was told nothing yet would begin anew: the next one may know where the others stand.
        if (!synced && !passed && readyState !== 2) {
            const { pending = [] } = await locks.query();
            passed = pending.some(({ name }) => name === key);
            if (passed)
                return;
        }
        passed = false;
        if (readyState === 2)
            return;
        lead();
        if (readyState !== 2)
            await new Promise((resolve) => (release = resolve));
    })
        .then(() => (passed && readyState !== 2 ? candidate() : undefined));
    ask();
    candidate().catch(() => {
        // Forbidden here, unless it was left.
        if (readyState !== 2)
            lead();
    });
    return {
        get readyState() {
            return connection && readyState !== 2 ? connection.readyState : readyState;
        },
        close() {
            readyState = 2;
            connection?.close();
            channel.close();
            lock.abort();
            release();
        },
    };
};
