"""Referrals go out, homes answer, commissioners award: compiled, over columns."""
