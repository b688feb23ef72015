#!/usr/bin/env python3
"""An adaptive exponential integrate-and-fire neuron (Brette and Gerstner 2005) under three current steps.

A line of JSON with the parameters in, a line of JSON with what an electrode would measure out.
Try it: echo '{"gL": 10, "EL": -70, "VT": -50, "a": 2, "b": 60, "tau_w": 150}' | python3 neuron.py
"""
import json
import math
import sys

CAPACITANCE, SLOPE, RESET, STEP = 200.0, 2.0, -58.0, 0.2    # pF, mV, mV, ms


def spike_times(p, current, duration=500.0):
    """Times in ms of the spikes under a constant current in pA, from rest; forward Euler."""
    v, w, times = p["EL"], 0.0, []
    for step in range(int(duration / STEP)):
        spike = p["gL"] * SLOPE * math.exp(min((v - p["VT"]) / SLOPE, 10))
        v += STEP * (-p["gL"] * (v - p["EL"]) + spike - w + current) / CAPACITANCE
        w += STEP * (p["a"] * (v - p["EL"]) - w) / p["tau_w"]
        if v > 0:
            times.append(step * STEP)
            v, w = RESET, w + p["b"]
    return times


for line in sys.stdin:
    p = json.loads(line)
    runs = [spike_times(p, current) for current in p["currents"]] if "currents" in p else [spike_times(p, 400)]
    last = runs[-1]
    intervals = [after - before for before, after in zip(last, last[1:])]
    answer = {
        "rate": [2 * len(times) for times in runs],                                    # spikes in half a second, Hz
        "adaptation": intervals[-1] / intervals[0] if len(intervals) > 1 else 0.0,     # last interval over first
        "latency": last[0] if last else 500.0,                                         # ms
        "rest": p["EL"],                                                               # mV
        "rin": 1000 / (p["gL"] + p["a"]),                                              # MOhm
    }
    print(json.dumps(answer), flush=True)
