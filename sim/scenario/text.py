"""Text that errors repeat: short, on one line, without control characters."""

import difflib
from collections.abc import Iterable

LONGEST = 60
LONGEST_LINE = 200


def clean(text: str) -> str:
    """Text on one line.

    >>> clean("two" + chr(10) + "lines" + chr(27) + "[1m")
    'two lines [1m'
    """
    return "".join(x if x.isprintable() else " " for x in text[:LONGEST_LINE]).strip()


def shortened(text: str) -> str:
    """At most 60 characters of a text."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def quoted(text: str) -> str:
    """Text in quotes, shortened.

    >>> print(quoted("it's"), quoted("its"))
    "it's" 'its'
    """
    short = clean(shortened(text))
    return f'"{short}"' if "'" in short else f"'{short}'"


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names with commas between them; the first twelve of many.

    >>> listed(["a", "b"])
    'a, b'
    """
    all_names = list(names)
    shown = ", ".join(clean(x[:LONGEST]) for x in all_names[:most])
    return f"{shown}, …" if len(all_names) > most else shown or "none"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one stands for; None if none is near.

    >>> nearest("figthers", ["fighters", "none"])
    'fighters'
    """
    candidates = {x.lower(): x for x in known}
    found = difflib.get_close_matches(name[:200].lower(), candidates, n=1, cutoff=0.6)
    return candidates[found[0]] if found else None


def one_of(name: str, known: Iterable[str], what: str, most: int = 12) -> str:
    """The message for a name that nothing bears; the known names are listed if they are few.

    >>> one_of("fightrs", ["fighters", "none"], "a policy")
    "expected a policy (fighters, none), found 'fightrs': did you mean 'fighters'?"
    """
    names = list(known)
    near = nearest(name, names)
    hint = f": did you mean {quoted(near)}?" if near is not None else ""
    few = len(names) <= (most if near is None else 3)
    return (
        f"expected {what}{f' ({listed(names, most)})' if names and few else ''}, found {quoted(name)}{hint}"
    )
