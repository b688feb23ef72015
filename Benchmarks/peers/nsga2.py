"""pymoo's NSGA-II on ZDT1 with 30 variables: seconds of a run, and the median hypervolume over seeds."""
from timing import median, quick
import moocore
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.optimize import minimize
from pymoo.problems import get_problem

size = 20 if quick else 200
volumes = []


def run():
    result = minimize(
        get_problem("zdt1", n_var=30), NSGA2(pop_size=size), ("n_gen", size), seed=len(volumes) + 1, verbose=False
    )
    volumes.append(moocore.hypervolume(result.F, ref=[11, 11]))


print("seconds", median(run))
print("volume", sorted(volumes)[len(volumes) // 2])
