"""Positions in miles, and how far areas lie from each other."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints, Keys
from marketsim.core.compiling import compiled
from marketsim.core.luck import luck_of, mixed
from marketsim.core.streams import beginnings
from marketsim.week.placing.tables import Geography

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
    return scattered(beginnings(seed, (decision + " radius", decision + " angle")), keys, x, y, radius)


@compiled
def scattered(begins: Keys, keys: Keys, x: Floats, y: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """The same by where the luck of radius and angle begins."""
    east, north = np.empty(len(keys)), np.empty(len(keys))
    for one in range(len(keys)):
        distance = radius[one] * np.sqrt(luck_of(mixed(begins[0, 0], keys[one])))
        angle = 2 * np.pi * luck_of(mixed(begins[1, 0], keys[one]))
        east[one], north[one] = x[one] + distance * np.cos(angle), y[one] + distance * np.sin(angle)
    return east, north


def geography(x: Floats, y: Floats, radius: Floats, home_area: Ints, home_x: Floats, home_y: Floats) -> Geography:
    """Areas nearest first for each authority.

    The lower bound is the distance of the centres less the radius of the children's disc and less the distance of
    the area's farthest home from its centre.
    """
    reach = np.zeros(len(x))
    np.maximum.at(reach, home_area, np.hypot(home_x - x[home_area], home_y - y[home_area]))
    apart = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    bound = np.maximum(apart - radius[:, None] - reach[None, :], 0.0) * (1 - 1e-9)
    return Geography(np.argsort(bound, axis=1, kind="stable"), bound)
