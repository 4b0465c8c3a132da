"""What goes into the page as it is: the data of the explorer, its script and its style sheet."""

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

_HERE = Path(__file__).resolve().parent


def embedded(data: Any) -> Markup:
    r"""JSON that may stand inside a script element: no character of it can end the element or a line.

    >>> print(embedded({"x": "</script>"}))
    {"x":"\u003c/script\u003e"}
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for x in "<>&\u2028\u2029":
        text = text.replace(x, f"\\u{ord(x):04x}")
    return Markup(text)  # noqa: S704  what could end the element was escaped in the lines above


@cache
def script() -> Markup:
    """The one script of the page. It holds nothing that ends a script element; a test looks."""
    return Markup((_HERE / "explorer.js").read_text("utf-8"))  # noqa: S704  our own file


@cache
def script_hash() -> str:
    """What the page's policy lets run: this script and no other."""
    return f"sha256-{b64encode(sha256(str(script()).encode()).digest()).decode()}"


@cache
def sheet() -> Markup:
    """The style sheet of the explorer, beside the one that all pages share."""
    return Markup((_HERE / "explorer.css").read_text("utf-8"))  # noqa: S704  our own file
