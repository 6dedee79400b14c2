"""Since when places have stood empty, as seen week by week."""

from __future__ import annotations

from typing import Any

import numpy as np

from marketsim.core.columns import Ints

LONG_AGO = -1_000_000  # a week before any other


def free_since(memory: dict[str, Any], free: Ints, week: int) -> Ints:
    """The week in which the oldest free place of each home fell free, as seen week by week; what was free when somebody
    looked first has been free for long. A new home is all vacant from its first week."""
    new = len(free) - len(memory.setdefault("free", free))
    before = np.append(memory["free"], np.zeros(new, dtype=np.int64))
    oldest, newest = (np.append(memory.get(one, np.full(len(free) - new, LONG_AGO)), np.full(new, LONG_AGO))
                      for one in ("oldest", "newest"))  # fmt: skip
    newest = np.where(free > before, week, newest)
    # Of several the oldest is taken first: then the newest is left (exact for two places).
    oldest = np.where((before == 0) & (free > 0), week, np.where(free < before, newest, oldest))
    memory.update(free=free, oldest=oldest, newest=newest)
    return np.asarray(oldest)
