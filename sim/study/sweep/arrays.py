"""A finished sweep as labelled arrays: dimensions are the axes of its grid, the measure, and the policy compared with."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from sim.errors import RunError
from sim.measures import MEASURES
from sim.model.registry import PARAMETERS
from sim.study.sweep.export import finished
from sim.study.sweep.folder import SweepFolder

if TYPE_CHECKING:
    import xarray as xr

INSTALL = 'python -m pip install "xarray>=2024.7" (the extra deter[arrays])'
POINT, MEASURE, AGAINST = "point", "measure", "against"
COMPARED = ("difference", "probability", "prior_probability", "tied", "variance_reduction", "label")
"""How the statistics of a comparison begin; the others are a policy's own."""
UNITS = {"_per_day": "1/day", "_days": "days"}  # names of the configs end in their unit


class Axis(NamedTuple):
    """A dimension of the design: which columns of the design are its coordinates, their levels, and each point's level."""

    name: str
    columns: list[str]
    levels: pd.DataFrame
    codes: np.ndarray[Any, np.dtype[Any]]


def to_xarray(folder: Path) -> "xr.Dataset":
    """Every statistic of a sweep's table as a variable.

    Dimensions are the axes of a full grid, else ``point``; then ``measure``, and for what compares ``against``. A block of
    shares is one dimension, numbered, with a coordinate for each share. What is missing is NaN, or an empty text.
    Raises ConfigError for an unfinished sweep, RunError where xarray is not installed.
    """
    try:
        import xarray as xr
    except ImportError as e:
        raise RunError(f"arrays need xarray, which is not installed here: {INSTALL}") from e
    sweep = finished(folder)
    table, plan = sweep.table(), sweep.plan
    points = sweep.design().query("point >= 0").sort_values("point").reset_index(drop=True)
    axes = _axes(sweep, points)
    measures = [x for x in plan["columns"] if x in set(table[MEASURE])]
    against = list(plan["against"])
    shape = tuple(len(x.levels) for x in axes)
    where = points.set_index("point").index.get_indexer(pd.Index(table["point"]))
    at = (*(x.codes[where] for x in axes), pd.Index(measures).get_indexer(pd.Index(table[MEASURE])))
    dims, shape = (*(x.name for x in axes), MEASURE), (*shape, len(measures))
    compared = pd.Index(against).get_indexer(pd.Index(table[AGAINST])) if against else None
    variables: dict[str, Any] = {}
    for name in table.columns.drop(["point", MEASURE, AGAINST, *plan["paths"]]):
        if not name.startswith(COMPARED):
            variables[name] = (dims, _filled(table[name], at, shape))
        elif compared is not None:
            values = _filled(table[name], (*at, compared), (*shape, len(against)))
            variables[name] = ((*dims, AGAINST), values)
    coordinates: dict[str, Any] = {}
    for axis in axes:
        coordinates |= _coordinates(axis)
    known = [MEASURES[x.partition("[")[0]] for x in measures]
    coordinates[MEASURE] = measures
    coordinates["unit"] = (MEASURE, [x.unit for x in known])
    coordinates["better"] = (MEASURE, [x.better for x in known])
    if against:
        coordinates[AGAINST] = against
    about = {k: plan[k] for k in ("id", "name", "question", "study", "seed", "horizon_days")}
    return xr.Dataset(variables, coordinates, {**about, "record": plan["record"]["id"]})


def _axes(sweep: SweepFolder, points: pd.DataFrame) -> list[Axis]:
    """The axes of a grid of which every combination is there, else one axis of points."""
    paths = list(sweep.plan["paths"])
    grid = sweep.config["sweep"]["design"].get("grid") or {}
    found = []
    for path, axis in grid.items():
        shares = axis.get("simplex") if isinstance(axis, dict) else None
        columns = [f"{path}.{x}" for x in shares] if shares else [path]
        groups = points.groupby(columns, sort=False, dropna=False)
        found.append(Axis(path, columns, points[columns].drop_duplicates(), groups.ngroup().to_numpy()))
    combinations = {*zip(*(x.codes.tolist() for x in found), strict=True)} if found else set()
    full = np.prod([len(x.levels) for x in found]) == len(combinations) == len(points)
    if found and full:
        return found
    return [Axis(POINT, [POINT, *paths], points[[POINT, *paths]], np.arange(len(points)))]


def _coordinates(axis: Axis) -> dict[str, Any]:
    """The coordinates along an axis: its own, or for a block of shares its number and the shares."""
    out: dict[str, Any] = {}
    if axis.name not in axis.columns:
        about = {"path": axis.name, "says": "number of the mix; its shares are coordinates"}
        out[axis.name] = (axis.name, np.arange(len(axis.levels)), about)
    for column in axis.columns:
        about = {"path": column} if column != POINT else {"says": "number of the point in the design"}
        if (unit := unit_of(column)) is not None:
            about["unit"] = unit  # "units" would have readers of NetCDF make spans of time of days
        out[column] = (axis.name, _plain(axis.levels[column]), about)
    return out


def unit_of(path: str) -> str | None:
    """Unit of what a path varies; None where its name doesn't say one.

    >>> unit_of("policy.delay_days")
    'days'
    """
    name = path.rpartition(".")[2]
    if path.startswith("assumptions."):
        return PARAMETERS[name].unit if name in PARAMETERS else None
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), None)


def _plain(column: "pd.Series[Any]") -> Any:
    """A column as NumPy has it: text without missing values."""
    if pd.api.types.is_string_dtype(column.dtype):
        return column.fillna("").to_numpy(dtype=str)
    return column.to_numpy()


def _filled(column: "pd.Series[Any]", at: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """A column of the table laid out in an array."""
    values = _plain(column)
    if values.dtype.kind == "U":
        out: Any = np.full(shape, "", values.dtype)
    else:
        out = np.full(shape, np.nan)
    out[at] = values
    return out
