"""Scalar calls that run side by side, answered by one vectorised call: for samplers that ask point by point."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from calibration.arrays import Floats


class Together:
    """A pool whose workers are threads: when all that still run wait for a value, one call gives it to all of them.

    ``map`` is what dynesty asks of a pool; ``value`` the scalar function to hand it, of a row of u. Each worker has its
    own random numbers, so that what comes of it does not depend on who waits for whom.
    """

    def __init__(self, function: Callable[[Floats], Floats], size: int) -> None:
        self._function, self.size = function, size
        self._turn = threading.Condition()
        self._running = 0
        self._asked: dict[int, Floats] = {}
        self._answers: dict[int, float] = {}

    def value(self, u: Floats) -> float:
        """The function at one row."""
        me = threading.get_ident()
        with self._turn:
            if not self._running:
                return float(self._function(u[None, :])[0])
            self._asked[me] = u
            self._answer()
            self._turn.wait_for(lambda: me in self._answers)
            return self._answers.pop(me)

    def map(self, function: Callable[[Any], Any], arguments: Iterable[Any]) -> list[Any]:
        """The function of each argument, in order."""
        given = list(arguments)
        out: list[Any] = [None] * len(given)

        def work(i: int) -> None:
            try:
                out[i] = function(given[i])
            finally:
                with self._turn:
                    self._running -= 1
                    self._answer()

        threads = [threading.Thread(target=work, args=(i,)) for i in range(len(given))]
        self._running = len(threads)
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        return out

    def _answer(self) -> None:
        """Answer everyone, if all that run are waiting."""
        if self._asked and len(self._asked) == self._running:
            values = self._function(np.array(list(self._asked.values())))
            self._answers.update(zip(self._asked, values.tolist(), strict=True))
            self._asked.clear()
            self._turn.notify_all()
