"""Sweeps: a policy's levers over a design, in chunks that any process may work out."""
