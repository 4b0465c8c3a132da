"""Rows of figures, on the screen and in ``docs/performance.md``."""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


class Row(NamedTuple):
    """One figure: of what, how much, against what it was asked to be ("" where nothing was asked)."""

    what: str
    figure: str
    asked: str = ""
    met: bool | None = None


Rows = list[Row]


def verdict(row: Row) -> str:
    """Whether a row met what was asked."""
    return {None: "", True: "met", False: "NOT MET"}[row.met]


def show(title: str, rows: Rows) -> None:
    """Print a part's rows."""
    print(f"\n{title}")
    for r in rows:
        asked = f"  ({r.asked}: {verdict(r)})" if r.asked else ""
        print(f"  {r.what:<62} {r.figure}{asked}", flush=True)


def write_page(parts: dict[str, Rows]) -> None:
    """Write the page of performance: the machine, and a table for each part."""
    lines = [
        "# Performance",
        "",
        "`python3 run.py bench --write` writes this page. The machine may be shared: a figure is the best of several goes in one",
        "run of the bench, and only ratios within one run should be relied on.",
        "",
        f"Machine: {machine()}.",
    ]
    for title, rows in parts.items():
        lines += ["", f"## {title}", "", "| what | figure | asked | |", "|---|---|---|---|"]
        lines += [f"| {r.what} | {r.figure} | {r.asked} | {verdict(r)} |" for r in rows]
    PAGE.write_text("\n".join(lines) + "\n", "utf-8")


def machine() -> str:
    """Processor, cores, memory, system and Python."""
    name = platform.processor() or platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.is_file():
        found = [
            x.partition(":")[2].strip()
            for x in cpu.read_text("utf-8").splitlines()
            if x.startswith("model name")
        ]
        name = found[0] if found else name
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f} when this was written" if hasattr(os, "getloadavg") else ""
    return f"{name}, {cores} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}{load}"


def best(go: Callable[[], Any], times: int = 5, clock: Callable[[], float] = time.perf_counter) -> float:
    """Least time of so many goes, in seconds."""
    found = []
    for _ in range(times):
        started = clock()
        go()
        found.append(clock() - started)
    return min(found)
