import { type Connect } from "./runtime.js";
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
export declare const shared: Connect;
