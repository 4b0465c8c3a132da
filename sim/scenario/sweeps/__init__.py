"""Sweeps: the config, what it may vary, the points of a design, and the variant that each stands for."""
