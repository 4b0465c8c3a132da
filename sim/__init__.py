"""Discrete-event simulation of deterrence."""

__version__ = "0.1.0"
