"""The colours of a sweep's maps: cividis in few even steps, which eyes that tell no red from green read too."""

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.colors import BoundaryNorm, Colormap
from matplotlib.ticker import MaxNLocator

from sim.report.figures.style import INK

SEEN = 0.18  # luminance (WCAG) over which ink has more contrast than white


def scale(values: Any) -> tuple[Colormap, BoundaryNorm]:
    """Colours in few even steps: each can be found again beside the map, and no picture has to be embedded."""
    known = values[np.isfinite(values)]
    low, high = float(known.min()), float(known.max())
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    levels = MaxNLocator(9).tick_values(low, high)
    colours = mpl.colormaps["cividis"].with_extremes(bad="white")
    return colours, BoundaryNorm(levels, colours.N)


def pen_on(colours: Colormap, norm: BoundaryNorm, x: float) -> str:
    """Ink or white, whichever is read better on the colour of a value."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colours(norm(x))[:3]]
    return (
        INK if sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) > SEEN else "white"
    )
