"""The layouts of others' exports: by which columns each is known, and the names of one that came without them."""

from collections.abc import Collection, Sequence
from typing import Literal

from calibration.history.dates import moment

Export = Literal["acled", "ucdp-ged", "gtd"]

TITLES: dict[str, str] = {"acled": "ACLED", "ucdp-ged": "UCDP GED", "gtd": "GTD"}
SIGNATURES: dict[Export, tuple[str, ...]] = {
    "acled": ("event_date", "event_type", "actor1", "country"),
    "ucdp-ged": ("type_of_violence", "date_start", "date_end", "side_a", "side_b", "country"),
    "gtd": ("iyear", "imonth", "iday", "country_txt", "gname"),
}
"""Columns that an export must have. Others are used where they are there: releases differ."""
TELLING: dict[Export, tuple[str, ...]] = {
    "acled": ("event_date", "event_type"),
    "ucdp-ged": ("type_of_violence", "date_start"),
    "gtd": ("iyear", "imonth"),
}
"""Columns that no other layout has: enough to know which export a file means to be."""

# UCDP GED, 49 columns: research note on loaders of releases 19.1 to 24.1. Candidate 24.0.1 came without a header.
UCDP_COLUMNS = [
    "id",
    "relid",
    "year",
    "active_year",
    "code_status",
    "type_of_violence",
    "conflict_dset_id",
    "conflict_new_id",
    "conflict_name",
    "dyad_dset_id",
    "dyad_new_id",
    "dyad_name",
    "side_a_dset_id",
    "side_a_new_id",
    "side_a",
    "side_b_dset_id",
    "side_b_new_id",
    "side_b",
    "number_of_sources",
    "source_article",
    "source_office",
    "source_date",
    "source_headline",
    "source_original",
    "where_prec",
    "where_coordinates",
    "where_description",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "geom_wkt",
    "priogrid_gid",
    "country",
    "country_id",
    "region",
    "event_clarity",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
    "gwnoa",
    "gwnob",
]


def layout_of(header: Collection[str]) -> Export | None:
    """The export that a header tells of; None for a plain file."""
    return next((name for name, columns in TELLING.items() if set(columns) <= set(header)), None)


def without_header(first: Sequence[str]) -> Sequence[str] | None:
    """Names for the columns of a UCDP file whose first row is data already; None for every other file."""
    if len(first) != len(UCDP_COLUMNS) or not first[0].strip().isdigit():
        return None
    try:
        moment(first[UCDP_COLUMNS.index("date_start")].strip(), "day-first")
    except ValueError:
        return None
    return UCDP_COLUMNS
