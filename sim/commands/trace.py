"""``deter trace``: replay one run of a bundle."""

from pathlib import Path
from typing import Any

from sim.console import out_console
from sim.study.sweep.again import trace as replay_point
from sim.study.sweep.folder import is_sweep
from sim.study.trace import trace as replay


def trace(bundle: Path, *, policy: str, run: int, as_json: bool = False) -> dict[str, Any]:
    """Replay a run; ``events`` in order, each with time, kind, place and its own details."""
    events = (replay_point if is_sweep(bundle) else replay)(bundle, policy, run)
    document = {
        "bundle": str(bundle),
        "policy": policy,
        "run": run,
        "events": [{"time": e.time, "kind": e.kind, "place": e.place, **e._asdict()} for e in events],
    }
    if not as_json:
        console = out_console()
        for e in events:
            details = {
                k: v
                for k, v in e._asdict().items()
                if k not in ("time", "priority", "sequence", "kind", "place")
            }
            said = ", ".join(
                f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in details.items()
            )
            console.print(
                f"day {e.time:8.3f}  {e.kind:<18} {e.place:<8} {said}", highlight=False, soft_wrap=True
            )
    return document
