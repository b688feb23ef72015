"""Writes docs/evidence/ceilings.csv: the largest hypervolume of each compared problem.

Two estimates, of which the larger one counts: everything that two NSGA-II runs (population 200, 50,000 evaluations each)
saw, and, where the best set is known in closed form, points along it.
"""
import datetime
import os

import numpy as np

import problems
from peers import nsga2

TARGET = os.path.join(os.path.dirname(__file__), "../../docs/evidence/ceilings.csv")
t = np.linspace(0, 1, 20001)


def chain(first, dimension):
    """The least distance of Ma and Wang's third function: x_i = 1 - (x_(i-1) - 1/2)^2."""
    x = np.tile(first[:, None], (1, dimension))
    for i in range(1, dimension):
        x[:, i] = 1 - (x[:, i - 1] - 0.5) ** 2
    return x


def ellipses():
    """C3-DTLZ4's front: the smallest 1 + g with both constraints satisfied."""
    cosine, sine = np.cos(np.pi / 2 * t), np.sin(np.pi / 2 * t)
    least = 1 / np.sqrt(np.minimum(cosine**2 / 4 + sine**2, cosine**2 + sine**2 / 4)) - 1 + 1e-12
    return np.column_stack([t] + [0.5 + np.sqrt(least / 5)] * 5)


def osyczka():
    """The five regions of Deb 2001, page 362: parameters 4 and 6 are 0."""
    zero, one = np.zeros_like(t), np.ones_like(t)
    first = 4.056 + 0.944 * t
    regions = [(5 * one, one, 1 + 4 * t, 5 * one), (5 * one, one, 1 + 4 * t, one),
               (first, (first - 2) / 3, one, one), (zero, 2 * one, 1 + 2.732 * t, one), (t, 2 - t, one, one)]
    return np.vstack([np.column_stack([a, b, c, zero, e, zero]) for a, b, c, e in regions])


def known_sets():
    x = 5 * t
    yield "bnh", np.column_stack([x, np.minimum(x, 3)])
    yield "osy", osyczka()
    angle = np.pi / 2 * t[1:-1]
    radius = np.sqrt(1 + 0.1 * np.cos(16 * angle)) + 1e-12
    yield "tnk", np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
    yield "c3dtlz4", ellipses()
    yield "zdt1", np.column_stack([t] + [np.zeros_like(t)] * 29)
    yield "c2dtlz2", np.column_stack([t] + [np.full_like(t, 0.5)] * 11)
    for name in ("mw3", "mw7"):
        yield name, distances(problems.named(name))


def distances(problem):
    """A grid of the first parameter and of how far the last one is from its best value."""
    grid, away = np.meshgrid(np.linspace(0, problem.upper[0], 2001), np.linspace(0, 1, 601))
    x = chain(grid.ravel(), problem.dimension)
    x[:, -1] = np.maximum(x[:, -1] - away.ravel(), 0)
    return x


if __name__ == "__main__":
    known = dict(known_sets())
    with open(TARGET, "w") as out:
        out.write(f"# largest hypervolumes, {datetime.date.today()}: see scripts/compare/ceilings.py\n")
        out.write("problem,reference,maximum,search,known_set\n")
        for problem in problems.SMALL + problems.MEDIUM:
            objectives, constraints = [], []
            for seed in (1, 2):
                record = problems.Record(problem, 50000)
                nsga2(record, seed, population=200)
                objectives.append(record.objectives)
                constraints.append(record.constraints)
            found = problem.feasible_hypervolume(np.vstack(objectives), np.vstack(constraints))
            closed = problem.feasible_hypervolume(*problem.evaluate(known[problem.name])) if problem.name in known else None
            reference = " ".join(f"{v:g}" for v in problem.reference)
            best = max(found, closed or 0)
            out.write(f"{problem.name},{reference},{best:.7g},{found:.7g},{'' if closed is None else f'{closed:.7g}'}\n")
            print(problem.name, best, found, closed, flush=True)
