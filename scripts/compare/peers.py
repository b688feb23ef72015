#!/usr/bin/env python3
"""Runs other optimisers on the compared problems and adds a row per checkpoint to a csv: see README.md here.

    peers.py small  nsga2 ssa-nsga2 optuna-tpe        -> docs/evidence/small-budgets-peers.csv
    peers.py medium nsga2 optuna-tpe botorch          -> docs/evidence/medium-budgets-peers.csv
"""
import argparse
import time
import warnings

import numpy as np

import problems
from evidence import MAXIMA, append



def pymoo_problem(record):
    from pymoo.core.problem import Problem

    class Recorded(Problem):
        def __init__(self):
            p = record.problem
            super().__init__(n_var=p.dimension, n_obj=len(p.reference), n_ieq_constr=p.constraints,
                             xl=p.lower, xu=p.upper)

        def _evaluate(self, x, out, *args, **kwargs):
            out["F"], out["G"] = record(x)

    return Recorded()


def pymoo_run(record, algorithm, seed):
    from pymoo.optimize import minimize

    try:
        minimize(pymoo_problem(record), algorithm, ("n_gen", 10**6), seed=seed)
    except problems.Record.Exhausted:
        pass


def nsga2(record, seed, population):
    from pymoo.algorithms.moo.nsga2 import NSGA2

    pymoo_run(record, NSGA2(pop_size=population), seed)


def ssa_nsga2(record, seed, infills):
    """pysamoo's defaults, but 5 instead of 10 points per iteration where the budget is 80 evaluations."""
    from pysamoo.algorithms.ssansga2 import SSANSGA2

    pymoo_run(record, SSANSGA2(n_infills=infills), seed)


def optuna_run(record, sampler):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(directions=["minimize"] * len(record.problem.reference), sampler=sampler)
    lower, upper = record.problem.lower, record.problem.upper

    def objective(trial):
        x = [trial.suggest_float(f"x{i}", lower[i], upper[i]) for i in range(record.problem.dimension)]
        f, g = record(np.array(x))
        trial.set_user_attr("constraints", g[0].tolist())
        return f[0].tolist()

    study.optimize(objective, n_trials=record.budget)


def optuna_constraints(record):
    return (lambda trial: trial.user_attrs["constraints"]) if record.problem.constraints else None


def optuna_tpe(record, seed):
    import optuna

    optuna_run(record, optuna.samplers.TPESampler(seed=seed, constraints_func=optuna_constraints(record)))


def optuna_gp(record, seed):
    import optuna

    optuna_run(record, optuna.samplers.GPSampler(seed=seed, constraints_func=optuna_constraints(record)))


def botorch(record, seed):
    from botorch_peer import search

    search(record, seed, batch=8, target=0.95 * MAXIMA[record.problem.name])


def variants(method, dimension, level):
    """What is run of a method, by name: the best variant of a method counts (summary.py)."""
    if method == "nsga2" and level == "small":
        # The population sizes of de Winter et al. 2021.
        return {f"nsga2 population={p * dimension}": (nsga2, {"population": p * dimension}) for p in (5, 8, 10, 20)}
    if method == "nsga2":
        return {f"nsga2 population={p}": (nsga2, {"population": p}) for p in (20, 50, 100)}
    if method == "ssa-nsga2":
        return {"ssa-nsga2": (ssa_nsga2, {"infills": 5 if dimension < 4 else 10})}
    return {method: ({"optuna-tpe": optuna_tpe, "optuna-gp": optuna_gp, "botorch": botorch}[method], {})}


BUDGETS = {"nsga2": 20000, "ssa-nsga2": 300, "optuna-tpe": 400, "optuna-gp": 300, "botorch": 300}


def checkpoints(record, level):
    """Evaluations at which the hypervolume is noted."""
    if level == "small":
        return [k * record.problem.dimension for k in (10, 20, 40)]
    largest = MAXIMA[record.problem.name]
    done = len(record.objectives)
    reached = {record.evaluations_to(share * largest) for share in (0.5, 0.8, 0.9, 0.95)}
    return sorted((reached - {None}) | {done})


def run(level, method, problem, seed):
    for name, (search, options) in variants(method, problem.dimension, level).items():
        record = problems.Record(problem, 40 * problem.dimension if level == "small" else BUDGETS[method])
        start = time.process_time()
        try:
            search(record, seed, **options)
        except problems.Record.Exhausted:
            pass
        seconds = time.process_time() - start
        rows = [(problem.name, name, seed, n, f"{record.hypervolume(n):.7g}") for n in checkpoints(record, level)]
        append(f"{level}-budgets-peers.csv", rows)
        print(*rows[-1], f"{seconds:.1f} s of CPU", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("level", choices=["small", "medium"])
    parser.add_argument("methods", nargs="+", choices=list(BUDGETS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--problems", nargs="*")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    for problem in problems.SMALL if arguments.level == "small" else problems.MEDIUM:
        if arguments.problems and problem.name not in arguments.problems:
            continue
        for method in arguments.methods:
            for seed in arguments.seeds:
                run(arguments.level, method, problem, seed)
