"""The compared problems in numpy, as dmo's built-in texts have them, and a record of what a peer evaluates.

Objectives are minimised; a constraint is satisfied where its value is 0 or less.
"""
from dataclasses import dataclass
from typing import Callable

import numpy as np
from moocore import hypervolume
from pymoo.problems import get_problem
from pymoo.problems.many.cdtlz import C2DTLZ2, C3DTLZ4
from pymoo.problems.multi.csi import CSI
from pymoo.problems.multi.mw import MW3, MW7


@dataclass(frozen=True)
class Problem:
    name: str
    lower: np.ndarray
    upper: np.ndarray
    reference: list
    constraints: int
    evaluate: Callable  # (points x parameters) -> objectives, constraint values

    @property
    def dimension(self):
        return len(self.lower)

    def feasible_hypervolume(self, objectives, constraints):
        front = objectives[(constraints <= 0).all(axis=1)]
        return float(hypervolume(front, ref=self.reference)) if len(front) else 0.0


class Record:
    """Evaluates a problem and keeps everything in order; raises Exhausted beyond the budget."""

    class Exhausted(Exception):
        pass

    def __init__(self, problem, budget):
        self.problem, self.budget = problem, budget
        self.objectives = np.zeros((0, len(problem.reference)))
        self.constraints = np.zeros((0, problem.constraints))

    def __call__(self, x):
        if len(self.objectives) >= self.budget:
            raise Record.Exhausted
        f, g = self.problem.evaluate(np.atleast_2d(x))
        self.objectives, self.constraints = np.vstack([self.objectives, f]), np.vstack([self.constraints, g])
        return f, g

    def hypervolume(self, count):
        return self.problem.feasible_hypervolume(self.objectives[:count], self.constraints[:count])

    def evaluations_to(self, target):
        """The number of evaluations after which the hypervolume is at least `target`, or None."""
        if self.hypervolume(self.budget) < target:
            return None
        low, high = 0, min(self.budget, len(self.objectives))
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.hypervolume(middle) >= target else (middle, high)
        return high


def from_pymoo(name, peer, reference):
    def evaluate(x):
        out = {}
        peer._evaluate(x, out)
        return np.asarray(out["F"]), np.asarray(out["G"]).reshape(len(x), -1) if "G" in out else np.zeros((len(x), 0))

    return Problem(name, np.array(peer.xl), np.array(peer.xu), reference, peer.n_ieq_constr, evaluate)


def welded_beam(name, polar_factor, buckling):
    """`polar_factor` a in the polar moment 2 a h l (...); `buckling` the load in lb at t = b = 1 in without its taper."""

    def evaluate(x):
        h, l, t, b = x.T
        square = 0.25 * (l**2 + (h + t) ** 2)
        direct = 6000 / (np.sqrt(2) * h * l)
        polar = 2 * polar_factor * h * l * (l**2 / 12 + 0.25 * (h + t) ** 2)
        twist = 6000 * (14 + 0.5 * l) * np.sqrt(square) / polar
        shear = np.sqrt(direct**2 + twist**2 + l * direct * twist / np.sqrt(square))
        objectives = [1.10471 * h**2 * l + 0.04811 * t * b * (14 + l), 2.1952 / (t**3 * b)]
        constraints = [shear / 13600 - 1, 504000 / (t**2 * b) / 30000 - 1, h - b,
                       1 - buckling * (1 - 0.0282346 * t) * t * b**3 / 6000]
        return np.column_stack(objectives), np.column_stack(constraints)

    return Problem(name, np.array([0.125, 0.1, 0.1, 0.125]), np.array([5.0, 10, 10, 5]), [350, 0.1], 4, evaluate)


SMALL = [
    from_pymoo("bnh", get_problem("bnh"), [140, 50]),
    from_pymoo("srn", get_problem("srn"), [301, 72]),
    from_pymoo("tnk", get_problem("tnk"), [3, 3]),
    welded_beam("welded-beam", 0.707, 64746.022),
    # As SAMO-COBRA's experiments have it: twice Deb's polar moment and a stiffer buckling load (30e6 for the geometric
    # mean of the two moduli), so that somewhat more is feasible.
    welded_beam("welded-beam-samo", np.sqrt(2), 4.013 * 30e6 / 6 / 14**2),
    from_pymoo("osy", get_problem("osy"), [0, 386]),
    from_pymoo("c3dtlz4", C3DTLZ4(n_var=6, n_obj=2, alpha=1), [3, 3]),
    from_pymoo("car-side-impact", CSI(), [42, 4.5, 13]),
]

MEDIUM = [
    from_pymoo("zdt1", get_problem("zdt1", n_var=30), [11, 11]),
    from_pymoo("c2dtlz2", C2DTLZ2(n_var=12, n_obj=2), [1.1, 1.1]),
    from_pymoo("mw7", MW7(), [1.2, 1.2]),
    from_pymoo("mw3", MW3(), [1.2, 1.2]),
]


def named(name):
    return next(p for p in SMALL + MEDIUM if p.name == name)
