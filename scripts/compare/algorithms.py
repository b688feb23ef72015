#!/usr/bin/env python3
"""dmo's search algorithms beside pymoo's on built-in problems: median hypervolume, IGD+ and CPU time over 11 seeds or more.

    algorithms.py [--bench dmo-bench] [--seeds N] [--keep FOLDER]   -> docs/evidence/algorithms.csv, and the tables of
                                                                       docs/search.md on standard output

Populations of 100 for 200 generations on both sides; the last population's feasible front counts. Seed by seed, dmo (`dmo-bench algorithms`)
and pymoo run one after the other, so that both find the machine in the same state. Hypervolumes are divided by the one of the reference front, which is also that of IGD+: pymoo's known
front, thinned evenly, or where it has none the non-dominated points of all runs of both sides.
"""
import argparse
import collections
import csv
import datetime
import os
import subprocess
import sys
import tempfile
import time

import moocore
import numpy as np
from pymoo.optimize import minimize
from pymoo.problems import get_problem
from pymoo.problems.many.cdtlz import C1DTLZ1, C2DTLZ2, C3DTLZ4
from pymoo.problems.multi import mw

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path.insert(0, os.path.join(ROOT, "Benchmarks/peers"))
from evidence import machine, versions  # noqa: E402
from pymoo_algorithms import COUNTERPARTS, counterpart  # noqa: E402

csv.field_size_limit(sys.maxsize)

PROBLEMS = {
    "zdt1": get_problem("zdt1"), "zdt2": get_problem("zdt2"), "zdt3": get_problem("zdt3"), "zdt4": get_problem("zdt4"),
    "zdt6": get_problem("zdt6"), "dtlz2": get_problem("dtlz2", n_var=10, n_obj=2),
    "dtlz2-3": get_problem("dtlz2", n_var=12, n_obj=3), "mw1": mw.MW1(), "mw2": mw.MW2(), "mw3": mw.MW3(), "mw7": mw.MW7(),
    "c1dtlz1": C1DTLZ1(n_var=6, n_obj=2), "c2dtlz2": C2DTLZ2(n_var=12, n_obj=2), "c3dtlz4": C3DTLZ4(n_var=6, n_obj=2, alpha=1),
}
ALGORITHMS = ["nsga2", "age", "nsga3", "smpso", "cmaes", "trs"]
KNOWN_FRONT = {"zdt1", "zdt2", "zdt3", "zdt4", "zdt6"}

Run = collections.namedtuple("Run", "front seconds")


def read(path, system):
    runs = collections.defaultdict(list)
    with open(path) as lines:
        for row in csv.DictReader(lines):
            points = [p.split() for p in row["objectives"].split(";") if p]
            # A run may have found nothing feasible.
            front = np.array(points, dtype=float).reshape(len(points), -1) if points else np.empty((0, 0))
            runs[row["problem"], row["algorithm"], system].append(Run(front, float(row["seconds"])))
    return runs


def run_dmo(name, algorithm, seed, bench):
    """A row of the files: problem, algorithm, seed, CPU seconds, objectives of the front's points."""
    with tempfile.NamedTemporaryFile("r") as answer:
        part = ["--only", f"{name}:{algorithm}:{seed}", "--evidence", answer.name]
        subprocess.run([bench, "algorithms", *part], check=True, stdout=subprocess.DEVNULL)
        with open(answer.name) as line:
            return next(csv.reader(line))


def run_pymoo(name, algorithm, seed, _):
    """The same; None where pymoo ends with an error."""
    start = time.process_time()
    try:
        result = minimize(PROBLEMS[name], counterpart(algorithm, PROBLEMS[name]), ("n_gen", 200), seed=seed)
    except ArithmeticError as error:
        # AGEMOEA2 divides by the norm of the ideal point where that is on the front.
        print(f"{name} {algorithm} seed {seed}: pymoo ended with {error}; left out", file=sys.stderr, flush=True)
        return None
    seconds = time.process_time() - start
    feasible = result.pop[(result.pop.get("CV") <= 0).ravel()].get("F")
    front = feasible[moocore.is_nondominated(feasible)] if len(feasible) else []
    return name, algorithm, seed, f"{seconds:.4f}", ";".join(" ".join(repr(float(v)) for v in point) for point in front)


def cell(name, algorithm, bench, seeds, folder):
    """All runs of one problem by one algorithm; what the folder has already is not run again."""
    systems = {"dmo": run_dmo} | ({"pymoo": run_pymoo} if algorithm in COUNTERPARTS else {})
    paths = {system: os.path.join(folder, f"{system}-{name}-{algorithm}.csv") for system in systems}
    rows = {system: [] for system in systems if not os.path.exists(paths[system])}
    for seed in range(1, seeds + 1):
        for system in rows:
            rows[system].append(systems[system](name, algorithm, seed, bench))
    for system in rows:
        with open(paths[system] + ".part", "w") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerow(["problem", "algorithm", "seed", "seconds", "objectives"])
            writer.writerows(row for row in rows[system] if row)
        os.rename(paths[system] + ".part", paths[system])
    print(name, algorithm, file=sys.stderr, flush=True)
    runs = {}
    for system in systems:
        runs.update(read(paths[system], system))
    return runs


def reference_front(name, fronts):
    if name in KNOWN_FRONT:
        # ZDT3 counts points of each of its five parts.
        return PROBLEMS[name].pareto_front(**({"n_points": 200} if name == "zdt3" else {"n_pareto_points": 1000}))
    if name == "dtlz2":
        angle = np.linspace(0, np.pi / 2, 1000)
        return np.column_stack([np.cos(angle), np.sin(angle)])
    if name == "dtlz2-3":
        steps = np.array([(i, j, 50 - i - j) for i in range(51) for j in range(51 - i)], dtype=float)
        return steps / np.linalg.norm(steps, axis=1)[:, None]
    points = np.vstack(fronts)
    return points[moocore.is_nondominated(points)]


def medians(runs):
    """Rows: problem, algorithm, system, runs, share of the reference front's hypervolume, IGD+, CPU seconds."""
    rows = []
    for name in dict.fromkeys(key[0] for key in runs):
        ours = {key: value for key, value in runs.items() if key[0] == name}
        front = reference_front(name, [run.front for value in ours.values() for run in value if len(run.front)])
        low, high = front.min(axis=0), front.max(axis=0)
        scaled = lambda points: (points - low) / (high - low)
        corner = [1.1] * front.shape[1]
        whole = moocore.hypervolume(scaled(front), ref=corner)
        for key, value in ours.items():
            volume = [moocore.hypervolume(scaled(r.front), ref=corner) / whole if len(r.front) else 0 for r in value]
            distance = [moocore.igd_plus(scaled(r.front), ref=scaled(front)) if len(r.front) else np.inf for r in value]
            rows.append((*key, len(value), np.median(volume), np.median(distance), np.median([r.seconds for r in value])))
    return rows


def tables(rows):
    figure = {(p, a, s): (v, d, t) for p, a, s, _, v, d, t in rows}
    names = list(dict.fromkeys(r[0] for r in rows))
    algorithms = list(dict.fromkeys(r[1] for r in rows if r[2] == "dmo"))
    for title, place, form in [("hypervolume", 0, "{:.4f}"), ("IGD+", 1, "{:.4f}")]:
        print(f"\n| {title}: dmo / pymoo | " + " | ".join(algorithms) + " |\n|" + "---|" * (len(algorithms) + 1))
        for name in names:
            cells = [" / ".join(form.format(figure[name, a, s][place]) for s in ("dmo", "pymoo") if (name, a, s) in figure)
                     for a in algorithms]
            print(f"| {name} | " + " | ".join(cells) + " |")
    print("\n| CPU time of a run, median over problems | dmo | pymoo | ratio: median, lowest, highest |\n|---|---|---|---|")
    for a in algorithms:
        ours = np.median([figure[n, a, "dmo"][2] for n in names])
        theirs = [figure[n, a, "pymoo"][2] for n in names if (n, a, "pymoo") in figure]
        if not theirs:
            print(f"| {a} | {ours * 1000:.0f} ms | - | - |")
            continue
        ratios = sorted((figure[n, a, "pymoo"][2] / figure[n, a, "dmo"][2], n) for n in names)
        ends = ", ".join(f"{ratio:.1f} ({n})" for ratio, n in (ratios[0], ratios[-1]))
        print(f"| {a} | {ours * 1000:.0f} ms | {np.median(theirs):.2f} s | {np.median([r for r, _ in ratios]):.0f}, {ends} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default=os.path.join(ROOT, ".build/release/dmo-bench"))
    parser.add_argument("--seeds", type=int, default=11)
    parser.add_argument("--keep", help="a folder for the fronts of all runs: what it has is not run again")
    parser.add_argument("--only", nargs="*", metavar="PROBLEM:ALGORITHM", help="these runs into the folder, and nothing else")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or temporary
        os.makedirs(folder, exist_ok=True)
        if arguments.only:
            for pair in arguments.only:
                cell(*pair.split(":"), arguments.bench, arguments.seeds, folder)
            sys.exit()
        runs = {}
        for name in PROBLEMS:
            for algorithm in ALGORITHMS:
                runs.update(cell(name, algorithm, arguments.bench, arguments.seeds, folder))
    rows = medians(runs)
    with open(os.path.join(ROOT, "docs/evidence/algorithms.csv"), "w") as target:
        target.write(f"# {datetime.date.today()}, {machine()}; {versions()}\n")
        target.write(f"# population 100, 200 generations, medians of {arguments.seeds} seeds\n")
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["problem", "algorithm", "system", "runs", "hypervolume", "igd_plus", "cpu_seconds"])
        writer.writerows((*row[:4], *(f"{value:.6g}" for value in row[4:])) for row in rows)
    tables(rows)
