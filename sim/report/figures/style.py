"""How every figure looks, and how it becomes SVG inside the page.

Colours are Okabe and Ito's; whatever a colour says, a marker, a dash, a fill or a word says too.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from sim.report.parts import clean

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
INK, MUTED, FAINT, RULE = "#1a1a1a", "#595959", "#8a8a8a", "#d9d9d9"
NARROW = 5.6  # inches: read on a telephone without scrolling sideways
WIDTH = 9.0  # inches; the page shows them 1.3 to 1.4 times as large, so that 8.5 points read as 11 to 12
COLOURS = (INK, ORANGE, SKY, GREEN, VERMILLION, PURPLE, BLUE)
MARKERS = ("o", "s", "^", "D", "v", "X", "P")

RC: Any = {
    "svg.hashsalt": "deter",
    "svg.fonttype": "path",
    "text.parse_math": False,  # a name may hold a dollar sign
    "font.family": "DejaVu Sans",  # ships with matplotlib
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.0,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.size": 3.0,
    "ytick.major.size": 0.0,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "hatch.linewidth": 0.5,
}  # fmt: skip

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the report's style whatever the user's own settings of matplotlib are."""
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message=".*[Gg]lyph.*missing.*"
        )  # a name in a script that the font lacks
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield


def hypothesis_mark(order: int) -> tuple[str, str]:
    """Colour and marker of a hypothesis by its place in the study."""
    return COLOURS[order % len(COLOURS)], MARKERS[order % len(MARKERS)]


def rows_axis(ax: Axes, names: list[str], *, labels: bool = True) -> None:
    """A row for each name from the top down, with faint lines to read along."""
    ax.set_yticks(range(len(names)), [short(x) for x in names] if labels else [""] * len(names))
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", labelcolor=INK, labelsize=8.5)
    ax.grid(axis="y", linestyle=(0, (1, 2)))
    ax.spines["left"].set_visible(False)


def short(text: str, most: int = 22) -> str:
    """A name that fits beside an axis."""
    text = clean(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def inline_svg(canvas: Canvas, name: str, title: str, says: str) -> Markup:
    """SVG of a figure for a page that holds several: own ids, no style sheet, no metadata, a title and a text."""
    raw = io.BytesIO()
    canvas.savefig(raw, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ET.fromstring(raw.getvalue())  # noqa: S314  our own output of a moment ago
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    _own_ids(root, name)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    # what the removed style sheet said, inherited from here
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt", "role": "img"}
    root.attrib["aria-labelledby"] = f"{name}-title {name}-text"
    for tag, text in (("desc", says), ("title", title)):
        element = ET.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{'text' if tag == 'desc' else tag}"})
        element.text = clean(text)
        element.tail = "\n"
        root.insert(0, element)
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _LINK)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  serialised XML, its text escaped by the writer


def _own_ids(root: ET.Element, name: str) -> None:
    """Ids that begin with the figure's name, and none that nothing refers to."""
    used: set[str] = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == f"{{{_LINK}}}href":
                used.add(value.removeprefix("#"))
                element.attrib[key] = f"#{name}-{value.removeprefix('#')}"
            elif "url(#" in value:
                before, _, rest = value.partition("url(#")
                used.add(rest.partition(")")[0])
                element.attrib[key] = f"{before}url(#{name}-{rest}"
    for element in root.iter():
        own = element.attrib.pop("id", None)
        if own in used:
            element.attrib["id"] = f"{name}-{own}"
