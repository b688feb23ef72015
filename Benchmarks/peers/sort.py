"""moocore's Pareto ranks and first front: seconds per call."""
from timing import median, quick
import moocore
import numpy as np
from point_sets import points

count = 1000 if quick else 10_000
for kind in ("cube", "sphere"):
    for objectives in range(2, 6):
        x = points(kind, count, objectives)
        print(f"{kind}{objectives}", median(lambda: moocore.pareto_rank(x)))
many = points("cube", 10_000 if quick else 1_000_000, 4)
half = points("cube", 5000, 10)
twice = np.concatenate((half, half))
print("distinct", median(lambda: np.unique(twice, axis=0)))
print("front", median(lambda: moocore.is_nondominated(many), 3))
