"""Stacking weights: the average of hypotheses whose predictions of what was left out score best."""

import numpy as np

from calibration.arrays import Floats, as_floats

ROUNDS = 20_000
STILL = 1e-12


def stack(log_scores: Floats) -> Floats:
    """Weights w on the simplex that maximise Σ_i log Σ_k w_k p_k(i), from log p_k(i) [points, hypotheses].

    The problem is concave; w_k ← w_k · mean_i p_k(i)/Σ_j w_j p_j(i) climbs it and stays on the simplex (EM).
    Source: Yao, Vehtari, Simpson & Gelman (2018), Bayesian Analysis 13(3).
    """
    p = np.exp(log_scores - log_scores.max(axis=1, keepdims=True))
    w = np.full(p.shape[1], 1.0 / p.shape[1])
    for _ in range(ROUNDS):
        new = w * (p / (p @ w)[:, None]).mean(axis=0)
        if float(np.abs(new - w).max()) < STILL:
            break
        w = new
    return as_floats(new / new.sum())
