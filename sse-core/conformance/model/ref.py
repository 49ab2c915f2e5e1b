#!/usr/bin/env python3
"""A reference decoder: the event-stream interpretation of the HTML standard, step by step, of a whole input.

It is for checking expectations, not for speed, and shares nothing with the decoder of this repository, not even the
language. As a program it reads JSON lines {"name", "chunks": [base64, ...]} and writes one JSON line for each:
{"name", "events": [{"event", "data", "id"}], "retry", "last_event_id"}.
"""
import base64
import json
import sys


def decode(stream: bytes, last_event_id: str = ""):
    # One byte order mark is taken away; each maximal subpart of an invalid sequence becomes one U+FFFD, which is what
    # Python's "replace" does too.
    if stream[:3] == b"\xef\xbb\xbf":
        stream = stream[3:]
    text = stream.decode("utf-8", "replace")

    # CRLF, LF and CR end a line. What is behind the last of them is discarded.
    lines, line, at = [], [], 0
    while at < len(text):
        char = text[at]
        if char in "\r\n":
            lines.append("".join(line))
            line = []
            if text[at:at + 2] == "\r\n":
                at += 1
        else:
            line.append(char)
        at += 1

    events, retry = [], None
    data, event_type, id_buffer = "", "", last_event_id
    for line in lines:
        if line == "":
            last_event_id = id_buffer
            if data != "":
                data = data[:-1] if data.endswith("\n") else data
                events.append({"event": event_type or "message", "data": data, "id": last_event_id})
            data = event_type = ""
            continue
        if line[0] == ":":
            continue
        field, _, value = line.partition(":")
        if value[:1] == " ":
            value = value[1:]
        if field == "event":
            event_type = value
        elif field == "data":
            data += value + "\n"
        elif field == "id":
            if "\0" not in value:
                id_buffer = value
        elif field == "retry":
            # "Consists of only ASCII digits": of an empty value the standard leaves that open.
            if value and all(char in "0123456789" for char in value):
                retry = int(value)
    return {"events": events, "retry": retry, "last_event_id": last_event_id}


def main():
    for line in sys.stdin:
        if line.strip():
            request = json.loads(line)
            stream = b"".join(base64.b64decode(chunk) for chunk in request["chunks"])
            print(json.dumps({"name": request["name"], **decode(stream)}), flush=True)


if __name__ == "__main__":
    main()
