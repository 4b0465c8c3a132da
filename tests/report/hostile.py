"""Text that would do harm on a page that trusted it, and where such text can come in."""

from collections.abc import Callable
from typing import Any

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "` onload=`alert(1)",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</table></section><h1>taken over</h1>",
    "</textarea><script>alert(1)</script>",
    "<!-- <script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href='javascript:alert(1)'>click</a>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<base href='//example.org/'>",
    "<style>*{display:none}</style>",
    "<style>@import '//example.org/x.css';</style>",
    "<body onload=alert(1)>",
    "<form action=//example.org><input name=x></form>",
    "<object data=//example.org/x></object>",
    "<details open ontoggle=alert(1)>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "{{ 7 * 7 }}{% raw %}{{ config }}{% endraw %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<scr\u0000ipt>alert(1)</scr\u0000ipt>",
    "\u202e<script>alert(1)</script>\u2066",
    "\x1b[31mred\x1b[0m\r\n<script>\n\talert(1)</script>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "$\\mathbf{x}$ $ \\frac{1}{ -- ]]>",
    "=cmd|' /C calc'!A0 " + "a" * 3000 + "<b>",
)

FREE = {"says", "source", "note", "question", "title", "provenance", "what"}
"""Fields of a config that hold sentences, wherever they stand."""


def poison(document: Any, text: Callable[[], str], *, keys: frozenset[str] = frozenset(FREE)) -> Any:
    """The document with ``text()`` in the place of every sentence under one of ``keys``."""
    if isinstance(document, dict):
        return {
            k: text() if k in keys and isinstance(v, str) else poison(v, text, keys=keys)
            for k, v in document.items()
        }
    if isinstance(document, list):
        return [poison(x, text, keys=keys) for x in document]
    return document


def poisoned(documents: dict[str, Any], text: Callable[[], str]) -> dict[str, Any]:
    """Documents of a bundle with ``text()`` wherever free text may stand."""
    config = poison(documents["config"], text)
    config["settings"]["sponsor"]["name"] = text()
    for piece in config["settings"]["mobilisation"]:
        piece["name"] = text()
    result = poison(documents["result"], text) | {"study": text(), "stopped_by": text(), "engine": text()}
    result["record"] = {"id": text(), "sha256": text()}
    for d in result["differences"]:
        d["label"] = text() if d["label"] == "informed" else d["label"]
    calibration = documents["calibration"]
    calibration["notes"] = [text()]
    for h in calibration["hypotheses"].values():
        h["notes"] = [text()]
    manifest = documents["manifest"] | {
        "generator": text(),
        "config_sha256": text(),
        "python": text(),
        "command": ["deter", text()],
    }
    manifest["versions"] = {"deter": text(), "numpy": text()}
    return {"config": config, "result": result, "calibration": calibration, "manifest": manifest}
