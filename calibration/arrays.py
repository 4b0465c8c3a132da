"""The array type of this room: floats, rows are draws."""

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
"""Array of floats; where it has two axes, a row is one parameter vector."""

Indices = np.ndarray[Any, np.dtype[np.int64]]
"""Array of positions."""


def as_floats(values: Any) -> Floats:
    """Array of floats from anything that NumPy takes."""
    return np.asarray(values, dtype=np.float64)


def as_indices(values: Any) -> Indices:
    """Array of positions from anything that NumPy takes."""
    return np.asarray(values, dtype=np.int64)
