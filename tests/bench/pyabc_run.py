"""``python -m tests.bench.pyabc_run FOLDER HYPOTHESIS``: pyABC from a folder of packages on a hypothesis's posterior.

Prints effective draws, seconds of the processor, simulations, the last distance and the version. Its model is the simulation by clusters,
its distance that between counts: what one would write who has no likelihood.
"""

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SECONDS = 60
POPULATION = 500


def main() -> None:
    """Run it."""
    folder, name = sys.argv[1:]
    sys.path.insert(0, folder)  # its own versions of all that it needs
    import numpy as np
    import pyabc  # type: ignore[import-not-found]

    from calibration.evidence import admit
    from calibration.priors import PriorTransform
    from calibration.simulate import simulate_windows
    from tests.calibration.shipped import brief, hypotheses, settings

    evidence = admit(brief(), settings())
    transform = PriorTransform(hypotheses()[name], evidence.places)
    held = {n: x.value for n, x in hypotheses()[name].assumptions.items() if x.value is not None}
    rng = np.random.default_rng(1)
    inputs = [f"z{i}" for i in range(transform.dimensions)]

    def model(z: Any) -> dict[str, Any]:
        values = transform.from_normal(np.array([[z[i] for i in inputs]]))[0]
        try:
            counts = simulate_windows(
                evidence, {**held, **dict(zip(transform.names, values, strict=True))}, rng
            )
        except ValueError:  # past 20,000 attacks
            counts = [20_000] * len(evidence.windows)
        return {"counts": np.array(counts, dtype=float)}

    np.random.seed(1)
    prior = pyabc.Distribution(**{i: pyabc.RV("norm", 0.0, 1.0) for i in inputs})
    abc = pyabc.ABCSMC(
        model, prior, lambda x, y: float(np.abs(x["counts"] - y["counts"]).sum()), population_size=POPULATION,
        sampler=pyabc.sampler.SingleCoreSampler(),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        seen = {"counts": np.array([float(w.attacks) for w in evidence.windows])}
        abc.new(f"sqlite:///{Path(place) / 'run.db'}", seen)
        started = time.process_time()
        history = abc.run(max_walltime=dt.timedelta(seconds=SECONDS))
        seconds = time.process_time() - started
        _, weights = history.get_distribution(m=0, t=history.max_t)
        populations = history.get_all_populations()
        simulations = history.total_nr_simulations  # read from the file, like all else
    w = np.asarray(weights)
    worth = w.sum() ** 2 / (w**2).sum()
    distance = float(populations["epsilon"].iloc[-1])
    print(f"{worth:.0f} {seconds:.0f} {simulations} {distance:.0f} {pyabc.__version__}")


if __name__ == "__main__":
    main()
