"""``python -m dmo_kernel install`` installs the kernelspec; Jupyter itself starts ``python -m dmo_kernel -f FILE``."""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["install"]:
        from .install import main

        main(sys.argv[2:])
    else:
        from ipykernel.kernelapp import IPKernelApp

        from .kernel import DmoKernel

        IPKernelApp.launch_instance(kernel_class=DmoKernel)
