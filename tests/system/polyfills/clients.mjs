// The clients of npm and how they are used, in Node as in a browser.
//
// Each is given the packages and a URL, and reports
//
//   ["event", NAME, ID, DATA]   an event
//   ["blank"]                   something that is handed over as an event, and is none
//   ["closed"]                  that it will not come back

const NAMES = ["message", "tick", "text", "counted", "stream-open", "stream-reset", "stream-position", "stream-end"];

/** What has the interface of the browser's own. It is told nothing but, if need be, when to stop. */
function eventSource(EventSource, url, report, { closeOnEnd = false } = {}) {
  const source = new EventSource(url);
  for (const name of NAMES) source.addEventListener(name, ({ type, lastEventId, data }) => report("event", type, lastEventId, data));
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) report("closed");
  });
  if (!closeOnEnd) return;
  source.addEventListener("stream-end", () => {
    source.close();
    report("closed");
  });
}

/** Whether it is an event: `fetch-event-source` makes one of every blank line. */
const isEvent = ({ event, id, data }) => event !== "" || id !== "" || data !== "";

function tell({ event, id, data }, report) {
  report("event", event || "message", id, data);
}

/** With nothing but what it cannot do without. */
function asItComes({ fetchEventSource }, url, report) {
  const onmessage = (message) => (isEvent(message) ? tell(message, report) : report("blank"));
  fetchEventSource(url, { openWhenHidden: true, onmessage }).then(() => report("closed"));
}

/** Told what an `EventSource` does by itself. */
function told({ fetchEventSource }, url, report) {
  class Ended extends Error {}
  let lastEventId = "";
  fetchEventSource(url, {
    openWhenHidden: true,
    // The id of the last event that has come, and not of one whose first line has.
    fetch(input, init) {
      const headers = new Headers(init.headers);
      headers.delete("last-event-id");
      if (lastEventId) headers.set("last-event-id", lastEventId);
      return globalThis.fetch(input, { ...init, headers });
    },
    onopen(response) {
      if (response.status === 204) throw new Ended();
      if (response.status !== 200) throw new Error(`status ${response.status}`);
    },
    onmessage(message) {
      if (!isEvent(message)) return report("blank");
      if (message.id) lastEventId = message.id;
      tell(message, report);
    },
    // A body that ends is no stream that ends.
    onclose() {
      throw new Error("the body has ended");
    },
    onerror(error) {
      if (error instanceof Ended) throw error;
    },
  }).catch((error) => {
    if (!(error instanceof Ended)) throw error;
    report("closed");
  });
}

/** By the names that the tests have for them. */
export const clients = {
  "event-source-polyfill": ({ EventSourcePolyfill }, url, report) => eventSource(EventSourcePolyfill, url, report, { closeOnEnd: true }),
  // Before it is loaded, `fetch` is made to hand over whole responses only.
  "event-source-polyfill-held-back": ({ EventSourcePolyfill }, url, report) => eventSource(EventSourcePolyfill, url, report, { closeOnEnd: true }),
  "event-source-polyfill-as-it-comes": ({ EventSourcePolyfill }, url, report) => eventSource(EventSourcePolyfill, url, report),
  // Before it is loaded, `fetch` is taken away, so that it reads with `XMLHttpRequest`.
  "event-source-polyfill-xhr": ({ EventSourcePolyfill }, url, report) => eventSource(EventSourcePolyfill, url, report),
  eventsource: ({ EventSource }, url, report) => eventSource(EventSource, url, report),
  eventsource4: ({ EventSource4 }, url, report) => eventSource(EventSource4, url, report),
  "fetch-event-source": told,
  "fetch-event-source-as-it-comes": asItComes,
};
