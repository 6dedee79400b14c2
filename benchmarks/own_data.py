"""Reading a council's own files: 200,000 made-up episodes of five years' SSDA903 files, in a process of its own.

    uv run python benchmarks/own_data.py [rows]

Asked is at most 20 seconds and 500 MB, imports included; exit code 1 if it takes more.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import machine, peak_megabytes, timed

ROWS = 200_000
YEARS = (2020, 2021, 2022, 2023, 2024)
MOST_SECONDS, MOST_MEGABYTES = 20.0, 500.0
AUTHORITY = "E10000016"
FIRST_CHILD = 1_000_000


def read(folder: Path) -> None:
    """In a process of its own: read the files of a folder, and say what that took."""
    with timed() as span:
        from marketsim.own_data import dating, importing, region
        from marketsim.own_data.estimates.table import estimate
        from marketsim.own_data.kept import reducing

        imported = importing.read_files(sorted(folder.iterdir()), AUTHORITY)
        tables = reducing.reduced(imported.part)
        ours = region.region_of(tables, dating.as_at(imported.part, imported.findings))
        found = estimate(tables["placements"])
    rows = sum(one.rows for one in imported.files if one.form == "SSDA903 episodes")
    stays, said = len(imported.part.placements), len(imported.findings.rows)
    print(f"{rows:,} episodes, {stays:,} stays in homes, {len(ours.running):,} running, {said:,} findings, "
          f"{len(found):,} estimates")  # fmt: skip
    print(f"{span}, at most {peak_megabytes():.0f} MB")
    sys.exit(span.wall > MOST_SECONDS or peak_megabytes() > MOST_MEGABYTES)


def write(folder: Path, rows: int) -> None:
    """A header and the files of five years with about so many rows in all; what ends later is open in a year's file."""
    children = rows // 4  # more than are needed
    episodes = _episodes(children)
    shown = {}
    for year in YEARS:
        begins, stops = pd.Timestamp(year - 1, 4, 1), pd.Timestamp(year, 3, 31)
        part = episodes[(episodes["DECOM"] <= stops) & (episodes["DECEC"] >= begins)]
        later = part["DECEC"] > stops
        unsaid = {name: part[name].mask(later, "") for name in ("REC", "REASON_PLACE_CHANGE")}
        shown[year] = part.assign(DECEC=part["DECEC"].mask(later), **unsaid)
    needed = children * rows / sum(map(len, shown.values()))
    for year, part in shown.items():
        kept = part[part["CHILD"] < FIRST_CHILD + needed]
        kept.to_csv(folder / f"episodes_{year}.csv", index=False, date_format="%d/%m/%Y")
    luck = np.random.default_rng(2)
    born = episodes.groupby("CHILD")["DECOM"].min() - pd.to_timedelta(luck.integers(365, 4_000, children), unit="D")
    header = pd.DataFrame({"CHILD": born.index, "SEX": luck.choice(["1", "2"], children), "DOB": born.to_numpy()})
    header.assign(ETHNIC="WBRI").to_csv(folder / "header.csv", index=False, date_format="%d/%m/%Y")


def _episodes(children: int) -> pd.DataFrame:
    """Children who come, move or change their legal status every half year or so, and leave."""
    luck = np.random.default_rng(1)
    child = np.repeat(np.arange(children), luck.integers(1, 9, children))
    days = luck.integers(20, 400, len(child))
    lived = pd.Series(days).groupby(child).cumsum().to_numpy()
    arrived = pd.Timestamp(YEARS[0] - 2, 4, 1) + pd.to_timedelta(luck.integers(0, 365 * 6, children), unit="D")
    end = arrived[child] + pd.to_timedelta(lived, unit="D")
    comes, leaves = child != np.roll(child, 1), child != np.roll(child, -1)
    shares = {"K2": 0.35, "K1": 0.02, "U6": 0.35, "U4": 0.2, "H5": 0.06, "T1": 0.02}
    return pd.DataFrame({
        "CHILD": FIRST_CHILD + child, "DECOM": end - pd.to_timedelta(days, unit="D"),
        "RNE": np.where(comes, "S", luck.choice(["P", "L", "B"], len(child))), "LS": "C2", "CIN": "N1",
        "PLACE": luck.choice(list(shares), len(child), p=list(shares.values())),
        "PLACE_PROVIDER": luck.choice(["PR1", "PR4", "PR5"], len(child)), "DECEC": end,
        "REC": np.where(leaves, "E4A", "X1"), "REASON_PLACE_CHANGE": luck.choice(["CARPL", "CREQB"], len(child)),
        "HOME_POST": "AA1 1AA", "PL_POST": "BB2 2BB", "URN": 1_200_000 + luck.integers(0, 900, len(child)),
        "PL_LA": AUTHORITY, "PL_LOCATION": "IN", "PL_DISTANCE": luck.uniform(0, 90, len(child)).round(1),
    })  # fmt: skip


def main(rows: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), rows)
        print(f"SSDA903 files of {len(YEARS)} years ({machine()})")
        return subprocess.run([sys.executable, __file__, "read", folder], check=False).returncode


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read(Path(sys.argv[2]))
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
