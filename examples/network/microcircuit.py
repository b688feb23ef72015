#!/usr/bin/env python3
"""A CA1-like microcircuit in Brian2: pyramidal cells with a soma and a dendrite, perisomatic and dendritic interneurons.

Persistent: the network is built once, and every request starts from its stored state with the same connections and the same
afferent spikes, so that an answer depends on the weights alone. Weights are peak conductances in nS.
"""
import json
import os
import sys

# Only answers belong on standard output.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
import numpy as np  # noqa: E402
from brian2 import (  # noqa: E402
    Network, NeuronGroup, SpikeGeneratorGroup, SpikeMonitor, StateMonitor, Synapses, defaultclock, mV, ms, nA, nS, pF, prefs)

prefs.codegen.target = "numpy"  # no compiler, and as fast for so few cells
defaultclock.dt = 0.2 * ms
SETTLE, DURATION, BIN = 100, 500, 20  # ms
CELLS = {"pyr": 80, "peri": 16, "dend": 16}
AFFERENTS = {"ca3": (60, 25.0), "ec": (40, 20.0)}  # how many fibres, and at what rate (Hz)
# Source, target, the conductance it adds to, probability of a connection, delay (ms).
PATHS = {
    "ca3_pyr": ("ca3", "pyr", "ge", 0.3, 1.0), "ec_pyr": ("ec", "pyr", "gd", 0.3, 1.0),
    "ca3_peri": ("ca3", "peri", "ge", 0.4, 1.0), "ca3_dend": ("ca3", "dend", "ge", 0.2, 1.0),
    "pyr_pyr": ("pyr", "pyr", "ge", 0.05, 1.0), "pyr_peri": ("pyr", "peri", "ge", 0.3, 1.0),
    "pyr_dend": ("pyr", "dend", "ge", 0.4, 1.0),
    "peri_pyr": ("peri", "pyr", "gi", 0.5, 1.0), "peri_peri": ("peri", "peri", "gi", 0.5, 1.0),
    "peri_dend": ("peri", "dend", "gi", 0.2, 1.0),
    "dend_pyr": ("dend", "pyr", "gid", 0.5, 1.0), "dend_peri": ("dend", "peri", "gi", 0.3, 1.0),
}

PYRAMIDAL = """
dv/dt = (-gl*(v + 65*mV) - ge*v - gi*(v + 70*mV) + gc*(vd - v) - w) / (150*pF) : volt (unless refractory)
dvd/dt = (-gl*(vd + 65*mV) - gd*vd - gid*(vd + 75*mV) + gc*(v - vd)) / (150*pF) : volt
dw/dt = -w/(120*ms) : amp
dge/dt = -ge/(3*ms) : siemens
dgd/dt = -gd/(4*ms) : siemens
dgi/dt = -gi/(6*ms) : siemens
dgid/dt = -gid/(15*ms) : siemens
gl : siemens (constant, shared)
gc : siemens (constant, shared)
"""
INTERNEURON = """
dv/dt = (-gl*(v + 63*mV) - ge*v - gi*(v + 70*mV) - w) / (80*pF) : volt (unless refractory)
dw/dt = -w/(80*ms) : amp
dge/dt = -ge/(2*ms) : siemens
dgi/dt = -gi/(5*ms) : siemens
gl : siemens (constant, shared)
"""


def population(name):
    if name == "pyr":
        return NeuronGroup(
            CELLS[name], PYRAMIDAL, threshold="v > -48*mV", reset="v = -58*mV; w += step", refractory=3 * ms,
            method="exponential_euler", name=name, namespace={"step": 0.03 * nA})
    return NeuronGroup(
        CELLS[name], INTERNEURON, threshold="v > -45*mV", reset="v = -60*mV; w += step", refractory=1.5 * ms,
        method="exponential_euler", name=name, namespace={"step": (0.004 if name == "peri" else 0.03) * nA})


def afferent(name, random):
    """Independent Poisson trains, the same ones in every run."""
    fibres, rate = AFFERENTS[name]
    seconds = (SETTLE + DURATION) / 1000
    counts = random.poisson(rate * seconds, fibres)
    fibre = np.repeat(np.arange(fibres), counts)
    # At most one spike of a fibre in a time step.
    steps = int(seconds * 1000 / 0.2)
    place = np.unique(fibre * steps + random.integers(0, steps, counts.sum()))
    order = np.argsort(place % steps, kind="stable")
    return SpikeGeneratorGroup(fibres, place[order] // steps, (place[order] % steps) * 0.2 * ms, name=name)


class Microcircuit:
    def __init__(self):
        random = np.random.default_rng(1)
        groups = {name: population(name) for name in CELLS} | {name: afferent(name, random) for name in AFFERENTS}
        for name in CELLS:
            groups[name].v = (-66 + 6 * random.random(CELLS[name])) * mV
            groups[name].gl = (8 if name == "pyr" else 6) * nS
        groups["pyr"].vd, groups["pyr"].gc = -65 * mV, 8 * nS
        self.paths = {}
        for name, (source, target, conductance, probability, delay) in PATHS.items():
            path = Synapses(groups[source], groups[target], "weight : siemens (shared)",
                            on_pre=f"{conductance}_post += weight", delay=delay * ms, name=name)
            size = (groups[source].N, groups[target].N)
            pairs = random.random(size) < probability
            if source == target:
                np.fill_diagonal(pairs, False)
            i, j = pairs.nonzero()
            path.connect(i=i, j=j)
            self.paths[name] = path
        self.spikes = {name: SpikeMonitor(groups[name], name=f"spikes_{name}") for name in CELLS}
        self.voltage = StateMonitor(groups["pyr"], "v", record=[0], dt=1 * ms, name="voltage")
        self.network = Network(*groups.values(), *self.paths.values(), *self.spikes.values(), self.voltage)
        self.network.store()

    def run(self, weights):
        unknown = set(weights) ^ set(PATHS)
        if unknown:
            raise ValueError(f"expected the weights {', '.join(PATHS)}; missing or unknown: {', '.join(sorted(unknown))}")
        self.network.restore()
        for name, weight in weights.items():
            self.paths[name].weight = weight * nS
        self.network.run((SETTLE + DURATION) * ms, namespace={})
        return self.measure()

    def measure(self):
        answer = {}
        edges = np.arange(SETTLE, SETTLE + DURATION + BIN, BIN)
        for name, cells in CELLS.items():
            times, who = self.spikes[name].t / ms, np.asarray(self.spikes[name].i)
            who, times = who[times >= SETTLE], times[times >= SETTLE]
            answer[f"{name}_rate"] = len(times) * 1000 / DURATION / cells
            answer[f"{name}_course"] = (np.histogram(times, edges)[0] * 1000 / BIN / cells).tolist()
            answer[f"{name}_active"] = len(np.unique(who)) / cells
            answer[f"{name}_cv"] = irregularity(times, who)
        counts = np.asarray(answer["pyr_course"])
        answer["burstiness"] = float(counts.std() / counts.mean()) if counts.any() else 0.0
        answer["v"] = np.asarray(self.voltage.v[0] / mV)[SETTLE : SETTLE + DURATION : 2].tolist()
        return answer


def irregularity(times, who):
    """Mean coefficient of variation of the intervals of cells with at least four spikes; 0 where there is none."""
    values = []
    for cell in np.unique(who):
        intervals = np.diff(np.sort(times[who == cell]))
        if len(intervals) >= 3:
            values.append(intervals.std() / intervals.mean())
    return float(np.mean(values)) if values else 0.0


circuit = Microcircuit()
for line in sys.stdin:
    try:
        answer = circuit.run(json.loads(line))
    except Exception as error:  # a failure is an answer, too
        answer = {"error": f"{type(error).__name__}: {error}"}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
