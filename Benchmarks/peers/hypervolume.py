"""moocore's exact hypervolume on the benchmark's fronts: seconds per call."""
from timing import median
import moocore
import numpy as np
from point_sets import points

for objectives, count in ((2, 100), (2, 1000), (3, 100), (3, 1000), (4, 100), (4, 1000), (5, 100), (6, 50)):
    x = points("sphere", count, objectives)
    indicator = moocore.Hypervolume(ref=np.full(objectives, 1.1))
    inner = max(20_000 // count, 1) // (10 if objectives > 3 else 1)

    def body():
        for _ in range(inner):
            indicator(x)

    print(f"{objectives}x{count}", median(body) / inner)
