"""How long a chain remembers: correlation times of what it recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

__all__ = ["correlation_time"]

_WINDOW = 5.0
"""Width of the window, in correlation times (Sokal)."""

_ENOUGH = 50
"""Correlation times in a series, from which on the estimate can be trusted."""


@checks.by_name
def correlation_time(series: Any) -> Any:
    r"""Integrated autocorrelation time of a recorded series, in units of its rows.

    .. math:: \tau = \frac12 + \sum_{t=1}^{M} \rho(t),

    with ρ the autocorrelation, and M the least with M ≥ 5 τ(M) (Sokal's window). The mean of T rows
    of a stationary chain has the standard error :math:`\sigma \sqrt{2\tau/T}`; τ is ½ for
    independent rows.

    Parameters
    ----------
    series : (T, ...) array_like
        Rows of a chain, in equal steps: ``run.energy``, ``run.overlaps``, ``run.recorded[...]``,
        after the rows in which it relaxes.

    Returns
    -------
    (...) ndarray of float64
        One for each column; a float for a series (T,). nan for a series that does not vary.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For fewer than two rows, or numbers that are not finite.

    Warns
    -----
    UserWarning
        If a series is shorter than 50 of its correlation times.

    References
    ----------
    A. D. Sokal, Monte Carlo methods in statistical mechanics (1996), section 3.

    Examples
    --------
    >>> import hopfield_sim as hs
    >>> net = hs.HopfieldNetwork().store(hs.random_patterns(3, 100, rng=0))
    >>> state = hs.random_patterns(1, 100, rng=1)[0]
    >>> run = net.recall(state, temperature=3.0, max_sweeps=4000, record="energy", rng=2)
    >>> round(hs.correlation_time(run.energy[100:]))
    1
    """
    rows = checks.finite(checks.numeric(series, "series"), "series")
    if rows.ndim == 0 or len(rows) < 2 or not rows.size:
        raise InvalidInputError(f"series must have at least two rows; got shape {rows.shape}")
    flat = rows.reshape(len(rows), -1)
    times = np.array([_time(column) for column in flat.T])
    longest = np.max(times, initial=0.0, where=~np.isnan(times))
    if longest * _ENOUGH > len(rows):
        checks.warn(
            f"a series of {len(rows)} rows is short for a correlation time of {longest:.3g}; "
            f"record at least {_ENOUGH} times as many"
        )
    return float(times[0]) if rows.ndim == 1 else times.reshape(rows.shape[1:])


def _time(column: NDArray[np.float64]) -> float:
    scale = np.abs(column).max()
    scaled = column / scale if scale else column  # whose squares do not overflow
    centred = scaled - scaled.mean()
    if not np.abs(centred).max() > 1e-12:
        return np.nan
    spectrum = np.fft.rfft(centred, 2 ** (2 * len(centred) - 1).bit_length())
    raised = np.fft.irfft(np.abs(spectrum) ** 2)[: len(centred)]
    times = np.cumsum(raised / raised[0]) - 0.5
    wide = np.flatnonzero(np.arange(len(times)) >= _WINDOW * times)
    return float(times[wide[0] if wide.size else -1])
