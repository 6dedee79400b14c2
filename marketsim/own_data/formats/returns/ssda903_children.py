"""Who children are, from SSDA903 headers, reduced to age and sex; and what the other files of a return say in sum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from marketsim.own_data.formats.returns import ssda903_codes as codes
from marketsim.own_data.formats.returns.ssda903_episodes import code, days, text
from marketsim.own_data.formats.returns.ssda903_stays import say
from marketsim.own_data.formats.returns.ssda903_years import YearFile
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Table

CHILD = ["authority", "child"]
OLDEST = 17  # whole years; children are looked after until they are 18


def children(headers: Sequence[tuple[Table, str]], findings: Findings) -> pd.DataFrame:
    """`dob` and `sex` by `authority` and `child`, missing where headers don't say them, or say two."""
    known = [_read(table, authority, findings) for table, authority in headers]
    rows = pd.concat([one.assign(header=number) for number, one in enumerate(known)], ignore_index=True)
    for name, head in (("dob", "DOB"), ("sex", "SEX")):
        said = rows[rows[name].notna()].drop_duplicates([*CHILD, name])
        two = said[said.duplicated(CHILD, keep=False)]
        for number, lines in two.groupby("header")["line"]:
            what = "another line says otherwise of the same child; passed over"
            findings.read_as(headers[int(str(number))][0], lines, head, what)
        doubtful = pd.MultiIndex.from_frame(rows[CHILD]).isin(pd.MultiIndex.from_frame(two[CHILD]))
        rows[name] = rows[name].mask(doubtful)
    return rows.groupby(CHILD, as_index=False)[["dob", "sex"]].first()


def _read(table: Table, authority: str, findings: Findings) -> pd.DataFrame:
    """The children of one header."""
    child = text(table, "CHILD").astype("object")
    findings.leave_out(table, child.index[child == ""], "CHILD", "is empty")
    dob, wrong = days(text(table, "DOB"))
    what = "isn't a date of birth from 1990 on, as 31/03/2012; the child's age isn't known"
    findings.read_as(table, child.index[wrong], "DOB", what)
    sex = code(table, "SEX").astype("object")
    what = "is neither 1 or M (boy) nor 2 or F (girl); not known"
    findings.read_as(table, child.index[~sex.isin(codes.SEX_OF)], "SEX", what)
    rows = pd.DataFrame({"authority": authority, "child": child, "dob": dob, "sex": sex.map(codes.SEX_OF)})
    return rows.assign(line=rows.index)[child != ""]


def with_age_and_sex(
    stays: pd.DataFrame, known: pd.DataFrame | None, files: Sequence[YearFile], findings: Findings
) -> pd.DataFrame:
    """Stays with `age` (whole years at the start) and `sex`, as far as they are known, and no date of birth."""
    if known is None:
        return stays.assign(age=np.nan, sex="")
    both = stays.merge(known, on=CHILD, how="left", indicator="found")
    unlisted = both["found"] == "left_only"
    say(findings.read_as, files, both[unlisted], "CHILD", "is in no header that is given; age and sex aren't known")
    born, start = both["dob"], both["start"]
    early = (start.dt.month < born.dt.month) | ((start.dt.month == born.dt.month) & (start.dt.day < born.dt.day))
    age = start.dt.year - born.dt.year - early
    what = "lies before the child's date of birth; the age isn't known"
    say(findings.read_as, files, both[born > start], "DECOM", what)
    what = "is after the child's eighteenth birthday; the age isn't known"
    say(findings.read_as, files, both[age > OLDEST], "DECOM", what)
    return both.assign(age=age.where(age.between(0, OLDEST)), sex=both["sex"].fillna("")).drop(columns=["dob", "found"])


def tell_missing(table: Table, findings: Findings) -> None:
    """Say how often children went missing: nothing else is taken from it."""
    child = text(table, "CHILD")
    number = child[child != ""].nunique()
    what = f"says that {number:,} children were missing or away {len(child):,} times; not used further"
    findings.note(table, what)


def tell_unaccompanied(table: Table, findings: Findings) -> None:
    """Say how many children came unaccompanied: from the file about them, or the column of later headers."""
    child = text(table, "CHILD")
    if "UASC" in table.cells:
        child = child[code(table, "UASC").isin(["1", "Y", "YES", "TRUE"])]
    number = child[child != ""].nunique()
    if number:
        findings.note(table, f"says that {number:,} children are unaccompanied and seek asylum; not used further")
