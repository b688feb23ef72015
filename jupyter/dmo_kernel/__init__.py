"""Jupyter kernel for dmo: a bridge to ``dmo --kernel``."""

__version__ = "0.1.0"
