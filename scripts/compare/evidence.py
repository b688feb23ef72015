"""The csv files of docs/evidence: rows of problem, method, seed, evaluations, hypervolume under a header of comments."""
import csv
import datetime
import importlib.metadata
import os
import platform

FOLDER = os.path.join(os.path.dirname(__file__), "../../docs/evidence")
COLUMNS = ["problem", "method", "seed", "evaluations", "hypervolume"]
PACKAGES = ["numpy", "pymoo", "pysamoo", "optuna", "torch", "botorch", "moocore"]


def read(name):
    with open(os.path.join(FOLDER, name)) as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def machine():
    with open("/proc/cpuinfo") as lines:
        processor = next((l.split(":")[1].strip() for l in lines if l.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} cores {processor}, {memory:.0f} GB"


def versions():
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            pass
    return ", ".join([f"Python {platform.python_version()}"] + found)


def append(name, rows, made_with=None):
    """Adds rows; a new file gets a header with the date, the machine and the versions."""
    path = os.path.join(FOLDER, name)
    new = not os.path.exists(path)
    with open(path, "a") as out:
        if new:
            out.write(f"# {datetime.date.today()}, {machine()}\n# {made_with or versions()}\n")
            out.write(",".join(COLUMNS) + "\n")
        csv.writer(out, lineterminator="\n").writerows(rows)


def maxima():
    if not os.path.exists(os.path.join(FOLDER, "ceilings.csv")):
        return {}
    return {row["problem"]: float(row["maximum"]) for row in read("ceilings.csv")}


MAXIMA = maxima()
