"""A finished sweep as a file for other tools: CSV, NetCDF, Parquet. Nothing is overwritten."""

import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sim.console import error_console
from sim.errors import ConfigError, RunError
from sim.study.bundle import MANIFEST, read_json
from sim.study.sweep.folder import TABLE, SweepFolder
from sim.study.sweep.store import write_whole

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula."""
INT32 = 2**31


def export(folder: Path, out: Path) -> None:
    """Write a sweep's table in the format that the file's name ends in. Raises ConfigError for one that is not known."""
    if out.suffix not in WRITERS:
        raise ConfigError(f"--export: expected a file that ends in {', '.join(WRITERS)}, found {out.name!r}")
    WRITERS[out.suffix](folder, out)


def write_csv(folder: Path, out: Path) -> None:
    """Write the table: numbers as Python writes them, what is missing empty, and no text that is a formula."""

    def data() -> bytes:
        table = finished(folder).table()
        for name in table.columns:
            if pd.api.types.is_string_dtype(table[name].dtype):
                table[name] = table[name].map(_tame, na_action="ignore")
        text = io.StringIO()
        table.to_csv(text, index=False, lineterminator="\n")
        return text.getvalue().encode()

    _write(out, data)


def _tame(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def write_parquet(folder: Path, out: Path) -> None:
    """Write a copy of the table."""
    _write(out, (finished(folder).path / TABLE).read_bytes)


def write_netcdf(folder: Path, out: Path) -> None:
    """Write the labelled arrays of ``to_xarray`` as NetCDF 3, which SciPy writes and every reader of arrays reads.

    It has no whole numbers from 2³¹ up: such an attribute, a seed for one, is written as text.
    """
    from sim.study.sweep.arrays import to_xarray

    def data() -> bytes:
        found = to_xarray(folder)
        large = {k: str(x) for k, x in found.attrs.items() if isinstance(x, int) and abs(x) >= INT32}
        return bytes(found.assign_attrs(large).to_netcdf(engine="scipy", format="NETCDF3_64BIT"))

    _write(out, data)


WRITERS = {".csv": write_csv, ".nc": write_netcdf, ".parquet": write_parquet}


def finished(folder: Path) -> SweepFolder:
    """A sweep with its table, of all the shards that are there. Raises ConfigError."""
    found = SweepFolder(folder)
    if not (folder / TABLE).is_file():
        raise ConfigError(
            f"{folder}: expected a finished sweep, found no {TABLE}: `deter sweep {folder}` ends it"
        )
    made = read_json(folder / MANIFEST).get("shards", {})
    if len(made) != (now := len(found.store.present(check=False))):
        raise ConfigError(
            f"{folder}: its table was made of {len(made)} shards, and there are {now}: `deter sweep {folder}` sums them up"
        )
    if now < found.layout.chunks:
        said = f"deter: {found.layout.chunks - now} of {found.layout.chunks} shards are not there yet: this is of the others"
        error_console().print(said, markup=False, soft_wrap=True)
    return found


def _write(out: Path, data: Callable[[], bytes]) -> None:
    if out.exists():
        raise ConfigError(f"--export: expected a new file, found {out}: nothing is overwritten")
    made = data()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, made)
    except OSError as e:
        raise RunError(f"can't write {out}: {e.strerror or e}") from e
