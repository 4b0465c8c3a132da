"""Compiling ahead: in a process of its own, while something else is worked out."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LINE = "compiling the engine, once for this version (about half a minute)"
_CODE = "from sim.engine.compiled.warm import compile_all; compile_all()"


def compile_all() -> None:
    """Compile everything that a comparison needs; what is compiled is kept in the user's folder."""
    import numpy as np

    from sim.engine.compiled.batch import run_batch
    from sim.engine.compiled.layout import PARAMS
    from sim.engine.compiled.particles import filter_batch
    from sim.engine.compiled.uniforms import uniforms
    from sim.engine.course import empty_course
    from sim.model.levers import Levers, Rung
    from sim.model.registry import make_params
    from sim.model.streamkeys import name_key
    from sim.model.world import World

    nowhere = World(
        horizon_days=1.0, places=("a",), place_keys=(name_key("a"),), sensitivity=(0.0,), groups=((("a", 1.0),),),
        weapons=("a",), weapon_stage=(0,), weapon_weight=(1.0,), weapon_interception=(0.0,), weapon_harm=(1.0,), stage=0,
        permission=0, drift_from=0.0, mobilisation=(1.0,), calendar=(), stocks=("a",), munitions=(0,), defence_level=1.0,
        interceptors=0, ladder=(Levers(),), rungs=(Rung(),), deliveries=(), replay=(), opening_attack=False,
    )  # fmt: skip
    one = np.zeros(1, np.uint64)
    uniforms(0, one, "study.point")
    params = np.array([tuple(make_params({}))], PARAMS)
    run_batch(nowhere, params, np.ones((1, 1)), 0, one)
    filter_batch(nowhere, empty_course(1), params, np.ones((1, 1)), 0, 1)


@contextmanager
def ready(say: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """A function that returns when the compiled engine can run: it is compiled beside whatever goes on meanwhile."""
    warming = Warming(say)
    try:
        yield warming.wait
    finally:
        warming.stop()


class Warming:
    """Compilation under way in another process; ``wait`` before the first run."""

    def __init__(self, say: Callable[[str], None]) -> None:
        from sim.engine.compiled import jit  # Numba takes half a second to load

        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        if not jit.is_kept():
            say(LINE)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _CODE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    def wait(self) -> None:
        """Until it is done. If it failed, the first run compiles for itself, and says what is wrong."""
        if self._process is not None and self._process.poll() is None:
            self._say("waiting for the engine to be compiled")
            self._process.wait()

    def stop(self) -> None:
        """Nobody needs it any more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
