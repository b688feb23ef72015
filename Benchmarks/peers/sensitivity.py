"""Seconds that SALib takes for the indices of Benchmarks/SensitivityBenchmark.swift, sampling included."""
import sys
import time

import numpy as np
from SALib.analyze import sobol
from SALib.sample import sobol as sampler

count = 128 if "--quick" in sys.argv else 4096
a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
problem = {"num_vars": 8, "names": [f"x{i + 1}" for i in range(8)], "bounds": [[0, 1]] * 8}
times = []
for _ in range(1 if "--quick" in sys.argv else 3):
    start = time.perf_counter()
    x = sampler.sample(problem, count, calc_second_order=False, seed=1)
    y = np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1)
    sobol.analyze(problem, y, calc_second_order=False, num_resamples=100, seed=1)
    times.append(time.perf_counter() - start)
print("sobol", sorted(times)[len(times) // 2])
