"""Following a child or a home through one market, week by week; see the two classes."""

from __future__ import annotations

from marketsim.live.following.child import FollowedChild
from marketsim.live.following.home import FollowedHome

__all__ = ["FollowedChild", "FollowedHome"]
