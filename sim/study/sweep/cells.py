"""Cells: the points of a design and the policies that they are compared with, in the order of work, as one table."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.scenario.sweeps.files import SweepFiles
from sim.scenario.sweeps.paths import POLICY, is_lever

CODED = b"json"  # a column of mappings, or of values of several sorts, holds their JSON text


class Cell(NamedTuple):
    """One policy in one setting, run at every draw."""

    cell: int
    point: int  # in the order of the design; -1 for a policy that points are compared with
    policy: str
    values: dict[str, Any]  # by column of the design; of a reference, those that it shares with its points


class Cells:
    """The cells of a sweep; each is made when it is asked for, so that a million take the room of their table."""

    def __init__(self, table: pa.Table, paths: Sequence[str]) -> None:
        self.table, self._paths = table, list(paths)
        coded = [CODED in (table.schema.field(x).metadata or {}) for x in self._paths]
        self._coded = dict(zip(self._paths, coded, strict=True))

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[Cell]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> Cell:
        (row,) = self.table.slice(i, 1).to_pylist()
        point = int(row["point"])
        values = {x: row[x] for x in self._paths if row[x] is not None and (point >= 0 or x != POLICY)}
        values = {x: json.loads(v) if self._coded[x] else v for x, v in values.items()}
        return Cell(int(row["cell"]), point, str(row["policy"]), values)

    def of_point(self, point: int) -> Cell:
        """The cell of a point. Raises KeyError if there is none."""
        found = pc.index(self.table["point"], point).as_py()
        if point < 0 or found < 0:
            raise KeyError(point)
        return self[found]

    def references(self) -> list[Cell]:
        """The cells of policies that points are compared with."""
        return [self[int(i)] for i in np.flatnonzero(self.table["point"].to_numpy() < 0)]

    def runs(self, of_a_cell: int) -> int:
        """Runs in all."""
        return len(self) * of_a_cell

    def written(self) -> bytes:
        """As a Parquet file."""
        out = io.BytesIO()
        pq.write_table(self.table, out, compression="snappy")
        return out.getvalue()

    @classmethod
    def read(cls, data: bytes, paths: Sequence[str]) -> "Cells":
        """The cells that ``written`` wrote."""
        return cls(pq.read_table(io.BytesIO(data)), paths)


def cells_of(files: SweepFiles) -> Cells:
    """The cells of a sweep. Points that share all but the policy's levers share what they are compared with."""
    points = files.points
    if points is None:
        raise ValueError("a sweep without its points")
    around = {path: x for path, x in points.columns.items() if not is_lever(path)}
    groups: dict[str, list[int]] = {}
    for i in range(len(points)):
        key = json.dumps([x[i] for x in around.values()], sort_keys=True) if around else ""
        groups.setdefault(key, []).append(i)
    whose: list[int] = []  # point of each cell
    shares: list[int] = []  # a point with which it shares its surroundings
    named: list[str | None] = []  # policy of those compared with
    first: list[int | None] = []  # cell of the first that a point is compared with
    n = len(files.against)
    for members in groups.values():
        begin = len(whose)
        whose += [-1] * n + members
        shares += [members[0]] * n + members
        named += [*files.against, *[None] * len(members)]
        first += [*[None] * n, *[begin] * len(members)]
    return Cells(_table(files, points.columns, whose, shares, named, first), list(points.columns))


def _table(
    files: SweepFiles,
    columns: Mapping[str, Sequence[Any]],
    whose: Sequence[int],
    shares: Sequence[int],
    named: Sequence[str | None],
    first: Sequence[int | None],
) -> pa.Table:
    varied = columns.get(POLICY)
    policies = [
        name if name is not None else str(files.policy if varied is None else varied[i])
        for name, i in zip(named, whose, strict=True)
    ]
    fields = [pa.field("cell", pa.int32()), pa.field("point", pa.int32()), pa.field("policy", pa.string())]
    arrays: list[Any] = [range(len(whose)), whose, policies]
    for k, name in enumerate(files.against):
        fields.append(pa.field(f"reference[{name}]", pa.int32()))
        arrays.append([None if x is None else x + k for x in first])
    for path, values in columns.items():
        if path == POLICY:
            continue  # the column of that name has it
        lever = is_lever(path)
        field, column = _column(
            path, [None if lever and p < 0 else values[i] for p, i in zip(whose, shares, strict=True)]
        )
        fields.append(field)
        arrays.append(column)
    made = [pa.array(x, f.type) for x, f in zip(arrays, fields, strict=True)]
    return pa.Table.from_arrays(made, schema=pa.schema(fields))


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


def shown(values: Mapping[str, Any], most: int = 4) -> str:
    """A point in words."""
    said = [f"{path} {value}" for path, value in values.items()]
    return ", ".join(said[:most]) + (", …" if len(said) > most else "")
