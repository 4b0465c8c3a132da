"""The fit on the brief: how fast, and beside other people's samplers on the same posterior in the same run."""

import subprocess
import sys
import tempfile
import time
from functools import cache
from typing import NamedTuple

import dynesty
import emcee
import numpy as np

from calibration.arrays import Floats
from calibration.calibrate import calibrate
from calibration.evidence import admit
from calibration.fitting import fit_hypothesis
from calibration.likelihoods.filter import CountFilter
from calibration.posterior import Posterior
from calibration.priors import PriorTransform
from calibration.samplers.sample import log_prior
from sim.data import scenarios_folder
from sim.scenario.study_files import StudyFiles, load_study
from tests.bench.table import Row, Rows, best
from tests.calibration.builders import a_filter
from tests.calibration.together import Together

ENOUGH = 4_000
MOST_SECONDS, MOST_SECONDS_ALL = 2.0, 30.0
SHOWN = "M3"
WALKERS, STEPS, BURN = 128, 900, 300


class Problem(NamedTuple):
    """A shipped hypothesis on the brief's section A, and our own fit of it, at its best of three.

    ``seconds`` by the wall, ``cpu_seconds`` of the processor: peers are compared by the latter, which load moves less.
    """

    counts: CountFilter
    transform: PriorTransform
    ours: Posterior
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Our effective draws a second of the processor."""
        return self.ours.ess / self.cpu_seconds


@cache
def files() -> StudyFiles:
    return load_study(scenarios_folder() / "fighters-vs-infrastructure.yaml")


@cache
def problem(name: str) -> Problem:
    settings = files().settings
    counts, transform = a_filter(admit(files().record, settings), files().hypotheses[name], settings)

    def fit() -> Posterior:
        return fit_hypothesis(name, transform, counts, 1)

    return Problem(counts, transform, fit(), best(fit, 3), best(fit, 3, time.process_time))


def calibration() -> Rows:
    """The fit on the brief: time to 4,000 effective draws, all five with averaging, emcee and dynesty beside it."""
    fitted = [n for n, h in files().hypotheses.items() if h.fitted]
    rows: Rows = []
    for name in fitted:
        p = problem(name)
        figure = f"{p.seconds:.2f} s, {p.ours.ess:,.0f} effective draws, log evidence ± {p.ours.log_evidence_se:.3f}"
        met = p.seconds <= MOST_SECONDS and p.ours.ess >= ENOUGH
        rows.append(Row(f"{name} fitted", figure, f"{ENOUGH:,} effective draws in {MOST_SECONDS:g} s", met))
    rivals = {n: files().hypotheses[n] for n in fitted}
    started = time.perf_counter()
    calibrate(files().record, files().settings, rivals, cache=None, predictive_runs=0)
    seconds = time.perf_counter() - started
    rows.append(
        Row(
            f"all {len(rivals)} with averaging, nothing cached", f"{seconds:.1f} s", f"at most {MOST_SECONDS_ALL:g} s",
            seconds <= MOST_SECONDS_ALL,
        )
    )  # fmt: skip
    return [*rows, _emcee(), _dynesty()]


def compared(peer: str, rate: float, more: str = "") -> Row:
    """Ours over a peer's effective draws a second on the same posterior."""
    mine = problem(SHOWN).rate
    return Row(
        f"{SHOWN}: over {peer}", f"{mine / rate:,.0f} times ({mine:,.0f} against {rate:,.1f} effective draws a second of the processor){more}"
    )  # fmt: skip


def _emcee() -> Row:
    """Stretch and differential-evolution moves, vectorised, a start near the prior's centre."""
    p = problem(SHOWN)

    def log_posterior(z: Floats) -> Floats:
        return p.counts(p.transform.from_normal(z)).sum(axis=1) + log_prior(z)

    sampler = emcee.EnsembleSampler(
        WALKERS, p.transform.dimensions, log_posterior, vectorize=True,
        moves=[(emcee.moves.StretchMove(), 0.5), (emcee.moves.DEMove(), 0.5)],
    )  # fmt: skip
    start = 0.3 * np.random.default_rng(1).standard_normal((WALKERS, p.transform.dimensions))
    started = time.process_time()
    sampler.run_mcmc(emcee.State(start, random_state=np.random.RandomState(1).get_state()), STEPS)
    seconds = time.process_time() - started
    time_to_forget = float(np.max(sampler.get_autocorr_time(discard=BURN, tol=0)))
    return compared(f"emcee {emcee.__version__}", WALKERS * (STEPS - BURN) / time_to_forget / seconds)


def _dynesty() -> Row:
    """Static nested sampling, 400 live points, random walks; its calls are answered 16 at a time, which it can't do itself."""
    p = problem(SHOWN)
    pool = Together(lambda u: p.counts(p.transform.from_uniform(u)).sum(axis=1), 16)
    sampler = dynesty.NestedSampler(
        pool.value, lambda u: np.clip(u, 1e-12, 1 - 1e-12), p.transform.dimensions, nlive=400, sample="rwalk",
        rstate=np.random.default_rng(1), pool=pool, queue_size=pool.size, use_pool={"prior_transform": False},
    )  # fmt: skip
    started = time.process_time()
    sampler.run_nested(print_progress=False, dlogz=0.05)
    seconds = time.process_time() - started
    found = sampler.results
    weights = found.importance_weights()
    error = float(found.logzerr[-1])
    more = f"; its log evidence ± {error:.2f}, {error / p.ours.log_evidence_se:.0f} times ours"
    return compared(f"dynesty {dynesty.__version__}", float(1.0 / (weights**2).sum()) / seconds, more)


def pyabc() -> Rows:
    """The same beside pyABC, for which this installs some 70 packages in a temporary folder: only if it is named."""
    with tempfile.TemporaryDirectory() as folder:
        install = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--only-binary=:all:",
            "--target",
            folder,
            "pyabc",
        ]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            return [Row(f"{SHOWN}: over pyABC", f"can't be installed here: {_last(done.stderr)}")]
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.pyabc_run", folder, SHOWN], capture_output=True, text=True, check=False
        )  # fmt: skip
        if done.returncode:
            return [Row(f"{SHOWN}: over pyABC", f"does not run here: {_last(done.stderr)}")]
    worth, seconds, simulations, distance, version = done.stdout.split()[-5:]
    more = f"; {worth} of them after {int(simulations):,} simulations in {seconds} s, at a distance of {distance}"
    return [compared(f"pyABC {version}", float(worth) / float(seconds), more)]


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["it gave no reason"])[-1]
