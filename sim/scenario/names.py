"""From a name in a config to the file that it stands for."""

import os
from pathlib import Path

from sim.data import records_folder, scenarios_folder
from sim.errors import Located
from sim.scenario.text import nearest, one_of, quoted
from sim.scenario.tree import Node

FOLDERS = {
    "settings": "settings",
    "hypothesis": "hypotheses",
    "policy": "policies",
    "record": "records",
    "import": "records",
    "study": "",
    "sweep": "sweeps",
}


PEEK = 2000  # bytes of a file that are looked at to see of which kind it is


def is_path(name: str) -> bool:
    """Is it a path, rather than a name?

    >>> is_path("fighters"), is_path("policies/fighters.yaml")
    (False, True)
    """
    return "/" in name or os.sep in name or name.lower().endswith((".yaml", ".yml", ".csv"))


def shown(path: Path) -> str:
    """A path as people are told it: from where they stand, if it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd().resolve()))
    except (ValueError, OSError, RuntimeError):
        return str(path)


def find(name: str, kind: str, folder: Path, node: Node, field: str) -> Path | Located:
    """The file that a name of this kind stands for, seen from a config in ``folder``; or the mistake.

    A path is taken from that folder, then from the shipped files. A name ``x`` is ``policies/x.yaml`` in the
    folder, then ``x.yaml`` there if it says that it is a policy, then among the shipped policies; M3 is also
    ``hypotheses/M3-….yaml``. The mistake names what is near, else where it was looked for.
    """
    if "\0" in name or len(name) > 500:
        return Located(
            *node.spot, field, f"expected the name or path of a file of kind {kind}, found {quoted(name)}"
        )
    places = _folders(kind, folder)
    if is_path(name):
        roots = [folder, records_folder() if kind == "record" else scenarios_folder()]
        for path in (root / name for root in roots):
            if _exists(path):
                return path
        near = nearest(Path(name).name, [x.name for x in _files([(roots[0] / name).parent])])
        hint = (
            f": did you mean {quoted(str(Path(name).parent / near))}?"
            if near is not None
            else _looked([root / Path(name).parent for root in roots])
        )
        return Located(
            *node.spot, field, f"expected a file of kind {kind}, found no file {quoted(name)}{hint}"
        )
    for place in places:
        here = _files([place])
        exact = [x for x in here if x.stem == name and _is(x, kind)]
        prefixes = (f"{name}-", f"{name}_") if kind == "hypothesis" else ()
        begun = [x for x in here if x.stem.startswith(prefixes) and _is(x, kind)]
        if exact or len(begun) == 1:
            return (exact or begun)[0]
        if begun:
            names = [x.stem for x in begun]
            return Located(
                *node.spot, field, f"expected one {kind}, found {len(begun)}: write one of {', '.join(names)}"
            )
    known = sorted({x.stem for x in _files(places) if _is(x, kind)})
    said = one_of(name, known, f"the name of a {kind}")
    return Located(*node.spot, field, said if "did you mean" in said else said + _looked(places))


def _folders(kind: str, folder: Path) -> list[Path]:
    """Where names of a kind are looked for. A file that lies among its kind is found from its siblings too."""
    below = FOLDERS[kind]
    own = [folder / below, *([folder.parent / below] if folder.name in FOLDERS.values() else []), folder]
    shipped = records_folder() if kind == "record" else scenarios_folder() / below
    return list(dict.fromkeys([*own, shipped]))


def _is(path: Path, kind: str) -> bool:
    """Is a file of this kind? Where files of every kind lie together, one that says so."""
    kinds = (kind, "import") if kind == "record" else (kind,)  # an import stands for the record made of it
    return path.parent.name == FOLDERS[kind] or any(_says(path, x) for x in kinds)


def _says(path: Path, kind: str) -> bool:
    """Does a file say that it is of this kind, near its beginning?"""
    try:
        with path.open("rb") as file:
            lines = file.read(PEEK).splitlines()
    except OSError:
        return False
    return any(x.split(b"#")[0].split() == [b"kind:", kind.encode()] for x in lines)


def _looked(places: list[Path]) -> str:
    """Where a name was looked for, in words."""
    *own, _shipped = [shown(x) for x in dict.fromkeys(places)]
    where = f"in {', '.join(dict.fromkeys(own))} and " if own else ""
    return f" (looked {where}among the files that ship)"


def _files(folders: list[Path]) -> list[Path]:
    out: list[Path] = []
    for folder in folders:
        try:
            out += sorted(x for x in folder.iterdir() if x.suffix == ".yaml" and not x.name.startswith("."))
        except OSError:
            continue
    return out


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
