"""The rules of the model, registered for compilation: the very functions that the SimPy engine calls."""

import importlib
import pkgutil
from types import FunctionType

from numba.extending import register_jitable

import sim.model


def register() -> None:
    """Let compiled code call every function of ``sim.model``."""
    for module in pkgutil.iter_modules(sim.model.__path__):
        names = vars(importlib.import_module(f"sim.model.{module.name}"))
        for function in list(names.values()):
            if isinstance(function, FunctionType) and function.__module__ == f"sim.model.{module.name}":
                register_jitable(error_model="numpy", forceinline=True)(function)  # no rule divides by 0


register()
