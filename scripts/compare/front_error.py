#!/usr/bin/env python3
"""How well a model that was trained on random points predicts the front, and what ten more points change: random ones, or the ends of ten
traces along the model's own gradients.

    scripts/compare/front_error.py [--seeds 5] [--points 200] [--target both] [--surrogates joint gpr] [--problems osy welded-beam c2dtlz2]

"motoneuron" (minutes a run) is a problem too; its table is of --points 1100 --target constraint. The front is the best one of a long search on the simulator; it is scored by 'validate MODEL of=FRONT', and no model was trained on it.
Adds a row per problem, surrogate, training data and seed to docs/evidence/front-error.csv: NRMSE, mean over the objectives, in widths of
the front; accuracy, mean over the constraints, all of which are satisfied on the front; NRMSE of the margins, mean over those that vary there.
Prints medians as markdown. Needs the release build (scripts/setup), and numpy.
"""
import argparse, csv, datetime, io, os, pathlib, platform, subprocess, tempfile
import numpy as np

root = pathlib.Path(__file__).resolve().parents[2]
target = root / "docs/evidence/front-error.csv"
columns = ["date", "problem", "surrogate", "points", "target", "training data", "seed", "NRMSE", "accuracy", "margin NRMSE"]
kinds = ["random", "random + 10 random", "random + 10 trace points"]


def declared(problem):
    if problem != "motoneuron":
        return 'benchmark "%s"\n' % problem
    text = (root / "examples/motoneuron/motoneuron.dmo").read_text()
    return text[: text.index("# %% Initial sample")].replace('study "motoneuron"\nseed 1\n', "")


def dmo(options, folder, body):
    script = folder / "run.dmo"
    script.write_text(body)
    done = subprocess.run([options.dmo, str(script), "--format", "csv", "--workers", "2"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit("%s\n%s" % (body, done.stderr[-2000:]))
    return done.stdout


def front(options, folder, problem):
    generations = 100 if problem == "motoneuron" else 200
    dmo(options, folder, 'seed 1000\n%soptimize nsga2 surrogate=none population=100 generations=%d;\nexport pareto to "front.csv"\n'
        % (declared(problem), generations))


def scores(text):
    """(mean NRMSE of the objectives, mean accuracy of the constraints, mean NRMSE of their margins) of each report of 'validate'."""
    found = []
    for row in csv.reader(io.StringIO(text)):
        if row[:1] == ["objective"]:
            found.append(([], [], []))
            places = {row.index("NRMSE"): 0}
        elif row[:1] == ["constraint"]:
            places = {row.index("accuracy"): 1, row.index("margin NRMSE"): 2}
        elif found and len(row) > 4:
            for place, kind in places.items():
                if row[place]:
                    found[-1][kind].append(float(row[place]))
    return [tuple(np.mean(values) if values else np.nan for values in report) for report in found]


def run(options, folder, problem, surrogate, seed):
    """Scores of the three models of `kinds`."""
    head = 'study "points-%d"\nseed %d\n%ssample sobol %d\nevaluate;\nlet before = train %s;\n' % (
        seed, seed, declared(problem), options.points, surrogate)
    tail = 'let after = train %s;\nimport "front.csv";\nlet best = pareto;\n' % surrogate
    traced = dmo(options, folder, head + "let ten = trace %s count=10 points=1;\nevaluate ten;\n" % options.target + tail
                 + "validate before of=best\nvalidate after of=best\n")
    random = dmo(options, folder, head + "let ten = sample mc 10;\nevaluate ten;\n" + tail + "validate after of=best\n")
    before, after = scores(traced)
    return [before, scores(random)[0], after]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--target", default="both", help="of the traces: objective, constraint or both")
    parser.add_argument("--surrogates", nargs="*", default=["joint", "gpr"])
    parser.add_argument("--problems", nargs="*", default=["osy", "welded-beam", "c2dtlz2"])
    parser.add_argument("--dmo", default=str(root / ".build/release/dmo"))
    options = parser.parse_args()
    results = {}
    for problem in options.problems:
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            front(options, folder, problem)
            for seed in range(1, options.seeds + 1):
                for surrogate in options.surrogates:
                    found = run(options, folder, problem, surrogate, seed)
                    print(problem, surrogate, seed, " ".join("%.3f/%.3f/%.3f" % each for each in found), flush=True)
                    for kind, each in zip(kinds, found):
                        results.setdefault((problem, surrogate, kind), []).append(each)
                        write([datetime.date.today(), problem, surrogate, options.points, options.target, kind, seed]
                              + ["" if np.isnan(value) else "%.4g" % value for value in each])
    print("\n| problem | surrogate | " + " | ".join(kinds) + " |\n|---|---|" + "---|" * len(kinds))
    for problem in options.problems:
        for surrogate in options.surrogates:
            cells = [np.median(results[problem, surrogate, kind], axis=0) for kind in kinds]
            print("| %s | %s | %s |" % (problem, surrogate, " | ".join("%.3f / %.3f / %.3f" % tuple(cell) for cell in cells)))


def write(row):
    is_new = not target.exists()
    with open(target, "a") as file:
        writer = csv.writer(file, lineterminator="\n")
        if is_new:
            file.write("# %d cores, %s\n" % (os.cpu_count(), platform.platform()))
            writer.writerow(columns)
        writer.writerow(row)


main()
