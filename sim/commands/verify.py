"""``deter verify``: check a bundle's hashes, and run a share of its rows again on both engines."""

from pathlib import Path
from typing import Any

from sim.console import out_console
from sim.study.sweep.again import verify as check_sweep
from sim.study.sweep.folder import is_sweep
from sim.study.verify import verify as check_bundle


def verify(
    bundle: Path, *, share: float | None = None, seed: int = 0, as_json: bool = False
) -> dict[str, Any]:
    """Verify a bundle: ``ok``, the checks, and the number of rows that were run again."""
    checks, rows = (check_sweep if is_sweep(bundle) else check_bundle)(bundle, share=share, seed=seed)
    document = {
        "bundle": str(bundle),
        "ok": all(x.ok for x in checks),
        "rows": rows,
        "seed": seed,
        "checks": [x._asdict() for x in checks],
    }
    if not as_json:
        console = out_console()
        for x in checks:
            console.print(
                f"{'ok    ' if x.ok else 'DIFFERS'} {x.what}: {x.detail}", highlight=False, soft_wrap=True
            )
        console.print(
            f"{bundle}: {'verified' if document['ok'] else 'does not verify'}",
            highlight=False,
            soft_wrap=True,
        )
    return document
