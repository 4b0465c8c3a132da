"""SQL over a sweep's files, by DuckDB: the extra ``query``, imported where it is asked for."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim.errors import ConfigError, RunError, one_line
from sim.study.sweep.export import finished
from sim.study.sweep.folder import TABLE
from sim.study.sweep.plan import DESIGN, DRAWS

if TYPE_CHECKING:
    import duckdb

INSTALL = 'python -m pip install "duckdb>=1.1" (the extra deter[query])'
EXAMPLE = "SELECT * FROM points LIMIT 5"


def connect(folder: Path) -> "duckdb.DuckDBPyConnection":
    """A database in memory with the views ``runs`` (every shard), ``design``, ``draws`` and ``points`` (the table).

    Arrow reads the files, so that DuckDB itself is kept from files and the network altogether: no query can write, or read
    anything else. Raises RunError where DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as e:
        raise RunError(f"--sql needs DuckDB, which is not installed here: {INSTALL}") from e
    import pyarrow.dataset as ds

    sweep = finished(folder)
    shards = sweep.store.present(check=False)
    files = {"runs": [shards[k] for k in sorted(shards)]}
    files |= {"design": [folder / DESIGN], "draws": [folder / DRAWS], "points": [folder / TABLE]}
    # Without replacements a name that is no view is an error, not a variable of ours.
    out = duckdb.connect(":memory:", config={"python_enable_replacements": False})
    try:
        for name, paths in files.items():
            out.register(name, ds.dataset([str(x) for x in paths], format="parquet"))
    except (OSError, ValueError) as e:
        out.close()
        raise ConfigError(f"{folder}: expected the files of a sweep: {one_line(str(e))}") from e
    for rule in ("temp_directory = ''", "enable_external_access = false", "lock_configuration = true"):
        out.execute(f"SET {rule}")
    return out


def sql(folder: Path, query: str) -> pd.DataFrame:
    """What a query gives, over the views of ``connect``. Raises ConfigError with DuckDB's own words for a wrong one."""
    with connect(folder) as connection:
        import duckdb

        try:
            relation: duckdb.DuckDBPyRelation | None = connection.sql(query)
            found = None if relation is None else relation.df()
        except duckdb.Error as e:
            raise ConfigError(f"--sql: {one_line(str(e).splitlines()[0])}") from e
    if not isinstance(found, pd.DataFrame):
        raise ConfigError(f"--sql: expected a query that gives a table, such as {EXAMPLE}")
    return found
