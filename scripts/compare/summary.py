#!/usr/bin/env python3
"""Prints the medians of docs/evidence as markdown tables, dmo beside the peers and the published figures.

    summary.py small     hypervolume after 10 d, 20 d and 40 d evaluations
    summary.py medium    evaluations to 95 % of the largest hypervolume (ceilings.csv)
"""
import os
import statistics
import sys
from collections import defaultdict

from evidence import FOLDER, MAXIMA, read

SHARE = 0.95


def rows(level):
    names = [f"{level}-budgets-dmo.csv", f"{level}-budgets-peers.csv"] + (["samo-cobra.csv"] if level == "small" else [])
    return [row for name in names if os.path.exists(os.path.join(FOLDER, name)) for row in read(name)]


def runs(level):
    """[problem][method][seed] -> [(evaluations, hypervolume)] in ascending order."""
    found = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for row in rows(level):
        point = (int(row["evaluations"]), float(row["hypervolume"]))
        found[row["problem"]][row["method"]][row["seed"]].append(point)
    for methods in found.values():
        for seeds in methods.values():
            for points in seeds.values():
                points.sort()
    return found


def best_variant(methods, value, better):
    """Of variants such as `nsga2 population=20` only the one with the best value stays, under the method's name."""
    best = {}
    for method, seeds in methods.items():
        name, new = method.split(" population=")[0], value(seeds)
        if name not in best or better(new, best[name][0]):
            best[name] = (new, method, len(seeds))
    return best


def print_row(*cells):
    print("| " + " | ".join(str(c) for c in cells) + " |")


def small():
    print_row("problem (largest)", "method", "runs", "10 d", "20 d", "40 d")
    print_row("---", "---", *["---:"] * 4)
    for problem, methods in runs("small").items():
        medians = lambda seeds: {n: statistics.median(h for points in seeds.values() for m, h in points if m == n)
                                 for n in sorted({n for points in seeds.values() for n, _ in points})}
        best = best_variant(methods, medians, lambda a, b: a[max(a)] > b[max(b)])
        budgets = sorted({n for median, _, _ in best.values() for n in median})
        for median, name, seeds in sorted(best.values(), key=lambda b: -b[0][max(b[0])]):
            cells = [f"{median[n]:.6g}" if n in median else "" for n in budgets]
            print_row(f"{problem} ({MAXIMA[problem]:.6g})", name, "" if published(methods[name]) else seeds, *cells)


def published(seeds):
    return list(seeds) == [""]


def medium():
    print_row("problem (95 % of the largest)", "method", "runs", "evaluations: median", "of each run")
    print_row("---", "---", "---:", "---:", "---")
    for problem, methods in runs("medium").items():
        target = SHARE * MAXIMA[problem]
        reach = lambda seeds: sorted(first(points, target) for points in seeds.values())
        best = best_variant(methods, reach, lambda a, b: statistics.median(a) < statistics.median(b))
        for counts, name, seeds in sorted(best.values(), key=lambda b: statistics.median(b[0])):
            spent = max(points[-1][0] for points in methods[name].values())
            text = lambda n: f"> {spent}" if n == float("inf") else f"{n:g}"
            print_row(f"{problem} ({target:.6g})", name, seeds, text(statistics.median(counts)),
                      ", ".join(text(n) for n in counts))


def first(points, target):
    return next((n for n, hypervolume in points if hypervolume >= target), float("inf"))


if __name__ == "__main__":
    if sys.argv[1:] not in (["small"], ["medium"]):
        sys.exit(__doc__)
    small() if sys.argv[1] == "small" else medium()
