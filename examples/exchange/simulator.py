#!/usr/bin/env python3
"""The exchange with dmo in 20 lines: a line of JSON in, a line of JSON out.

The loop serves both modes. With `mode = once` dmo starts this program for every evaluation and sends one
line; with `mode = persistent` it keeps the program and sends line after line.
Try it: echo '{"x": 1, "y": 2, "target": [3, 4]}' | python3 simulator.py
"""
import json
import sys

# What takes long to load (numpy, a mesh, NEURON) is loaded here, once per process.

for line in sys.stdin:
    request = json.loads(line)  # parameters by name, and what `send` adds
    x, y, target = request["x"], request["y"], request["target"]
    answer = {
        "distance": ((x - target[0]) ** 2 + (y - target[1]) ** 2) ** 0.5,
        "corner": [x, y],
    }
    print(json.dumps(answer), flush=True)  # flush: the other side waits for this line
