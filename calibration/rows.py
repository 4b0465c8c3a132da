"""Parameter vectors of the whole registry, from what a hypothesis fits, holds and assumes."""

from collections.abc import Sequence

import numpy as np

from calibration.arrays import Floats
from calibration.posterior import Posterior
from calibration.priors import COMMON_EFFECT, SHARE, PriorTransform
from sim.model.registry import PARAMETERS, make_params
from sim.model.spec import TARGETS
from sim.scenario.hypothesis import Hypothesis
from sim.scenario.settings import Settings


class Rows:
    """Lays out vectors of the registry for values of a hypothesis's own parameters.

    What neither is fitted nor has a value is drawn anew for each row, by the seed: assumptions from their priors, the
    casualty ``marks`` from their posterior. A likelihood of such rows is averaged over them.
    """

    def __init__(
        self,
        hypothesis: Hypothesis,
        settings: Settings,
        places: Sequence[str],
        marks: Posterior | None = None,
    ) -> None:
        entries = {**settings.assumptions, **hypothesis.assumptions}
        own = hypothesis.parameters
        held = {k: x.value for k, x in {**entries, **own}.items() if x.value is not None}
        self._held = {k: v for k, v in held.items() if k in PARAMETERS}
        drawn = {k: x.prior for k, x in entries.items() if x.prior is not None and k not in own}
        self._drawn = PriorTransform.independent(drawn)
        self._places, self._marks = list(places), marks

    def __call__(self, names: Sequence[str], values: Floats, seed: int) -> tuple[Floats, Floats]:
        """Vectors [W, registry] and the places' shares [W, places] for values [W, names]."""
        rng = np.random.default_rng([seed, len(names)])
        rows = len(values)
        columns: dict[str, Floats] = {k: np.full(rows, v) for k, v in self._held.items()}
        drawn = self._drawn.from_normal(rng.standard_normal((rows, self._drawn.dimensions)))
        columns |= by_name(self._drawn.names, drawn)
        if self._marks is not None:
            chosen = rng.integers(0, len(self._marks.draws), rows)
            columns |= by_name(self._marks.names, self._marks.draws[chosen])
        columns |= by_name(names, values)
        params = np.tile(np.array(make_params({})), (rows, 1))
        for i, parameter in enumerate(PARAMETERS):
            if parameter in columns:
                params[:, i] = columns[parameter]
        return params, np.column_stack([columns[SHARE + x] for x in self._places])


def by_name(names: Sequence[str], values: Floats) -> dict[str, Floats]:
    """Columns by registry name; ``strike_effect`` becomes the four effects."""
    out: dict[str, Floats] = {}
    for i, name in enumerate(names):
        column = values[:, i]
        out |= {f"effect_{x}": column for x in TARGETS} if name == COMMON_EFFECT else {name: column}
    return out
