#!/usr/bin/env python3
"""An interneuron of stratum oriens in NEURON: soma, two dendrites and an axon stump in current clamp.

Persistent: NEURON is imported and the cell built once; then a line of JSON with the parameters is answered by a line with
what an electrophysiologist would measure. Conductances in S/cm2, currents in nA, voltages in mV, times in ms.
"""
import json
import math
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
# NEURON greets and warns on standard output, where only answers belong.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
os.chdir(FOLDER)  # the compiled mechanisms are found here
from neuron import h  # noqa: E402

STEP = 0.025
SETTLED = 1000.0
ONSET, OFFSET, END = 100.0, 600.0, 620.0
TRACE_FROM, TRACE_STEP, TRACE_COUNT = 90.0, 0.5, 400


class Cell:
    def __init__(self):
        self.soma = self.section("soma", length=20, diameter=14, segments=1)
        self.dendrites = [self.section(f"dend{k}", length=250, diameter=2.4, segments=5) for k in (1, 2)]
        self.axon = self.section("axon", length=60, diameter=1.2, segments=3)
        for end, dendrite in zip((0, 1), self.dendrites):
            dendrite.connect(self.soma(end), 0)
        self.axon.connect(self.soma(0.5), 0)
        for section in (self.soma, self.axon):
            section.insert("nak")
        self.soma.insert("ka")
        for dendrite in self.dendrites:
            for mechanism in ("nak", "ka", "hcn", "cak"):
                dendrite.insert(mechanism)
        self.clamp = h.IClamp(self.soma(0.5))
        self.clamp.delay, self.clamp.dur = SETTLED + ONSET, OFFSET - ONSET
        self.voltage = h.Vector().record(self.soma(0.5)._ref_v)

    def section(self, name, length, diameter, segments):
        section = h.Section(name=name)
        section.L, section.diam, section.nseg, section.cm = length, diameter, segments, 1
        section.insert("pas")
        return section

    def set(self, p):
        for section in [self.soma, self.axon] + self.dendrites:
            section.Ra = p["Ra"]
            section.g_pas, section.e_pas = p["g_leak"], p["e_leak"]
            section.phi_nak, section.shift_nak = p["phi"], p["shift"]
        self.soma.gna_nak, self.soma.gk_nak = p["soma_g_Na"], p["soma_g_K"]
        self.axon.gna_nak, self.axon.gk_nak = p["axon_g_Na"], p["soma_g_K"]
        self.soma.g_ka = p["g_A"]
        for dendrite in self.dendrites:
            dendrite.gna_nak, dendrite.gk_nak = p["dend_g_Na"], p["dend_g_K"]
            dendrite.g_ka = p["g_A"]
            dendrite.g_hcn = p["g_h"]
            dendrite.gca_cak, dendrite.gc_cak, dendrite.gahp_cak = p["g_Ca"], p["g_C"], p["g_AHP"]

    def run(self, current, until):
        """Somatic voltage every STEP ms, from the state that `settle` has left."""
        self.settled.restore()
        self.clamp.amp = current
        h.fcurrent()
        h.frecord_init()
        h.dt, h.secondorder, h.steps_per_ms = STEP, 2, 1 / STEP
        h.continuerun(SETTLED + until)
        return self.voltage.as_numpy().copy()

    def settle(self):
        """A second without stimulus from -65 mV in long implicit steps; then the state that all runs begin with."""
        self.clamp.amp = 0
        h.secondorder, h.steps_per_ms, h.dt = 0, 10, 0.1
        h.finitialize(-65)
        h.continuerun(SETTLED)
        self.settled = h.SaveState()
        self.settled.save()


def at(t):
    return int(round(t / STEP))


def passive(v, current):
    """Input resistance (MOhm), time constant (ms) and sag (steady over deepest deflection) of a hyperpolarising step."""
    base = v[at(ONSET)]
    step = v[at(ONSET) : at(OFFSET)]
    deepest = int(step.argmin())
    steady = step[-at(50) :].mean()
    depth = base - step[deepest]
    if depth < 0.1:
        return {"rin": 0.0, "tau": 0.0, "sag": 1.0}
    # Two points of the charging curve, at 20 and 80 percent of the deflection.
    early = int((base - step >= 0.2 * depth).argmax())
    late = int((base - step >= 0.8 * depth).argmax())
    tau = (late - early) * STEP / math.log(0.8 / 0.2)
    return {"rin": float((base - step[deepest]) / abs(current)), "tau": tau, "sag": float((base - steady) / depth)}


def crossings(v):
    """How often the voltage rises above -10 mV."""
    return int(((v[1:] > -10) & (v[:-1] <= -10)).sum())


def spikes(v):
    """Index of the peak of every excursion above -10 mV that has come down again, during the step."""
    step = v[at(ONSET) : at(OFFSET)]
    above = step > -10
    starts = [i for i in range(1, len(step)) if above[i] and not above[i - 1]]
    ends = [i for i in range(1, len(step)) if above[i - 1] and not above[i]]
    return [at(ONSET) + s + int(step[s:e].argmax()) for s, e in zip(starts, ends)]


def shape(v, peaks):
    """Height over threshold, width at half height and depth below threshold of the spikes, averaged over all but the first."""
    if len(peaks) < 2:
        return {"amplitude": 0.0, "width": 0.0, "ahp": 0.0, "threshold": 0.0}
    heights, widths, depths, thresholds = [], [], [], []
    for peak, following in list(zip(peaks, peaks[1:] + [at(OFFSET)]))[1:]:
        before = v[max(0, peak - at(5)) : peak]
        fast = (before[1:] - before[:-1]) / STEP >= 10  # 10 mV/ms, the usual mark of a threshold
        onset = peak - len(before) + int(fast.argmax()) if fast.any() else peak
        threshold = v[onset]
        half = (v[peak] + threshold) / 2
        left = peak
        while left > 0 and v[left] > half:
            left -= 1
        right = peak
        while right < len(v) - 1 and v[right] > half:
            right += 1
        thresholds.append(threshold)
        heights.append(v[peak] - threshold)
        widths.append((right - left - 1) * STEP)
        depths.append(threshold - v[peak : max(following, peak + 1)].min())
    mean = lambda values: float(sum(values) / len(values))  # noqa: E731
    return {"amplitude": mean(heights), "width": mean(widths), "ahp": mean(depths), "threshold": mean(thresholds)}


def measure(cell, request):
    cell.set(request)
    cell.settle()
    quiet = cell.run(request["hyperpolarising"], OFFSET)
    answer = {"rest": float(quiet[at(ONSET) - 1]), "early": crossings(quiet[: at(ONSET)])}
    answer |= passive(quiet, request["hyperpolarising"])
    rate, first, adaptation, last, traces = [], [], [], [], []
    for current in request["currents"]:
        v = cell.run(current, END)
        peaks = spikes(v)
        traces.append(v)
        intervals = [(b - a) * STEP for a, b in zip(peaks, peaks[1:])]
        rate.append(len(peaks) * 1000 / (OFFSET - ONSET))
        first.append((peaks[0] - at(ONSET)) * STEP if peaks else OFFSET - ONSET)
        last.append((peaks[-1] - at(ONSET)) * STEP if peaks else 0.0)
        adaptation.append(intervals[-1] / intervals[0] if len(intervals) >= 2 else 0.0)
    shown = traces[request["shown"] - 1]
    answer |= shape(shown, spikes(shown))
    answer |= {"rate": rate, "latency": first, "last": last, "adaptation": adaptation,
               "peak": [float(v[at(ONSET) :].max()) for v in traces]}
    answer["v"] = [float(shown[at(TRACE_FROM + k * TRACE_STEP)]) for k in range(TRACE_COUNT)]
    return answer


def main():
    cell = Cell()
    h.load_file("stdrun.hoc")
    h.cvode_active(0)
    for line in sys.stdin:
        try:
            answer = measure(cell, json.loads(line))
        except Exception as error:  # a failure is an answer, too
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
