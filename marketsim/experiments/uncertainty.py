"""The 95% interval of a difference: the luck of runs, and what is unknown about the market.

Without a plausible set it is Student's interval for the mean of paired differences.

With one, runs come in groups: each vector of the plausible set with one or more lucks. The truth is thought of as the
difference to be expected under ONE vector that nobody knows, drawn like those of the set. So the interval is a
prediction interval for a new group's expectation in the one-way random-effects model

    difference = mean + effect of the vector (variance T) + luck (variance S),   V vectors, L lucks each,

whose distance from the mean of the groups has variance T + (T + S/L)/V. T and S are estimated from few runs, so that
Satterthwaite's approximation fails: T is a difference of mean squares, and its intervals held the truth in as few as
87% of trials. Used instead is a generalised prediction interval (S. Weerahandi, "Generalized confidence intervals",
Journal of the American Statistical Association 88, 1993; T.-Y. Lin and C.-T. Liao, "Prediction intervals for general
balanced linear random models", Journal of Statistical Planning and Inference 138, 2008): both mean squares are replaced
by their pivots (mean square times degrees of freedom over chi-squared), T by the positive part of what they give, and
the interval is where 95% of the resulting mixture of normal distributions lies. One change: only nine tenths of the
luck are taken out of the variance between groups, since with 25 vectors and more coverage fell below 93% otherwise.

Coverage for normal effects and luck, 2 lucks a vector, by the share of T in the variance of a group's mean (numerical
integration; tests/experiments/test_coverage.py checks these figures):

    share of T    0    0.05   0.2   0.5   0.9    1
    V = 3       96.6   96.3  95.5  94.4  94.4  95.0
    V = 4       97.2   96.7  95.5  94.2  94.4  95.0
    V = 10      98.5   97.5  95.3  93.8  94.6  95.0
    V = 25      99.3   97.7  94.8  94.2  94.8  95.0

Above 97% lie only differences on which the unknown has next to no effect: few runs can't tell that it has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, ndtr, stdtr, stdtrit
from scipy.stats import false_discovery_control

from marketsim.core.columns import Floats, Ints

LEVEL = 0.95
TAKEN_OUT = 0.9  # share of the luck that is taken out of the variance between groups
FALSE_SHARE = 0.05  # of the differences that are called sure when many are told side by side
FEWEST, FEW = 4, 8  # replicates, or vectors: from fewer no interval is told, from fewer than the other it is rough
NODES = 32  # of each chi-squared; the width is then right to three in ten thousand


@dataclass(frozen=True)
class Interval:
    """Mean difference, the ends of its 95% interval, and how the variance between replicates divides.

    `luck_share` and `parameter_share` add up to 1. NaN stands for what the runs can't tell: an interval takes two runs,
    or with a plausible set two vectors; shares take a vector with several lucks and differences that vary.
    """

    mean: float
    low: float
    high: float
    luck_share: float = np.nan
    parameter_share: float = np.nan


@dataclass(frozen=True)
class Groups:
    """What is known of differences in groups: variance between the groups' means, and of luck within them.

    `freedom` is the degrees of freedom within; `lucks` the harmonic mean of the sizes, exact for the expectation of
    the variance between unweighted means (Thomas and Hultquist, Annals of Statistics 6, 1978).
    """

    count: int
    mean: float
    between: float
    within: float
    freedom: int
    lucks: float


def interval(differences: Floats, vectors: Ints | None = None) -> Interval:
    """The 95% interval of a difference from one value a run; `vectors` names the vector of each, None: no set used."""
    if vectors is None:
        return _students(differences)
    groups = grouped(differences, vectors)
    if groups.count < 2:
        return Interval(groups.mean, np.nan, np.nan)
    half = _half_width(groups)
    return Interval(groups.mean, groups.mean - half, groups.mean + half, *_shares(groups))


def chance(differences: Floats, vectors: Ints | None = None) -> float:
    """How likely a mean so far from 0 would be if the difference were none (0-1): 0.05 where the interval just touches
    0; NaN where there is no interval; 1 where all are 0."""
    if not differences.any():
        return 1.0
    if vectors is None:
        count, mean = len(differences), float(differences.mean())
        error = differences.std(ddof=1) / np.sqrt(count) if count > 1 else np.nan
        return float(2 * stdtr(count - 1, -abs(mean) / error)) if error > 0 else np.nan if count < 2 else 0.0
    groups = grouped(differences, vectors)
    return np.nan if groups.count < 2 else _chance(groups)


def discoveries(chances: Floats) -> Floats:
    """For many differences told side by side: the share of false ones among those that are at least as sure as each, if
    all these are called sure (Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57, 1995). NaN
    where a chance is."""
    found, known = np.full(len(chances), np.nan), ~np.isnan(chances)
    if known.any():
        found[known] = false_discovery_control(chances[known])
    return found


def basis(count: int, vectors: Ints | None = None) -> int:
    """What an interval rests on: the number of replicates, or of the vectors that they have."""
    return count if vectors is None else len(np.unique(vectors))


def mean_of(values: Floats, vectors: Ints | None) -> float:
    """The mean of the values, or with vectors the mean of the vectors' means: each vector counts the same."""
    return float(values.mean()) if vectors is None else grouped(values, vectors).mean


def grouped(values: Floats, vectors: Ints) -> Groups:
    """Means and variances of values in groups; NaN variances where there are too few."""
    _, group = np.unique(vectors, return_inverse=True)
    size = np.bincount(group)
    means = np.bincount(group, weights=values) / size
    count, freedom = len(size), len(values) - len(size)
    within = float(((values - means[group]) ** 2).sum() / freedom) if freedom else np.nan
    between = float(means.var(ddof=1)) if count > 1 else np.nan
    return Groups(count, float(means.mean()), between, within, freedom, float(1 / np.mean(1 / size)))


def _students(differences: Floats) -> Interval:
    count, mean = len(differences), float(differences.mean())
    if count < 2:
        return Interval(mean, np.nan, np.nan)
    half = float(stdtrit(count - 1, (1 + LEVEL) / 2) * differences.std(ddof=1) / np.sqrt(count))
    return Interval(mean, mean - half, mean + half)


def _half_width(groups: Groups) -> float:
    """Half the width of the prediction interval; with one luck a vector, luck can't be taken out and stays in."""
    between, count = groups.between, groups.count
    if groups.freedom == 0:
        return float(stdtrit(count - 1, (1 + LEVEL) / 2) * np.sqrt(between * (1 + 1 / count)))
    scale = between + groups.within / groups.lucks
    return float(max(np.sqrt(scale) * _reach(_spread(groups, scale)), _least(groups))) if scale > 0 else 0.0


def _chance(groups: Groups) -> float:
    """The chance that the same distribution about 0 lies as far out as the mean does."""
    between, count, mean = groups.between, groups.count, abs(groups.mean)
    if groups.freedom == 0:
        return float(2 * stdtr(count - 1, -mean / np.sqrt(between * (1 + 1 / count)))) if between > 0 else 0.0
    scale = between + groups.within / groups.lucks
    if scale == 0 or mean < _least(groups):
        return 0.0 if scale == 0 else 1.0
    return _outside(mean / np.sqrt(scale), _spread(groups, scale))


def _spread(groups: Groups, scale: float) -> Floats:
    """Standard deviations of (truth less mean), over the root of `scale`, for each pair of pivots."""
    luck = groups.within / groups.lucks
    return np.asarray(np.sqrt(_variances(groups.between / scale, luck / scale, groups.count, groups.freedom)))


def _least(groups: Groups) -> float:
    """One standard error: no interval is narrower."""
    luck = groups.within / groups.lucks
    pooled = ((groups.count - 1) * groups.between + groups.freedom * luck) / (groups.count - 1 + groups.freedom)
    return float(np.sqrt(pooled / groups.count))


def _variances(between: float, luck: float, count: int, freedom: int) -> Floats:
    """Variance of (truth less mean) for each pair of pivots, by node of the one and of the other chi-squared."""
    total = between * (count - 1) / _chi_squared(count - 1)[:, None]  # of a group's mean: T + S/L
    lucky = luck * freedom / _chi_squared(freedom)[None, :]
    return np.asarray(np.maximum(total - TAKEN_OUT * lucky, 0) + total / count)


def _reach(spread: Floats) -> float:
    """How far from the mean the central 95% of a mixture of normal distributions with these spreads goes."""
    highest = 3 * float(spread.max())
    return (
        float(brentq(lambda reach: _outside(reach, spread) - (1 - LEVEL), 0.0, highest, xtol=1e-7)) if highest else 0.0
    )


def _outside(reach: float, spread: Floats) -> float:
    """How much of the mixture lies farther than `reach` from its middle."""
    _, weight = _nodes()
    with np.errstate(divide="ignore"):
        return float((weight[:, None] * weight[None, :] * (2 * ndtr(-reach / spread))).sum())


@cache
def _nodes() -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss and Legendre for the unit interval."""
    node, weight = np.polynomial.legendre.leggauss(NODES)
    return (node + 1) / 2, weight / 2


@cache
def _chi_squared(freedom: int) -> Floats:
    """Quantiles of chi-squared at the nodes."""
    return np.asarray(chdtri(freedom, _nodes()[0]))


def _shares(groups: Groups) -> tuple[float, float]:
    """Shares of luck and of the unknown in the variance between replicates, from the usual mean squares."""
    if groups.freedom == 0:
        return np.nan, np.nan
    unknown = max(groups.between - groups.within / groups.lucks, 0.0)
    whole = unknown + groups.within
    return (groups.within / whole, unknown / whole) if whole > 0 else (np.nan, np.nan)
