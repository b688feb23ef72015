#!/usr/bin/env python3
"""The motoneuron of examples/motoneuron by several ways of searching, at the same number of evaluations.

    scripts/compare/motoneuron.py [--seeds 5] [--initial 1100] [--epochs 6] [--batch 50] [--methods NAME ...]

Every method of a seed starts from the same initial sample (one study a seed remembers it). Traces count as evaluations. With --keep
FOLDER finished runs are kept there and not run again. With --add the rows of other methods stay in the csv, with the nadir they have. Writes
docs/evidence/motoneuron.csv (a row per method, seed and checkpoint) and docs/evidence/motoneuron.svg (medians and
quartiles over the seeds), and prints the table of docs/surrogates.md. The hypervolume is of costs divided by the nadir of the best
front known over all runs, against 1.1 in every objective, so that 1.1^4 = 1.4641 cannot be passed. Needs numpy and moocore
(scripts/peers).
"""
import argparse, csv, datetime, os, pathlib, platform, subprocess, sys, tempfile, time
import numpy as np
import moocore

root = pathlib.Path(__file__).resolve().parents[2]
example = root / "examples/motoneuron/motoneuron.dmo"
goals = ["rin_error", "tau_error", "fI_error", "amplitude_error"]

# What follows the initial sample. Traces give at most ten points, which are taken from the budget of the search.
TRACED = "train {model}\nlet t = trace constraint count=10 points=1\nevaluate t;\n"
methods = {
    "joint, constraint traces": TRACED.format(model="joint") + "optimize surrogate=joint gradient=constraint {rest}",
    "joint of outputs, constraint traces":
        TRACED.format(model="joint on=outputs") + "optimize surrogate=joint on=outputs gradient=constraint {rest}",
    "joint": "optimize surrogate=joint gradient=none {budget}",
    "gpr": "optimize surrogate=gpr gradient=none {budget}",
    "gpr, constraint traces": TRACED.format(model="gpr") + "optimize surrogate=gpr gradient=constraint {rest}",
    "default": "optimize {budget}",
    "none": "optimize nsga2 population={batch} generations={epochs} surrogate=none",
}


def declarations():
    """The example up to its initial sample."""
    text = example.read_text()
    return text[: text.index("# %% Initial sample")].replace('study "motoneuron"\nseed 1\n', "")


def run(dmo, folder, seed, name, text, options):
    """All evaluated points of a run, in the order they were asked for: costs (nan where infeasible) and seconds."""
    body = 'study "seed-%d"\nseed %d\n%s\nsample slh %d\nevaluate;\n%s\nexport all to "all.csv"\n' % (
        seed, seed, declarations(), options.initial, text)
    script = folder / "run.dmo"
    script.write_text(body)
    began = time.time()
    done = subprocess.run([dmo, str(script), "--workers", "2"], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit("%s, seed %d: %s%s" % (name, seed, done.stdout[-2000:], done.stderr[-2000:]))
    seconds = time.time() - began
    with open(folder / "all.csv") as file:
        rows = list(csv.DictReader(file))
    columns = {goal: next(c for c in rows[0] if c.split(" ")[0] == goal) for goal in goals}
    costs = np.full((len(rows), len(goals)), np.nan)
    for i, row in enumerate(rows):
        if row["state"] == "feasible":
            costs[i] = [float(row[columns[goal]]) for goal in goals]
    print("%-28s seed %d: %d evaluations, %d feasible, %.0f s" % (
        name, seed, len(rows), np.isfinite(costs[:, 0]).sum(), seconds), flush=True)
    return costs, seconds


def front(costs):
    costs = costs[np.isfinite(costs[:, 0])]
    return costs[moocore.is_nondominated(costs)] if len(costs) else costs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--initial", type=int, default=1100)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--methods", nargs="*", default=list(methods))
    parser.add_argument("--keep")
    parser.add_argument("--add", action="store_true")
    parser.add_argument("--dmo", default=str(root / ".build/release/dmo"))
    options = parser.parse_args()
    total = options.initial + options.epochs * options.batch
    results = {}
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(options.keep or place)
        folder.mkdir(exist_ok=True)
        for seed in range(1, options.seeds + 1):
            for name in options.methods:
                kept = folder / ("%s-%d.npz" % (name, seed))
                if not kept.exists():
                    budget = total - options.initial
                    text = methods[name].replace("{budget}", "evaluations=%d batch=%d" % (budget, options.batch))
                    text = text.replace("{rest}", "evaluations=%d batch=%d" % (budget - 10, options.batch))
                    text = text.replace("{batch}", str(options.batch)).replace("{epochs}", str(options.epochs))
                    costs, seconds = run(options.dmo, folder, seed, name, text, options)
                    np.savez(kept, costs=costs, seconds=seconds)
                saved = np.load(kept)
                results[name, seed] = saved["costs"], float(saved["seconds"])
    found = front(np.vstack([costs for costs, _ in results.values()]))
    if not len(found):
        raise SystemExit("no run found a feasible point")
    others, notes = [], []
    nadir = np.where(found.max(axis=0) > 0, found.max(axis=0), 1)
    if options.add:
        notes, others = earlier(options.methods)
        mark = "# %s: " % ", ".join(options.methods)
        notes = [note for note in notes if not note.startswith(mark)]
        nadir = np.array([float(word) for word in notes[0].split("nadir ")[1].split()])
    notes.append("# %s%s, %d cores, %s; nadir %s\n" % (
        ", ".join(options.methods) + ": " if options.add else "", datetime.date.today(), os.cpu_count(), platform.platform(),
        " ".join("%.6g" % n for n in nadir)))
    checkpoints = [options.initial + k * options.batch for k in range(options.epochs + 1)]
    records = []
    for (name, seed), (costs, seconds) in results.items():
        for at in checkpoints:
            part = costs[:at]
            near = front(part) / nadir
            near = near[(near < 1.1).all(axis=1)]
            volume = moocore.hypervolume(near, ref=[1.1] * len(goals)) if len(near) else 0.0
            records.append((name, seed, at, int(np.isfinite(part[:, 0]).sum()), volume, seconds))
    target = root / "docs/evidence/motoneuron.csv"
    target.parent.mkdir(exist_ok=True)
    with open(target, "w") as file:
        file.writelines(notes)
        writer = csv.writer(file)
        writer.writerow(["method", "seed", "evaluations", "feasible", "hypervolume", "seconds"])
        records += others
        writer.writerows((a, b, c, d, "%.6g" % e, "%.1f" % f) for a, b, c, d, e, f in records)
    names = list(dict.fromkeys(record[0] for record in records))
    table(records, names, checkpoints)
    draw(records, names, checkpoints)


def earlier(methods):
    """The csv's notes, and its rows of methods other than these."""
    with open(root / "docs/evidence/motoneuron.csv") as file:
        lines = file.readlines()
    notes = [line for line in lines if line.startswith("#")]
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))[1:]
    return notes, [(name, int(seed), int(at), int(count), float(volume), float(seconds))
                   for name, seed, at, count, volume, seconds in rows if name not in methods]


def values(records, name, at, column):
    return [record[column] for record in records if record[0] == name and record[2] == at]


def table(records, names, checkpoints):
    shown = [checkpoints[0], checkpoints[len(checkpoints) // 4], checkpoints[len(checkpoints) // 2], checkpoints[-1]]
    print("\n| method | " + " | ".join("feasible / hypervolume at %d" % at for at in shown) + " | seconds |")
    print("|---|" + "---|" * (len(shown) + 1))
    for name in names:
        cells = ["%g / %.3f" % (np.median(values(records, name, at, 3)), np.median(values(records, name, at, 4)))
                 for at in shown]
        print("| %s | %s | %.0f |" % (name, " | ".join(cells), np.median(values(records, name, shown[-1], 5))))


def draw(records, names, checkpoints):
    """Hypervolume over evaluations: median as a line, quartiles as a band."""
    width, height, left, bottom, right = 760, 400, 60, 50, 240
    low, high = checkpoints[0], checkpoints[-1]
    x = lambda at: left + (at - low) / (high - low) * (width - left - right)
    y = lambda volume: height - bottom - volume / 1.5 * (height - bottom - 20)
    colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#555555"]
    parts = []
    for tick in np.arange(0, 1.51, 0.25):
        parts.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g</text>'
                     % (left, width - right, y(tick), y(tick), left - 8, y(tick) + 4, tick))
    for at in checkpoints[:: max(1, len(checkpoints) // 5)]:
        parts.append('<text x="%.1f" y="%d" text-anchor="middle">%d</text>' % (x(at), height - bottom + 20, at))
    for name, color in zip(names, colors):
        quartiles = [np.percentile(values(records, name, at, 4), [25, 50, 75]) for at in checkpoints]
        band = ["%.1f,%.1f" % (x(at), y(q[2])) for at, q in zip(checkpoints, quartiles)]
        band += ["%.1f,%.1f" % (x(at), y(q[0])) for at, q in reversed(list(zip(checkpoints, quartiles)))]
        line = " ".join("%.1f,%.1f" % (x(at), y(q[1])) for at, q in zip(checkpoints, quartiles))
        parts.append('<polygon points="%s" fill="%s" opacity="0.15"/>' % (" ".join(band), color))
        parts.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/>' % (line, color))
    for k, (name, color) in enumerate(zip(names, colors)):
        parts.append('<line x1="%d" x2="%d" y1="%d" y2="%d" stroke="%s" stroke-width="3"/><text x="%d" y="%d">%s</text>' % (
            width - right + 12, width - right + 32, 40 + 20 * k, 40 + 20 * k, color, width - right + 38, 44 + 20 * k, name))
    parts.append('<text x="%d" y="%d" text-anchor="middle">evaluations</text>' % ((left + width - right) // 2, height - 8))
    parts.append('<text x="16" y="%d" transform="rotate(-90 16 %d)" text-anchor="middle">hypervolume (at most 1.4641)</text>' % (
        height // 2, height // 2))
    (root / "docs/evidence/motoneuron.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"><rect width="%d" height="%d" fill="white"/>'
        '<g font-family="sans-serif" font-size="12" fill="#333">\n%s\n</g></svg>\n' % (
            width, height, width, height, width, height, "\n".join(parts)))


main()
