"""ZDT1's second objective over 10,000 points as numpy users write it, on both memory layouts."""
import sys
import time

import numpy as np


def zdt1(x):
    g = 1 + 9 / (x.shape[1] - 1) * x[:, 1:].sum(axis=1)
    return g * (1 - np.sqrt(x[:, 0] / g))


quick = "--quick" in sys.argv
rows = 1_000 if quick else 10_000
loops = 2 if quick else 100
points = np.random.default_rng(1).random((rows, 30))
for name, x in [("row_major", np.ascontiguousarray(points)), ("column_major", np.asfortranarray(points))]:
    zdt1(x)
    times = []
    for _ in range(1 if quick else 9):
        start = time.perf_counter()
        for _ in range(loops):
            zdt1(x)
        times.append((time.perf_counter() - start) / loops)
    print(name, sorted(times)[len(times) // 2])
