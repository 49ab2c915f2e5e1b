#!/usr/bin/env python3
"""Any number of random decoder vectors, with what the reference decoder makes of them.

    fuzz_gen.py COUNT [SEED] > FILE

The same seed gives the same vectors, which are written as they are made. Streams with an empty retry, or one above
2^53, are left out: the standard leaves open what they mean.
"""
import base64
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "model"))
sys.dont_write_bytecode = True
import ref  # noqa: E402

# What streams are put together of: fields, line ends, and bytes that are invalid or become valid with the next.
ATOMS = [
    b"data", b"data:", b"data: ", b"data: x\n", b"event: ", b"event", b"event: e\n", b"id: ", b"id", b"id: 7\n",
    b"retry: ", b"retry: 12\n", b"retry: 9x\n", b":", b" ", b"\t", b"\n", b"\n", b"\n\n", b"\r", b"\r", b"\r\r",
    b"\r\n", b"\r\n\r\n", b"a", b"bc", b"\0", b"\xef\xbb\xbf", b"\xef", b"\xbb", b"\xbf", b"\xc3", b"\xa9",
    b"\xc3\xa9", b"\xe2\x82", b"\xe2\x82\xac", b"\xf0\x9f\x98\x80", b"\xf0\x9f", b"\xed\xa0\x80", b"\xff", b"\x80",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\x0b", b"\x0c", b"1", b"0", b"Data: x\n", b"datax: y\n", b": c\n", b"foo\n",
    b"data\xef\xbb\xbf: z\n",
]


def stream(draw):
    atoms = [draw.choice(ATOMS) for _ in range(draw.choice([3, 8, 20, 60]))]
    if draw.random() < 0.2:
        atoms.insert(0, b"\xef\xbb\xbf")
    return b"".join(atoms)


def main():
    count = int(sys.argv[1])
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    written = 0
    sys.stdout.write("[")
    while written < count:
        raw = stream(draw)
        if re.search(rb"retry:? ?[\r\n]", raw):
            continue
        expected = ref.decode(raw)
        if (expected["retry"] or 0) > 2 ** 53:
            continue
        vector = {
            "name": f"f{written}",
            "group": "fuzz",
            "why": "random",
            "input_base64": base64.b64encode(raw).decode(),
            **expected,
        }
        sys.stdout.write((",\n" if written else "\n") + json.dumps(vector))
        written += 1
    sys.stdout.write("\n]\n")


if __name__ == "__main__":
    main()
