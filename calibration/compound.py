"""Sums of a mark over many attacks: exact probabilities by convolution."""

import numpy as np

from calibration.arrays import Floats, as_floats


def lomax_mark(share: Floats, scale: Floats, tail: Floats, most: int) -> Floats:
    """P(X = 0 … most) [W, most + 1] of the number hurt in one attack.

    P(X = 0) = 1 - π, P(X > k) = π (1 + k/scale)^(-tail): a discretised Lomax, as the engine draws it
    (``heavy_tail_quantile``). Domain: 0 ≤ π ≤ 1, scale > 0, tail > 0; each [W].
    """
    k = np.arange(most + 1)
    over = (1.0 + k / scale[:, None]) ** -tail[:, None]
    return np.concatenate([1.0 - share[:, None], share[:, None] * (over[:, :-1] - over[:, 1:])], axis=1)


def sum_of(mark: Floats, attacks: int) -> Floats:
    """P(Σ = 0 … most) [W, most + 1] of the sum of a mark over independent attacks.

    Powers by squaring; each product is a convolution by FFT, cut at ``most``, which loses nothing below it.
    """
    size = mark.shape[1]
    length = 2 ** int(np.ceil(np.log2(max(2 * size - 1, 2))))

    def product(a: Floats, b: Floats) -> Floats:
        return as_floats(np.fft.irfft(np.fft.rfft(a, length) * np.fft.rfft(b, length), length)[:, :size])

    out = np.zeros_like(mark)
    out[:, 0] = 1.0
    power = mark
    while attacks:
        if attacks & 1:
            out = product(out, power)
        attacks >>= 1
        if attacks:
            power = product(power, power)
    return np.maximum(out, 0.0)
