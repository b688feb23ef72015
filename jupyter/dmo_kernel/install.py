"""Installs the kernelspec, the small folder by which Jupyter finds a kernel."""

import argparse
import json
import os
import shutil
import sys
import tempfile

from jupyter_client.kernelspec import KernelSpecManager


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="python -m dmo_kernel install", description="Install the kernelspec of dmo for Jupyter."
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="for this user (unless told otherwise)")
    place.add_argument("--sys-prefix", action="store_true", help="in the Python environment that runs this")
    place.add_argument("--prefix", help="under this folder")
    parser.add_argument("--dmo", metavar="PROGRAM", help="the dmo to start; without it, the one on the search path")
    parser.add_argument("--name", default="dmo", help="the name of the kernel (dmo)")
    options = parser.parse_args(arguments)

    environment = {}
    if options.dmo:
        program = shutil.which(options.dmo)
        if program is None:
            parser.error(f"--dmo: there is no program '{options.dmo}'")
        environment["DMO_PROGRAM"] = os.path.abspath(program)
    elif shutil.which("dmo") is None:
        print("note: there is no 'dmo' on the search path now; --dmo /path/to/dmo says where it is", file=sys.stderr)

    spec = {
        "argv": [sys.executable, "-m", "dmo_kernel", "-f", "{connection_file}"],
        "display_name": "dmo",
        "language": "dmo",
        "interrupt_mode": "signal",
        "env": environment,
    }
    prefix = sys.prefix if options.sys_prefix else options.prefix
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        with open(os.path.join(folder, "kernel.json"), "w", encoding="utf-8") as file:
            json.dump(spec, file, indent=1)
        installed = KernelSpecManager().install_kernel_spec(
            folder, kernel_name=options.name, user=prefix is None, prefix=prefix
        )
    print(f"installed the kernel '{options.name}' in {installed}")
