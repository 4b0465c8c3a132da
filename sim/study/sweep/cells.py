"""Cells: the points of a design and the policies that they are compared with, in the order of work; as a table and back."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from sim.scenario.sweeps.files import SweepFiles
from sim.scenario.sweeps.paths import POLICY
from sim.scenario.sweeps.variants import surroundings

CODED = b"json"  # a column of mappings, or of values of several sorts, holds their JSON text


class Cell(NamedTuple):
    """One policy in one setting, run at every draw."""

    cell: int
    point: int  # in the order of the design; -1 for a policy that points are compared with
    policy: str
    references: tuple[int, ...]  # cells of the policies that it is compared with
    values: dict[str, Any]  # by column of the design; of a reference, those that it shares with its points


def cells_of(files: SweepFiles) -> list[Cell]:
    """The cells of a sweep. Points that share all but the policy's levers share what they are compared with."""
    points = files.points
    if points is None:
        raise ValueError("a sweep without its points")
    groups: dict[str, list[int]] = {}
    around = [surroundings(points.row(i)) for i in range(len(points))]
    for i, values in enumerate(around):
        groups.setdefault(json.dumps(values, sort_keys=True), []).append(i)
    out: list[Cell] = []
    for members in groups.values():
        first = len(out)
        out += [Cell(first + k, -1, name, (), around[members[0]]) for k, name in enumerate(files.against)]
        references = tuple(range(first, first + len(files.against)))
        for i in members:
            row = points.row(i)
            policy = str(row.get(POLICY, files.policy))
            out.append(Cell(len(out), i, policy, references, row))
    return out


def cells_table(cells: Sequence[Cell], paths: Sequence[str], against: Sequence[str]) -> bytes:
    """A Parquet file with a row for each cell."""
    fields: list[pa.Field] = [
        pa.field("cell", pa.int32()),
        pa.field("point", pa.int32()),
        pa.field("policy", pa.string()),
        *(pa.field(f"reference[{x}]", pa.int32()) for x in against),
    ]
    columns: list[Any] = [[x.cell for x in cells], [x.point for x in cells], [x.policy for x in cells]]
    columns += [[x.references[k] if x.references else None for x in cells] for k in range(len(against))]
    for path in paths:
        if path == POLICY:
            continue  # the column of that name has it
        field, column = _column(path, [x.values.get(path) for x in cells])
        fields.append(field)
        columns.append(column)
    arrays = [pa.array(x, f.type) for x, f in zip(columns, fields, strict=True)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), out, compression="snappy")
    return out.getvalue()


def _column(path: str, values: list[Any]) -> tuple[pa.Field, list[Any]]:
    kinds = {type(x) for x in values if x is not None}
    if kinds <= {bool}:
        return pa.field(path, pa.bool_()), values
    if kinds <= {int}:
        return pa.field(path, pa.int64()), values
    if kinds <= {int, float}:
        return pa.field(path, pa.float64()), values
    if kinds <= {str}:
        return pa.field(path, pa.string()), values
    texts = [None if x is None else json.dumps(x, sort_keys=True) for x in values]
    return pa.field(path, pa.string(), metadata={CODED: b"1"}), texts


def read_cells(data: bytes, paths: Sequence[str], against: Sequence[str]) -> list[Cell]:
    """The cells that ``cells_table`` wrote."""
    table = pq.read_table(io.BytesIO(data))
    columns = {}
    for path in paths:
        values = table[path].to_pylist()
        coded = CODED in (table.schema.field(path).metadata or {})
        columns[path] = [json.loads(x) if coded and x is not None else x for x in values]
    names = [table[x].to_pylist() for x in ("cell", "point", "policy")]
    references = [table[f"reference[{x}]"].to_pylist() for x in against]
    return [
        Cell(
            cell,
            point,
            policy,
            tuple(x[i] for x in references) if point >= 0 else (),
            {path: x[i] for path, x in columns.items() if x[i] is not None},
        )
        for i, (cell, point, policy) in enumerate(zip(*names, strict=True))
    ]


def shown(values: Mapping[str, Any], most: int = 4) -> str:
    """A point in words."""
    said = [f"{path} {value}" for path, value in values.items()]
    return ", ".join(said[:most]) + (", …" if len(said) > most else "")
