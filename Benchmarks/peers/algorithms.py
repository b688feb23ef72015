"""pymoo's counterpart of a search algorithm on ZDT1 with 30 variables: CPU seconds of a run; nothing if it has none."""
import sys
import time

from timing import quick
from pymoo.optimize import minimize
from pymoo.problems import get_problem
from pymoo_algorithms import COUNTERPARTS, counterpart

name = sys.argv[1]
if name in COUNTERPARTS:
    try:
        counterpart(name, get_problem("zdt1"))
    except Exception as error:
        sys.exit(f"{name}: {error}")
    times = []
    for seed in range(1 if quick else 3):
        problem = get_problem("zdt1", n_var=30)
        start = time.process_time()
        minimize(problem, counterpart(name, problem), ("n_gen", 20 if quick else 200), seed=seed + 1)
        times.append(time.process_time() - start)
    print("seconds", sorted(times)[len(times) // 2])
