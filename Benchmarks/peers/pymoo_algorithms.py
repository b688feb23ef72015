"""pymoo's algorithms by dmo's names, with populations of 100 and pymoo's own defaults.

NSGA2 and AGEMOEA2: SBX with probability 0.9 and index 15, polynomial mutation with index 20, as dmo's defaults. NSGA3: SBX with
probability 1 and index 30, and as many Das-Dennis directions as 100 points can hold. AGEMOEA2 needs numba.
"""
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.algorithms.moo.nsga3 import NSGA3
from pymoo.util.ref_dirs import get_reference_directions

COUNTERPARTS = ["nsga2", "age", "nsga3"]
DIVISIONS = {2: 99, 3: 12}


def counterpart(name, problem):
    if name == "nsga2":
        return NSGA2(pop_size=100)
    if name == "age":
        from pymoo.algorithms.moo.age2 import AGEMOEA2

        return AGEMOEA2(pop_size=100)
    directions = get_reference_directions("das-dennis", problem.n_obj, n_partitions=DIVISIONS[problem.n_obj])
    return NSGA3(directions, pop_size=100)
