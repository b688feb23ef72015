#!/usr/bin/env python3
"""Runs the release build of dmo on the compared problems and adds a row per checkpoint to a csv: see README.md here.

    dmo.py small                                      -> docs/evidence/small-budgets-dmo.csv
    dmo.py medium --budget 400                        -> docs/evidence/medium-budgets-dmo.csv
    dmo.py small --method "dmo labels=only" --optimize "optimize labels=only evaluations={budget}"
"""
import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

import problems
from evidence import append
from peers import checkpoints

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))

OBJECTIVES = {"welded-beam": ["cost", "deflection"], "welded-beam-samo": ["cost", "deflection"],
              "car-side-impact": ["weight", "force", "speed"]}

# SAMO-COBRA's welded beam: see problems.py.
WELDED_BEAM_SAMO = """
param h in [0.125, 5]
param l in [0.1, 10]
param t in [0.1, 10]
param b in [0.125, 5]
def shear(h, l, t) {
  let direct = 6000 / (sqrt(2) * h * l)
  let arm = sqrt(0.25 * (l^2 + (h + t)^2))
  let twist = 6000 * (14 + 0.5 * l) * arm / (2 * sqrt(2) * h * l * (l^2 / 12 + 0.25 * (h + t)^2))
  return sqrt(direct^2 + twist^2 + l * direct * twist / arm)
}
minimize cost = 1.10471 * h^2 * l + 0.04811 * t * b * (14 + l)
minimize deflection = 2.1952 / (t^3 * b)
constraint shear_stress: shear(h, l, t) <= 13600
constraint bending: 504000 / (t^2 * b) <= 30000
constraint thickness: h <= b
constraint buckling: 4.013 * 30000000 / (6 * 14^2) * (1 - 0.0282346 * t) * t * b^3 >= 6000
"""


def script(problem, seed, optimize, budget, target):
    declared = WELDED_BEAM_SAMO if problem.name == "welded-beam-samo" else f'benchmark "{problem.name}"'
    statement = optimize.format(budget=budget, d=problem.dimension)
    return f'seed {seed}\n{declared}\n{statement}\nexport all to "{target}"\n'


def evaluated(problem, path):
    """dmo's objectives, and which points it calls feasible, in the order of evaluation; both are checked in numpy."""
    with open(path) as lines:
        rows = list(csv.reader(lines))
    state, columns = rows[0].index("state"), [rows[0].index(n) for n in OBJECTIVES.get(problem.name, ["f1", "f2"])]
    x = np.array([[float(v) for v in row[1 : 1 + problem.dimension]] for row in rows[1:]])
    objectives = np.array([[float(row[c]) for c in columns] for row in rows[1:]])
    infeasible = np.array([row[state] == "infeasible" for row in rows[1:]])
    f, g = problem.evaluate(x)
    if not np.allclose(f, objectives, rtol=1e-7, atol=1e-9):
        sys.exit(f"{problem.name}: dmo's objectives are not those of problems.py")
    if ((g > 1e-9).any(axis=1) & ~infeasible).any():
        sys.exit(f"{problem.name}: dmo calls points feasible that are not, says problems.py")
    return objectives, np.where(infeasible, 1.0, -1.0)[:, None]


def run(level, problem, seed, arguments):
    budget = arguments.budget or 40 * problem.dimension
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "all.csv")
        text = script(problem, seed, arguments.optimize, budget, target)
        start = time.monotonic()
        done = subprocess.run([arguments.dmo, "-q", "-"], input=text, text=True, capture_output=True, cwd=folder)
        if done.returncode or not os.path.exists(target):
            sys.exit(f"{problem.name}, seed {seed}: dmo ended with {done.returncode}\n{text}\n{done.stderr}")
        seconds = time.monotonic() - start
        record = problems.Record(problem, budget)
        record.objectives, record.constraints = (a[:budget] for a in evaluated(problem, target))
    rows = [(problem.name, arguments.method, seed, n, f"{record.hypervolume(n):.7g}") for n in checkpoints(record, level)]
    append(f"{level}-budgets-dmo.csv", rows, made_with=arguments.optimize)
    print(*rows[-1], f"{seconds:.1f} s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("level", choices=["small", "medium"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--problems", nargs="*")
    parser.add_argument("--budget", type=int, help="evaluations of a run; 40 d unless given")
    parser.add_argument("--optimize", default="optimize evaluations={budget}")
    parser.add_argument("--method", default="dmo", help="the name in the csv")
    parser.add_argument("--dmo", default=os.path.join(ROOT, ".build/release/dmo"))
    arguments = parser.parse_args()
    for problem in problems.SMALL if arguments.level == "small" else problems.MEDIUM:
        if not arguments.problems or problem.name in arguments.problems:
            for seed in arguments.seeds:
                run(arguments.level, problem, seed, arguments)
