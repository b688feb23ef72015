import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../scripts/fixtures"))
quick = "--quick" in sys.argv


def median(body, repeats=5):
    """Median wall-clock seconds after one warm-up, as Bench.median."""
    body()
    times = []
    for _ in range(1 if quick else repeats):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]
