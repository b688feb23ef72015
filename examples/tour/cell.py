#!/usr/bin/env python3
"""A stand-in for a neuron model: a threshold-linear f-I curve and a resting potential, with one way to fail."""
import json
import math
import sys

for line in sys.stdin:
    p = json.loads(line)
    drive = math.log(p["gNa"] / 0.05) / math.log(10)            # 0 .. 1
    calcium = math.log(p["gCaL"] / 1e-5) / math.log(1000)       # 0 .. 1
    gain = 1 + p.get("gain", 0) / 100                           # absent where kind is "one"
    slope = (200 + 60 * p["n"]) * gain * (0.5 + sum(p["w"]) / 4)
    threshold = 0.03 - 0.02 * drive
    rate = [max(0.0, slope * (step - threshold)) + 3 * calcium * (step > 0.025) for step in p["steps"]]
    if drive > 0.95 and calcium > 0.9:
        print(json.dumps({"error": "depolarisation block"}), flush=True)
        continue
    answer = {"rate": rate, "rest": -75 + 12 * calcium + 8 * p["w"][0] * drive,
              "spikes": int(sum(rate)), "ok": rate[-1] > 0}
    print(json.dumps(answer), flush=True)
