"""A posterior: draws of equal weight, the prior beside them, diagnostics, and a file that ArviZ reads."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from calibration.arrays import Floats, as_floats
from calibration.files import write_text
from calibration.priors import PriorTransform
from calibration.samplers.sample import DRAWS, Sample, sobol_normals
from calibration.summary import PRIOR_DRIVEN, Moments, Summary, columns, moments_of, summarize

FROM_PRIOR = "prior"
"""Sampler of what was not fitted."""
PRIOR_SEED = 7  # of the scrambled Sobol points on which every prior's draws lie


@dataclass(frozen=True)
class Posterior:
    """What the evidence says of one hypothesis's parameters.

    ``draws`` [4000, names] have equal weight; ``names`` are registry parameters (``strike_effect`` for M3),
    then ``share_<place>``. ``ess`` is how many independent draws they are worth. ``log_likelihood`` holds each
    term of the evidence at the draws; ``attributes`` what it was fitted to; ``moments`` mean and sd of each
    parameter where more points than the draws tell them.
    """

    hypothesis: str
    prior: PriorTransform
    draws: Floats
    log_evidence: float
    log_evidence_se: float
    ess: float
    pareto_k: float
    sampler: str
    log_likelihood: dict[str, Floats] = field(default_factory=dict)
    observed: dict[str, float] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    moments: dict[str, Moments] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Columns of ``draws``."""
        return self.prior.names

    @cached_property
    def prior_draws(self) -> Floats:
        """Draws from the prior, as many, of the same columns."""
        return prior_draws(self.prior)

    @cached_property
    def summary(self) -> dict[str, Summary]:
        """Mean, sd, quantiles, prior and contraction of each parameter and of what is derived from them."""
        found = summarize(self.prior, self.draws, self.prior_draws, self.constants, self.moments)
        if self.sampler != FROM_PRIOR:
            return found
        # A sample's variance is not quite its law's, and far from it for a heavy tail: nothing was learnt here.
        return {n: x._replace(contraction=0.0, label=PRIOR_DRIVEN) for n, x in found.items()}

    def document(self) -> dict[str, Any]:
        """The file's content: groups as ArviZ names them, each variable as [chain][draw]."""
        log_prior = self.prior.log_prior_by_variable(self.draws)
        level = sum(self.log_likelihood.values(), as_floats(np.zeros(len(self.draws))))
        return {
            "posterior": _columns(self.names, self.draws),
            "prior": _columns(self.names, self.prior_draws),
            "log_likelihood": {k: [v.tolist()] for k, v in self.log_likelihood.items()},
            "log_prior": {k: [v.tolist()] for k, v in log_prior.items()},
            "observed_data": self.observed,
            "sample_stats": {"lp": [(level + sum(log_prior.values())).tolist()]},
            "attrs": {
                "hypothesis": self.hypothesis,
                "log_evidence": self.log_evidence,
                "log_evidence_se": self.log_evidence_se,
                "ess": self.ess,
                "pareto_k": self.pareto_k if math.isfinite(self.pareto_k) else str(self.pareto_k),
                "sampler": self.sampler,
                "notes": "\n".join(self.notes),
                "constants": json.dumps(self.constants),
                "moments": json.dumps({k: list(x) for k, x in self.moments.items()}),
                "prior_document": json.dumps(self.prior.document()),
                "summary": json.dumps({k: x.document() for k, x in self.summary.items()}),
                **{
                    k: v if isinstance(v, str | int | float) else json.dumps(v)
                    for k, v in self.attributes.items()
                },
            },
        }

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all. ``arviz.from_json`` reads it."""
        write_text(path, json.dumps(self.document(), allow_nan=False))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file that ``save`` wrote."""
        return cls.from_document(json.loads(path.read_text(encoding="utf-8")))

    @classmethod
    def from_document(cls, d: Mapping[str, Any]) -> Self:
        """The posterior that ``document`` wrote. Raises ValueError or KeyError for anything else."""
        a = dict(d["attrs"])
        a.pop("summary")  # made anew from the draws
        prior = PriorTransform.from_document(json.loads(a.pop("prior_document")))
        out = cls(
            hypothesis=str(a.pop("hypothesis")),
            prior=prior,
            draws=np.column_stack([as_floats(d["posterior"][n][0]) for n in prior.names]),
            log_evidence=float(a.pop("log_evidence")),
            log_evidence_se=float(a.pop("log_evidence_se")),
            ess=float(a.pop("ess")),
            pareto_k=float(a.pop("pareto_k")),
            sampler=str(a.pop("sampler")),
            log_likelihood={k: as_floats(v[0]) for k, v in d["log_likelihood"].items()},
            observed={k: float(v) for k, v in d["observed_data"].items()},
            constants=json.loads(a.pop("constants")),
            moments={k: Moments(*x) for k, x in json.loads(a.pop("moments")).items()},
            notes=tuple(x for x in a.pop("notes").split("\n") if x),
            attributes={k: _plain(v) for k, v in a.items()},
        )
        if len(out.draws) != DRAWS or not np.isfinite(out.draws).all():
            raise ValueError(f"expected {DRAWS} finite draws, found {len(out.draws)}")
        return out


def from_sample(hypothesis: str, prior: PriorTransform, found: Sample, **details: Any) -> Posterior:
    """Posterior from a sampler's draws in z, its moments from all the points that the sampler weighed."""
    moments: dict[str, Moments] = {}
    if found.weighted is not None:
        values = columns(prior.names, prior.from_normal(found.weighted.z), details.get("constants", {}))
        moments = moments_of(values, found.weighted.weights)
    return Posterior(
        hypothesis, prior, prior.from_normal(found.z), found.log_evidence, found.log_evidence_se, found.ess,
        found.pareto_k, found.sampler, moments=moments, **{**details, "notes": (*details.get("notes", ()), *found.notes)},
    )  # fmt: skip


def from_prior(hypothesis: str, prior: PriorTransform, **details: Any) -> Posterior:
    """The prior in a posterior's place, where there is nothing to fit."""
    return Posterior(
        hypothesis, prior, prior_draws(prior), 0.0, 0.0, float(DRAWS), -math.inf, FROM_PRIOR, **details
    )


def prior_draws(prior: PriorTransform) -> Floats:
    """4000 draws from a prior on a scrambled Sobol sequence: the same for the same prior."""
    if prior.dimensions == 0:
        return np.ones((DRAWS, len(prior.names)))  # at most one place, which has it all
    return prior.from_normal(sobol_normals(4096, prior.dimensions, PRIOR_SEED)[:DRAWS])


def _columns(names: list[str], draws: Floats) -> dict[str, list[list[float]]]:
    return {n: [draws[:, i].tolist()] for i, n in enumerate(names)}


def _plain(value: Any) -> Any:
    """Undo the JSON in which lists and mappings lie among the attributes."""
    if isinstance(value, str) and value[:1] in "[{":
        return json.loads(value)
    return value
