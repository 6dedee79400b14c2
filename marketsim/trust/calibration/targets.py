"""What the model should reproduce, and how far off a prediction is in standard deviations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsim.core.columns import Floats

HALF_WIDTH_SDS = 1.96  # a tolerance is read as half the width of a 95% interval
RULED_OUT_FROM = 3.0  # Pukelsheim, "The three sigma rule", 1994: at least 95% of any distribution with one peak
LOG_FROM_RATIO = 5.0  # outputs that differ by more than this factor are emulated on a logarithmic scale


@dataclass(frozen=True)
class Target:
    """A published figure: its measure, its value in `unit`, and the tolerance as a share of the value."""

    measure: str
    value: float
    tolerance: float
    unit: str = ""


@dataclass(frozen=True)
class Scale:
    """A target on the scale on which it is emulated: as it is, or as a logarithm; `sd` is that of its tolerance."""

    target: Target
    log: bool

    @property
    def aim(self) -> float:
        """The value to be met."""
        return float(np.log(self.target.value)) if self.log else self.target.value

    @property
    def sd(self) -> float:
        """Standard deviation of the target: its tolerance over 1.96 (a share, and so on the logarithmic scale)."""
        return self.target.tolerance * (1.0 if self.log else abs(self.target.value)) / HALF_WIDTH_SDS

    def to(self, values: Floats) -> Floats:
        """Model outputs on this scale; NaN for what has no logarithm."""
        if not self.log:
            return values
        positive = np.where(values > 0, values, np.nan)
        return np.asarray(np.log(positive))

    def back(self, value: float) -> float:
        """A number on this scale in the unit of the target."""
        return float(np.exp(value)) if self.log else value


def scale_of(target: Target, outputs: Floats) -> Scale:
    """Logarithmic if all that the model gave for it is positive and differs by more than a factor of 5."""
    known = outputs[np.isfinite(outputs)]
    wide = len(known) > 0 and known.min() > 0 and known.max() > LOG_FROM_RATIO * known.min()
    return Scale(target, bool(wide and target.value > 0))


def implausibility(scale: Scale, mean: Floats, sd: Floats | float, discrepancy: float) -> Floats:
    """Distance of predictions from the target in standard deviations (Craig et al. 1997).

    |target - mean| / sqrt(sd² + tolerance² + discrepancy²), where `sd` is that of one run as the emulator predicts it:
    its own uncertainty and the luck of a run.
    """
    return np.asarray(np.abs(scale.aim - mean) / np.sqrt(np.square(sd) + scale.sd**2 + discrepancy**2))
