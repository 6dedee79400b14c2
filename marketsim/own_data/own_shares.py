"""Which share of an authority's children has which need, age, sex and notice: as its own placements say."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

import numpy as np
import pandas as pd

from marketsim.own_data.records import FROM_16, UNDER_10

ENOUGH = 30  # placements of which something is known, for a share that a market is run with
YEAR = pd.Timedelta(days=365)


@dataclass(frozen=True)
class OwnShares:
    """Shares of children without severe or complex needs, of the most severe, under 10, from 16 up, of boys, and of
    moves that were emergencies; NaN where too few say it."""

    standard: float
    severe: float
    under_10: float
    from_16: float
    boys: float
    emergency: float

    def without_needs(self) -> OwnShares:
        """The same with needs unknown."""
        return replace(self, standard=np.nan, severe=np.nan)


def own_shares(placements: pd.DataFrame) -> dict[str, OwnShares]:
    """The shares by authority, over its placements in homes: its own where ENOUGH say it, else those of all. Those
    count that began in the last year or, where these are too few, while the files show what begins: of all that are
    seen, long stays would be more than they are."""
    homes = placements[placements["setting"] == "home"]
    latest = homes.groupby("authority")["start"].transform("max")
    lately = homes[homes["start"] > latest - YEAR]
    seen = homes[~homes["whole"] | (homes["start"] >= homes["seen_from"])]
    return _by_authority(lately, _by_authority(seen, {}))


def _by_authority(homes: pd.DataFrame, otherwise: dict[str, OwnShares]) -> dict[str, OwnShares]:
    everybody = _of(homes)
    found = {str(code): _filled(_of(rows), everybody) for code, rows in homes.groupby("authority")}
    return {code: _filled(found.get(code, everybody), usual) for code, usual in otherwise.items()} or found


def _of(rows: pd.DataFrame) -> OwnShares:
    age = rows["age"].dropna()
    return OwnShares(
        standard=_share(rows["need"], "standard"),
        severe=_share(rows["need"], "severe"),
        under_10=float((age < UNDER_10).mean()) if len(age) >= ENOUGH else np.nan,
        from_16=float((age >= FROM_16).mean()) if len(age) >= ENOUGH else np.nan,
        boys=_share(rows["sex"], "boy"),
        emergency=_share(rows["notice"], "emergency"),
    )


def _share(words: pd.Series[str], word: str) -> float:
    said = words[words != ""]
    return float((said == word).mean()) if len(said) >= ENOUGH else np.nan


def _filled(own: OwnShares, everybody: OwnShares) -> OwnShares:
    pairs = zip(astuple(own), astuple(everybody), strict=True)
    return OwnShares(*(all_ if np.isnan(mine) else mine for mine, all_ in pairs))
