#!/usr/bin/env python3
"""Deep Gaussian processes beside exact ones where the scale changes from place to place, and where it does not.

    scripts/compare/deep.py [--seeds 3] [--models gpr svgp mdgp mdspp] [--cases step chirp1 chirp2 front friedman]

Every model is trained on N points with noise, uniform in the unit cube, and judged by 'validate MODEL of=' at 1,000 others without noise. Writes
docs/evidence/deep.csv (NRMSE, share of truths within the predicted 90 % interval, seconds of the fit) and prints medians as markdown. Needs the
release build (scripts/setup) and numpy.
"""
import argparse, csv, datetime, io, os, pathlib, platform, re, subprocess, sys, tempfile
import numpy as np

root = pathlib.Path(__file__).resolve().parents[2]
target = root / "docs/evidence/deep.csv"
# Function of the columns of x, number of parameters, N, noise.
cases = {
    "step": (lambda x: np.where(x[0] > 0.43, 1.0, 0.0), 1, 200, 0.05),
    "chirp1": (lambda x: np.sin(24 * np.pi * x[0] ** 3), 1, 200, 0.05),
    "chirp2": (lambda x: np.sin(14 * (x[0] ** 2 + x[1] ** 2)), 2, 500, 0.05),
    "front": (lambda x: np.tanh(25 * (x[0] + 0.7 * x[1] ** 2 - 0.5 * x[2] - 0.5)) + 0.5 * x[3] + 0.3 * np.sin(3 * x[4]), 5, 500, 0.02),
    "friedman": (lambda x: 10 * np.sin(np.pi * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4], 10, 500, 0.0),
}


SIMULATOR = """import json, sys
sys.path.insert(0, {place!r})
import numpy as np
from deep import cases
function, dimension, count, noise = cases[{case!r}]
random = np.random.default_rng({seed})
for row, line in enumerate(sys.stdin):
    p = json.loads(line)
    x = np.array([[p[f"x{{j + 1}}"]] for j in range(dimension)])
    y = float(function(x)[0]) + (noise * random.standard_normal() if row < count else 0)
    print(json.dumps({{"y": y}}), flush=True)
"""


def run(options, case, model, seed):
    """NRMSE, share of truths in the 90 % interval and seconds of the fit. The first N answers of the simulator have noise."""
    _, dimension, count, _ = cases[case]
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        (folder / "known.py").write_text(SIMULATOR.format(place=str(root / "scripts/compare"), case=case, seed=seed))
        parameters = "".join(f"param x{j + 1} in [0, 1]\n" for j in range(dimension))
        (folder / "run.dmo").write_text(
            f'seed {seed}\n{parameters}simulator known {{\n  run = ["{sys.executable}", "known.py"]\n  mode = persistent\n  output y\n}}\n'
            f"minimize y = known.y\nsample mc {count};\nevaluate;\nlet m = train {model};\nlet t = sample mc 1000;\nevaluate t;\nvalidate m of=t\n")
        done = subprocess.run(
            [options.dmo, "run.dmo", "--format", "csv", "--workers", "1"], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        row = list(csv.DictReader(io.StringIO(done.stdout[done.stdout.index("objective,"):])))[0]
        spent = re.search(r"fitted in (?:(\d+) min )?([\d.]+) (ms|s)", done.stderr)
        seconds = 60 * float(spent[1] or 0) + float(spent[2]) / (1000 if spent[3] == "ms" else 1)
        return float(row["NRMSE"]), float(row.get("in 90 %") or "nan"), seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--models", nargs="*", default=["gpr", "svgp", "mdgp", "mdspp"])
    parser.add_argument("--cases", nargs="*", default=list(cases))
    parser.add_argument("--dmo", default=str(root / ".build/release/dmo"))
    options = parser.parse_args()
    rows = []
    for case in options.cases:
        for model in options.models:
            for seed in range(1, options.seeds + 1):
                rows.append([case, cases[case][2], model, seed, *run(options, case, model, seed)])
                print(*rows[-1], flush=True)
    with open(target, "w") as file:
        file.write(f"# {datetime.date.today()}, {os.cpu_count()} cores, {platform.platform()}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["case", "N", "model", "seed", "NRMSE", "within 90 %", "seconds"])
        writer.writerows([*row[:4], *("%.4g" % value for value in row[4:])] for row in rows)
    print("\n| case | N | " + " | ".join(options.models) + " |\n|---|---|" + "---|" * len(options.models))
    for case in options.cases:
        cells = []
        for model in options.models:
            errors, inside, _ = np.array([row[4:] for row in rows if (row[0], row[2]) == (case, model)]).T
            cells.append(f"{np.median(errors):.3g}, {errors.min():.3g} to {errors.max():.3g} ({np.median(inside):.2f})")
        print(f"| {case} | {cases[case][2]} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
