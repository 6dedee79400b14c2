"""Following a child or a home through one market, week by week; see the two classes."""

from __future__ import annotations

from marketsim.live.followed_child import FollowedChild
from marketsim.live.followed_home import FollowedHome

__all__ = ["FollowedChild", "FollowedHome"]
