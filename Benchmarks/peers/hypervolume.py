"""moocore's exact hypervolume on the benchmark's fronts: seconds per call."""
from timing import median
import moocore
import numpy as np
from point_sets import points

sizes = {2: (100, 1000), 3: (100, 1000), 4: (100, 1000), 5: (100, 300, 1000), 6: (50, 100, 300), 7: (100,), 8: (100,)}
for objectives, count in ((m, n) for m, counts in sizes.items() for n in counts):
    x = points("sphere", count, objectives)
    indicator = moocore.Hypervolume(ref=np.full(objectives, 1.1))
    inner = 1 if objectives > 5 else max(20_000 // count, 1) // (10 if objectives > 3 else 1)

    def body():
        for _ in range(inner):
            indicator(x)

    print(f"{objectives}x{count}", median(body) / inner)
