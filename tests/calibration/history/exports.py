"""Synthetic files in the layout of others' exports: every row invented, no row of theirs."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ACLED_COLUMNS = [
    "event_id_cnty",
    "event_date",
    "year",
    "time_precision",
    "disorder_type",
    "event_type",
    "sub_event_type",
    "actor1",
    "assoc_actor_1",
    "inter1",
    "actor2",
    "assoc_actor_2",
    "inter2",
    "interaction",
    "civilian_targeting",
    "iso",
    "region",
    "country",
    "admin1",
    "admin2",
    "admin3",
    "location",
    "latitude",
    "longitude",
    "geo_precision",
    "source",
    "source_scale",
    "notes",
    "fatalities",
    "tags",
    "timestamp",
]
# A part of GTD's 135 columns, in its order and spelling: readers go by name.
GTD_COLUMNS = [
    "eventid",
    "iyear",
    "imonth",
    "iday",
    "approxdate",
    "extended",
    "resolution",
    "country",
    "country_txt",
    "region",
    "region_txt",
    "provstate",
    "city",
    "latitude",
    "longitude",
    "specificity",
    "vicinity",
    "location",
    "summary",
    "attacktype1",
    "attacktype1_txt",
    "attacktype2_txt",
    "targtype1",
    "targtype1_txt",
    "target1",
    "natlty1_txt",
    "gname",
    "gsubname",
    "gname2",
    "weaptype1",
    "weaptype1_txt",
    "weapsubtype1_txt",
    "nkill",
    "nkillus",
    "nwound",
    "nwoundus",
    "addnotes",
    "INT_LOG",
]

ACLED = {
    "time_precision": 1, "disorder_type": "Political violence", "event_type": "Explosions/Remote violence",
    "sub_event_type": "Air/drone strike", "actor1": "River Front", "inter1": "Political militia",
    "actor2": "Coast Guard of Farland", "inter2": "External/Other forces", "country": "Eastland", "admin1": "North",
    "geo_precision": 1, "source": "Gazette", "notes": "Drones, two of them", "fatalities": 0, "timestamp": 1700000000,
}  # fmt: skip
UCDP = {
    "type_of_violence": 1, "side_a": "Government of Farland", "side_b": "River Front", "where_prec": 1,
    "country": "Eastland", "adm_1": "North", "event_clarity": 1, "date_prec": 1, "best": 1,
    "source_article": '"Gazette; page 2"', "relid": "EAS-2023-1",
}  # fmt: skip
GTD = {
    "iyear": 2015, "imonth": 5, "iday": 4, "country_txt": "Eastland", "provstate": "North", "specificity": 1,
    "attacktype1_txt": "Bombing/Explosion", "targtype1_txt": "Military", "target1": "Garrison",
    "natlty1_txt": "Farland", "gname": "River Front", "weaptype1_txt": "Explosives", "summary": "A café, at dawn",
    "nkill": 0, "nwound": -9, "nwoundus": -99,
}  # fmt: skip
Fields = Mapping[str, object]


def text(
    columns: Sequence[str],
    rows: Iterable[Fields],
    *,
    header: bool = True,
    upper: bool = False,
    delimiter: str = ",",
) -> str:
    """A CSV file of these columns."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    if header:
        writer.writerow([x.upper() if upper else x for x in columns])
    writer.writerows([row.get(x, "") for x in columns] for row in rows)
    return out.getvalue()


def acled(*rows: Fields) -> list[Fields]:
    """ACLED rows: an attack of the River Front on the Coast Guard in Eastland, but for what is given."""
    return [{"event_id_cnty": f"EAS{i}", **ACLED, **x} for i, x in enumerate(rows, 1)]


def ucdp(*rows: Fields) -> list[Fields]:
    """UCDP rows, likewise; an event of one day ends on the day on which it began."""
    return [{"id": i, **UCDP, "date_end": x.get("date_start", ""), **x} for i, x in enumerate(rows, 1)]


def gtd(*rows: Fields) -> list[Fields]:
    """GTD rows, likewise."""
    return [{"eventid": 201505040000 + i, **GTD, **x} for i, x in enumerate(rows, 1)]


def written(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    """The file."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def an_import(folder: Path, *lines: str, file: str = "export.csv") -> Path:
    """An import file of that file, with these lines beside what every one needs."""
    head = ["kind: import", "version: 1", "name: river", f"file: {file}", "source: invented for a test"]
    path = folder / "import.yaml"
    path.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    return path
