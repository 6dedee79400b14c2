"""What the codes of SSDA903 files mean, as in the Department for Education's guides of 2013 to 2026."""

from __future__ import annotations

HOME, SECURE = "K2", "K1"  # a children's home under the Children's Homes Regulations; a secure one
SETTING_OF = {HOME: "home", SECURE: "secure"}
# From 2024 registered supported accommodation, in place of H5 and P2: registered by provider, and no children's home.
SUPPORTED = "K3"
# Temporary moves (hospital, holiday, seven days elsewhere), and, until 2015, missing: the usual placement stands
# meanwhile, and the child returns to it.
AWAY = frozenset(["T0", "T1", "T2", "T3", "T4", "M1", "M2", "M3"])
PLACES = AWAY | frozenset([
    HOME, SECURE, SUPPORTED,
    "A3", "A4", "A5", "A6",  # placed for adoption
    "F1", "F2", "F3", "F4", "F5", "F6", "Q1", "Q2", "U1", "U2", "U3", "U4", "U5", "U6",  # fostered
    "H3", "H4", "H5", "P1", "P2", "P3",  # (semi-)independent; with parents; residential employment
    "R1", "R2", "R3", "R5", "S1",  # care home, hospital, family centre, young offender institution; residential school
    "Z1", "Z11", "Z12", "Z13", "Z14",  # other
])  # fmt: skip
# Of the column LS: an agreed series of short breaks. The child lives at home, and no placement is searched for.
SHORT_BREAKS = frozenset(["V3", "V4"])

# Why an episode is new. With T and U the carers stay, as when a home is registered anew under another number; L is
# of the legal status alone.
SAME_CARERS = frozenset(["L", "T", "U"])
NEW_EPISODE = SAME_CARERS | frozenset(["S", "P", "B"])

WENT_ON = "X1"  # the episode ceased, and another began on the same day
LEFT_CARE = frozenset([
    "E1", "E11", "E12", "E13", "E14", "E15", "E16", "E17", "E2", "E3", "E4", "E4A", "E4B", "E41", "E43", "E44", "E45",
    "E46", "E47", "E48", "E5", "E6", "E7", "E8", "E9",
])  # fmt: skip
# Why a placement changed, of the episode that ended. That these are the breakdowns is this program's judgement: the
# home asked for it (CREQB for the child's behaviour, CREQO for something else) or the child did, or care was not good
# enough (ALLEG: an allegation; STAND). Not among them: care plan, closure, approval removed, the authority's request.
BROKE_DOWN = frozenset(["ALLEG", "CHILD", "CREQB", "CREQO", "STAND"])
REASONS = BROKE_DOWN | frozenset(["APPRR", "CARPL", "CLOSE", "CUSTOD", "LAREQ", "OTHER", "PLACE"])

OWN = "PR1"  # the authority's own provision
SECTOR_OF = {OWN: "local_authority", "PR2": "local_authority", "PR3": "health", "PR4": "private", "PR5": "voluntary"}

# Of PL_LA: codes of the Office for National Statistics, before 2015 the Department's of three digits; and beside the
# authorities of England these.
OUT = "OUT"  # of PL_LOCATION: not in the authority's own area
ELSEWHERE = {
    OUT: "outside the authority's own area",
    "WAL": "in Wales", "SCO": "in Scotland", "NIR": "in Northern Ireland", "NUK": "outside the United Kingdom",
    "CON": "kept confidential",
}  # fmt: skip
SEX_OF = {"1": "boy", "M": "boy", "2": "girl", "F": "girl"}
