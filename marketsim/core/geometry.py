"""Positions in miles."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Keys
from marketsim.core.compiling import compiled
from marketsim.core.streams import draws

EARTH_RADIUS_MILES = 3_958.8
MILES_PER_KM = 0.621371
ENGLAND_CENTRE = (52.6, -1.5)
MEAN_DISTANCE_IN_DISC = 128 / (45 * np.pi)  # mean distance of two random points in a disc of radius 1


def project(latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
    """Degrees to miles east and north of the middle of England: the azimuthal equidistant projection of the sphere.

    Over England distances are right to 0.1% (Snyder, Map Projections, USGS Professional Paper 1395, chapter 25).
    """
    phi, lam = np.radians(latitude), np.radians(longitude)
    phi_0, lam_0 = np.radians(ENGLAND_CENTRE)
    cos_angle = np.sin(phi_0) * np.sin(phi) + np.cos(phi_0) * np.cos(phi) * np.cos(lam - lam_0)
    angle = np.arccos(np.clip(cos_angle, -1, 1))
    stretch = EARTH_RADIUS_MILES * np.where(angle > 0, angle / np.sin(np.where(angle > 0, angle, 1.0)), 1.0)
    east = stretch * np.cos(phi) * np.sin(lam - lam_0)
    north = stretch * (np.cos(phi_0) * np.sin(phi) - np.sin(phi_0) * np.cos(phi) * np.cos(lam - lam_0))
    return east, north


def scatter(seed: int, decision: str, keys: Keys, x: Floats, y: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """A point for each key, evenly in the disc of the given radius (miles) around (x, y)."""
    far, turn = draws(seed, (decision + " radius", decision + " angle"), keys)
    return _scattered(far, turn, x, y, radius)


@compiled
def _scattered(far: Floats, turn: Floats, x: Floats, y: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """The same from the luck of radius and angle; compiled, since NumPy's sines differ in the last digit between
    processors."""
    east, north = np.empty(len(far)), np.empty(len(far))
    for one in range(len(far)):
        distance, angle = radius[one] * np.sqrt(far[one]), 2 * np.pi * turn[one]
        east[one], north[one] = x[one] + distance * np.cos(angle), y[one] + distance * np.sin(angle)
    return east, north
