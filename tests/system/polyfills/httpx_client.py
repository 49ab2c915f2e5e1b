"""httpx-sse, which reads one response: coming back, and not coming back, is up to its user.

`python httpx_client.py URL` prints what clients.mjs reports, and ends with its stdin.
"""

import json
import os
import sys
import threading
import time

import httpx
from httpx_sse import connect_sse


def report(*what):
    print(json.dumps(what), flush=True)


def end_with_stdin():
    sys.stdin.read()
    os._exit(0)


def listen(client, url):
    last_event_id, retry = "", 3000
    while True:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        try:
            with connect_sse(client, "GET", url, headers=headers) as source:
                if source.response.status_code == 204:
                    return
                source.response.raise_for_status()
                for event in source.iter_sse():
                    if event.retry is not None:
                        retry = event.retry
                    # Every blank line behind an id or a reconnection time is one of these.
                    if event.event == "message" and not event.data:
                        report("blank")
                        continue
                    last_event_id = event.id or last_event_id
                    report("event", event.event, event.id, event.data)
        except httpx.TransportError:
            pass
        time.sleep(retry / 1000)


threading.Thread(target=end_with_stdin, daemon=True).start()
# Its own default is five seconds of silence, which is less than any keep-alive.
with httpx.Client(timeout=httpx.Timeout(10, read=60)) as client:
    listen(client, sys.argv[1])
report("closed")
threading.Event().wait()
