"""The compiled engine: the rules of ``sim.model`` under Numba, with the events of the SimPy engine to the bit.

A policy of the user's own in Python runs on the SimPy engine only. Nothing here is imported before a run needs it.
"""
