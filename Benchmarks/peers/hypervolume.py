"""moocore's exact hypervolume on the benchmark's fronts. Every line of standard input, `OBJECTIVES POINTS`, is one turn: its answer is
the CPU seconds of a call, the mean of as many calls as take about 5 ms."""
import sys
import time

from timing import quick  # noqa: F401  (puts the fixtures on the path)
import moocore
import numpy as np
from point_sets import points


def seconds(call, count):
    start = time.thread_time()
    for _ in range(count):
        call()
    return (time.thread_time() - start) / count


calls = {}
for line in sys.stdin:
    if line not in calls:
        objectives, count = map(int, line.split())
        x = points("sphere", count, objectives)
        indicator = moocore.Hypervolume(ref=np.full(objectives, 1.1))
        call = lambda x=x, indicator=indicator: indicator(x)
        call()
        calls[line] = (call, max(1, int(5e-3 / seconds(call, 1))))
    print(seconds(*calls[line]), flush=True)
