"""mpi4py's pool of workers: empty tasks, processes, sleeping tasks, and its idle workers.

    mpirun -n 3 python -m mpi4py.futures mpi4py_pool.py [--quick]
"""
import math, os, random, subprocess, sys, time
from mpi4py.futures import MPIPoolExecutor

quick = "--quick" in sys.argv


def empty(x):
    return x


def process(x):
    return subprocess.run(["/bin/echo", "{}"], stdout=subprocess.PIPE).stdout


def sleep(seconds):
    time.sleep(seconds)
    return os.getpid()


def used(pid):
    fields = open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    with MPIPoolExecutor() as pool:
        list(pool.map(empty, range(500)))
        count = 500 if quick else 30000
        began = time.time()
        list(pool.map(empty, range(count)))
        print("empty", count / (time.time() - began))
        count = 20 if quick else 1000
        began = time.time()
        list(pool.map(process, range(count)))
        print("processes", count / (time.time() - began))
        draw = random.Random(1)
        times = [min(0.1 * math.exp(0.5 * draw.gauss(0, 1) - 0.125), 0.5) for _ in range(8 if quick else 150)]
        began = time.time()
        pids = set(pool.map(sleep, times))
        print("utilisation", sum(times) / 2 / (time.time() - began))
        before = {pid: used(pid) for pid in pids}
        began = time.time()
        time.sleep(0.5 if quick else 5)
        print("idle", max(used(pid) - before[pid] for pid in pids) / (time.time() - began))
