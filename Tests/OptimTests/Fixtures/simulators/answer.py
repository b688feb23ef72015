#!/usr/bin/env python3
"""Answers requests in every way a test asks for: the request's "do" is Python run with it as `x`."""
import json, os, signal, sys, time

for line in sys.stdin:
    x = json.loads(line)
    exec(x.get("do", 'print(json.dumps({"y": 2 * x["a"]}))'))
    sys.stdout.flush()
