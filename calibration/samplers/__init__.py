"""Samplers of a posterior in z, where the prior is N(0, I); each gives draws and the evidence with its error."""
