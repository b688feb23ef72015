#!/usr/bin/env python3
"""Fails in every way a simulator can, as its parameter `way` says; see docs/simulators.md."""
import json
import os
import signal
import sys
import time

request = json.loads(sys.stdin.readline())
good = {"value": request["x"] ** 2, "pair": [request["x"], 1.0]}
print("working on", request["way"], file=sys.stderr)  # the end of this is kept with a failure


def flood():
    while True:
        sys.stdout.write("x" * 65536)


def closed_pipes():
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    os._exit(0)


ways = {
    "fine": lambda: good,
    "extra_output": lambda: {**good, "more": 1},  # not a failure: dmo mentions it once
    "exit_code": lambda: sys.exit(3),
    "exception": lambda: 1 / 0,
    "signal": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "hang": lambda: time.sleep(3600),  # ended by `timeout`
    "flood": flood,
    "no_json": lambda: print("the result is 42"),
    "invalid_json": lambda: print({"value": 1}),  # Python's quotes are not JSON's
    "missing_output": lambda: {"value": 1},
    "wrong_length": lambda: {**good, "pair": [1, 2, 3]},
    "wrong_kind": lambda: {**good, "value": "high"},
    "nan": lambda: {**good, "value": float("nan")},
    "closed_pipes": closed_pipes,
    "reported": lambda: {"error": "the solver did not converge"},  # the best way to fail
    "stopped": lambda: {"value": 1, "stopped": "hopeless after phase 1"},  # a partial answer
}
answer = ways[request["way"]]()
if answer:
    print(json.dumps(answer))
