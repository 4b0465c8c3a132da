"""Mixes of targets or of other shares: their corners and the equal mix in words, and a panel for each share by itself."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Canvas

from sim.report.figures.style import BLUE, INK, MUTED, ORANGE, WIDTH, inline_svg, short, styled
from sim.report.parts import Column, Figure, Rows, Table, listed
from sim.report.rounding import estimate, number, percent
from sim.report.sweep.axes import Axis
from sim.report.sweep.best import ranked
from sim.report.sweep.reader import Sweep
from sim.report.sweep.rows import records
from sim.report.sweep.scatter import MOST_DOTS, bins
from sim.report.sweep.setting import Setting

AVERAGED = (
    "Effects are uncertain and act on the rate through an exponential: in a mean over such effects a mix looks better than its "
    "parts partly by averaging what is not known of each, not because a mix does more."
)
ACROSS = 4
Where = np.ndarray[Any, np.dtype[np.bool_]]


def simplexes(axes: Sequence[Axis]) -> list[list[Axis]]:
    """The axes that together are shares of one thing."""
    return [[a for a in axes if a.simplex == x] for x in dict.fromkeys(a.simplex for a in axes if a.simplex)]


def named(a: Axis) -> str:
    """A share's own name."""
    return a.path.rpartition(".")[2].replace("_", " ")


def corners(sweep: Sweep, axes: Sequence[Axis], groups: Sequence[Setting]) -> list[str]:
    """Attacks where one share is all, and where all are equal, as far as the design has them."""
    out = []
    for shares in simplexes(axes):
        if len(groups) == 1:
            found = [
                _said(sweep, what, here)
                for what, here in (
                    *((f"all {named(a)}", corner(a)) for a in shares),
                    ("equal shares", equal(shares)),
                )
                if here.any()
            ]
            if found:
                out.append(f"{shares[0].title.partition(':')[0]}: {listed(found)}.")
        if shares[0].simplex == "policy.target":
            out.append(AVERAGED)
    return out


def corner(a: Axis) -> Where:
    """Where a share is all there is."""
    return np.asarray(a.values > 1.0 - 1e-9)


def equal(shares: Sequence[Axis]) -> Where:
    """Where all shares are equal."""
    return np.asarray(np.all([np.abs(a.values - 1.0 / len(shares)) < 1e-9 for a in shares], axis=0))


def _said(sweep: Sweep, what: str, here: Where) -> str:
    part = ranked(sweep.attacks[here])
    r = records(part.iloc[[0]])[0]
    many = f", the fewest of {len(part):,} such points" if len(part) > 1 else ""
    return f"{what} at point {int(part.index[0])} with {estimate(r['mean'], r['mean_low'], r['mean_high'])}{many}"


def mix_figures(sweep: Sweep, axes: Sequence[Axis]) -> list[Figure]:
    """Panels of single shares for each simplex that is no triangle."""
    found = [x for x in simplexes(axes) if len(x) != 3]
    return [_figure(sweep, shares, f"mix-{k}") for k, shares in enumerate(found, 1)]


def _figure(sweep: Sweep, shares: Sequence[Axis], name: str) -> Figure:
    attacks = sweep.attacks["mean"].to_numpy(dtype=np.float64)
    what = shares[0].title.partition(":")[0].lower()
    title = f"Attacks by each share of the {what}: {', '.join(named(a) for a in shares)}"
    found = [bins(a, attacks) for a in shares]
    ends = [
        f"{named(a)} {number(b[0].mean)} at {b[0].words} to {number(b[-1].mean)} at {b[-1].words}"
        for a, b in zip(shares, found, strict=True)
    ]
    rows: Rows = [
        [named(a), b.words, f"{b.points:,}", number(b.mean), f"{number(b.low)} to {number(b.high)}"]
        for a, part in zip(shares, found, strict=True)
        for b in part
    ]
    same = equal(shares)
    mark = f" Line across: equal shares of {percent(1.0 / len(shares))}." if same.any() else ""
    return Figure(
        id=name,
        svg=_draw(shares, attacks, found, name, title, f"Mean over mixtures: {'; '.join(ends)}."),
        title=title,
        says=f"Mean over mixtures: {'; '.join(ends)}.",
        note=(
            "A panel for each class: dots are points, the line their mean at each share, squares where the class is all there is."
            f"{mark} As one share grows the others shrink: a panel shows what a class does in place of the others."
        ),
        table=Table(
            f"Attacks by single shares of the {what}",
            (
                Column("Share", numeric=False), Column("At", numeric=False), Column("Points"), Column("Mean of their means"),
                Column("5% to 95% of their means"),
            ),
            rows,
        ),
    )  # fmt: skip


def _draw(shares: Sequence[Axis], attacks: Any, found: Any, name: str, title: str, says: str) -> Any:
    across = min(ACROSS, len(shares))
    down = -(-len(shares) // across)
    kept = np.unique(np.linspace(0, len(attacks) - 1, min(len(attacks), MOST_DOTS)).round().astype(np.int64))
    same = equal(shares)
    with styled():
        canvas = Canvas(figsize=(WIDTH, 0.4 + 2.4 * down), layout="constrained")
        panels = list(canvas.subplots(down, across, squeeze=False, sharex=True, sharey=True).flat)
        for ax in panels[len(shares) :]:
            ax.set_visible(False)
        for k, (ax, a, part) in enumerate(zip(panels, shares, found, strict=False)):
            ax.plot(
                100.0 * a.values[kept],
                attacks[kept],
                "o",
                color=MUTED,
                markersize=2.6,
                alpha=0.45,
                markeredgewidth=0,
            )
            ax.plot(
                [100.0 * b.x for b in part],
                [b.mean for b in part],
                "o-",
                color=BLUE,
                markersize=4,
                linewidth=1.4,
            )
            ends = corner(a)
            ax.plot(
                100.0 * a.values[ends], attacks[ends], "s", color=ORANGE, markeredgecolor=INK, markersize=5
            )
            if same.any():
                ax.axhline(float(attacks[same].mean()), color=INK, linewidth=0.8, linestyle="--")
            ax.set_title(short(named(a), 22), color=INK)
            ax.set_xlabel("share, %")
            if k % across == 0:
                ax.set_ylabel("expected attacks", color=MUTED)
            ax.grid(axis="y")
        return inline_svg(canvas, name, title, says)
