"""A made-up region of six councils in every form that files have, with what was put in known. No real child."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import load_workbook

from marketsim.own_data.formats.template.template_out import write_template

COUNCILS = {
    "Bradford": "E08000032", "Calderdale": "E08000033", "Kirklees": "E08000034", "Leeds": "E08000035",
    "Wakefield": "E08000036", "York": "E06000014",
}  # fmt: skip
LAST = datetime.date(2024, 3, 31)
YEARS = (2022, 2023, 2024)  # collection years, each to 31 March
STARTS = {"Bradford": 70, "Calderdale": 35, "Kirklees": 60, "Leeds": 100, "Wakefield": 50, "York": 30}  # a year
MEAN_STAY_DAYS = 330.0
NEEDS = {"standard": (0.30, 4_500), "complex": (0.45, 5_600), "severe": (0.25, 7_800)}  # share, mean fee
IN_HOUSE, FRAMEWORK = 0.15, 0.30  # shares of all placements
OWN_AREA = 0.45
MEAN_MILES = 14.0
LIVED_BEFORE_YEARS = 8  # from which stays are drawn
EPISODES = ["CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DECEC", "REC", "REASON_PLACE_CHANGE",
            "HOME_POST", "PL_POST", "URN", "PL_LA", "PL_LOCATION", "PL_DISTANCE"]  # fmt: skip


@dataclass
class Stay:
    """One placement of one child."""

    child: str
    council: str
    born: datetime.date
    boy: bool
    start: datetime.date
    end: datetime.date
    home: int
    miles: float
    need: str
    route: str
    fee: int
    home_post: str
    place_post: str


@dataclass
class Region:
    """All that was put in. `homes` are area, sector, places, URN and provider."""

    stays: list[Stay]
    homes: list[tuple[str, str, int, str, str]]
    secrets: set[str] = field(default_factory=set)
    files: list[Path] = field(default_factory=list)

    def running(self) -> list[Stay]:
        return [stay for stay in self.stays if stay.start <= LAST < stay.end]


def made_up(folder: Path, seed: int = 3) -> Region:
    """Draw the region and write its files into a folder, those of a council into one of its name."""
    rng = np.random.default_rng(seed)
    homes = _homes(rng)
    region = Region(_stays(rng, homes), homes)
    for council in COUNCILS:
        (folder / council).mkdir(parents=True)
        own = [stay for stay in region.stays if stay.council == council]
        region.files.append(_header(folder / council / "header.csv", own))
        region.files += [_episodes(folder / council / f"episodes {year}.csv", own, homes, year) for year in YEARS]
    region.files += [
        _list(folder / "list.csv", region.running(), homes), _ofsted(folder / "ofsted.csv", homes),
        _workbook(folder / "ours.xlsx", homes), _forecast(folder / "forecast.csv", region),
        _dfe(folder / "dfe.csv", region),
    ]  # fmt: skip
    for stay in region.stays:
        region.secrets |= {stay.child, stay.home_post, stay.place_post, stay.home_post.replace(" ", ""),
                           f"{stay.born:%d/%m/%Y}", f"{stay.born}"}  # fmt: skip
    return region


def _homes(rng: np.random.Generator) -> list[tuple[str, str, int, str, str]]:
    found = []
    for position, (council, starts) in enumerate(STARTS.items()):
        for number in range(starts // 2):
            sector = "Local Authority" if number % 6 == 0 else "Private"
            provider = council if sector != "Private" else f"Group {int(rng.integers(30))} Ltd"
            urn = f"{1_200_000 + 1_000 * position + number}"
            found.append((council, sector, int(rng.integers(2, 7)), urn, provider))
    return found


def _stays(rng: np.random.Generator, homes: list[tuple[str, str, int, str, str]]) -> list[Stay]:
    stays = []
    left = {number: [home[2], []] for number, home in enumerate(homes)}
    first = LAST - datetime.timedelta(days=round(365.25 * LIVED_BEFORE_YEARS))
    begins = sorted(
        (first + datetime.timedelta(days=int(day)), council)
        for council, starts in STARTS.items()
        for day in rng.integers(0, 365.25 * LIVED_BEFORE_YEARS, rng.poisson(starts * LIVED_BEFORE_YEARS))
    )
    for number, (start, council) in enumerate(begins):
        end = start + datetime.timedelta(days=max(round(rng.exponential(MEAN_STAY_DAYS)), 1))
        need = str(rng.choice(list(NEEDS), p=[share for share, _ in NEEDS.values()]))
        own_home = rng.random() < IN_HOUSE
        others = [one for one in COUNCILS if one != council]
        area = council if own_home or rng.random() < OWN_AREA else str(rng.choice(others))
        sector = "Local Authority" if own_home else "Private"
        free = [one for one, home in enumerate(homes) if home[:2] == (area, sector) and _free(left[one], start)]
        home = int(rng.choice(free or [one for one, home in enumerate(homes) if home[0] == area]))
        left[home][1].append(end)
        born = start - datetime.timedelta(days=int(rng.integers(8 * 365, 18 * 365)))
        route = "in_house" if own_home else "framework" if rng.random() < FRAMEWORK / (1 - IN_HOUSE) else "spot"
        stays.append(
            Stay(f"QZ{number:05d}", council, born, bool(rng.random() < 0.6), start, end, home,
                 round(float(rng.gamma(2.0, MEAN_MILES / 2)), 1), need, route,
                 round(float(rng.normal(NEEDS[need][1], 300))), f"LS{number % 28 + 1} {number % 9 + 1}ZQ",
                 f"BD{home % 20 + 1} {home // 20 % 9 + 1}QZ")
        )  # fmt: skip
    return stays


def _free(home: list[Any], start: datetime.date) -> bool:
    home[1] = [end for end in home[1] if end > start]
    return len(home[1]) < home[0]


def _episodes(path: Path, stays: list[Stay], homes: list[tuple[str, str, int, str, str]], year: int) -> Path:
    begins, ends = datetime.date(year - 1, 4, 1), datetime.date(year, 3, 31)
    rows = []
    for stay in stays:
        if stay.start > ends or stay.end < begins:
            continue
        council, sector, _, urn, _ = homes[stay.home]
        ended = stay.end <= ends
        rows.append([
            stay.child, f"{stay.start:%d/%m/%Y}", "S", "C2", "N1", "K2", "PR1" if sector != "Private" else "PR4",
            f"{stay.end:%d/%m/%Y}" if ended else "", "E4A" if ended else "", "", stay.home_post,
            stay.place_post.replace(" ", ""), urn, COUNCILS[council], "IN" if council == stay.council else "OUT",
            f"{stay.miles}",
        ])  # fmt: skip
    return _write(path, EPISODES, rows)


def _header(path: Path, stays: list[Stay]) -> Path:
    rows = [[one.child, "1" if one.boy else "2", f"{one.born:%d/%m/%Y}", "WBRI", f"A{one.child}", "", ""]
            for one in stays]  # fmt: skip
    return _write(path, ["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"], rows)


def _list(path: Path, stays: list[Stay], homes: list[tuple[str, str, int, str, str]]) -> Path:
    heads = ["Child ID", "Authority", "Placement start date", "Placement type", "Need", "Additional support",
             "Sourced by", "Weekly cost", "URN", "Placement location"]  # fmt: skip
    rows = [[one.child, one.council, f"{one.start:%d/%m/%Y}", "Residential", one.need, "None",
             {"in_house": "In-house", "framework": "Framework", "spot": "Spot purchase"}[one.route], f"£{one.fee:,}",
             homes[one.home][3], homes[one.home][0]] for one in stays]  # fmt: skip
    return _write(path, heads, rows)


def _ofsted(path: Path, homes: list[tuple[str, str, int, str, str]]) -> Path:
    heads = ["URN", "Provider name", "Provision type", "Sector", "Registration status", "Registration date",
             "Local authority", "Places", "Overall experiences and progress of children and young people"]  # fmt: skip
    rows = [[urn, provider, "Children's home", sector, "Active", "01/02/2015", council, str(places), "Good"]
            for council, sector, places, urn, provider in homes]  # fmt: skip
    path.write_text("Children's social care providers as at 31 March 2024\n\n", encoding="cp1252")
    with path.open("a", encoding="cp1252", newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return path


def _workbook(path: Path, homes: list[tuple[str, str, int, str, str]]) -> Path:
    write_template(path)
    book = load_workbook(path)
    sheet = book["contracts"]
    heads = {str(cell.value).strip().lower(): cell.column for cell in sheet[1] if cell.value}
    row = {"contract": "Leeds block", "rule": "block", "authorities": "Leeds", "places": 6, "weekly fee": 5_000,
           "from": datetime.date(2024, 1, 1), "to": datetime.date(2026, 12, 31)}  # fmt: skip
    for head, value in row.items():
        column = next(column for name, column in heads.items() if name.startswith(head))
        sheet.cell(3, column, value)
    book.save(path)
    return path


def _forecast(path: Path, region: Region) -> Path:
    """Children in homes, a tenth more each year."""
    rows = []
    for council in COUNCILS:
        now = sum(stay.council == council for stay in region.running())
        rows += [[council, f"31/03/{2024 + year}", f"{now * 1.1**year:.3f}"] for year in range(4)]
    return _write(path, ["authority", "date", "children_in_homes"], rows)


def _dfe(path: Path, region: Region) -> Path:
    heads = ["time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code",
             "region_name", "old_la_code", "new_la_code", "la_name", "cla_group", "characteristic", "number",
             "percentage"]  # fmt: skip
    rows = []
    for council, code in COUNCILS.items():
        mine = [stay for stay in region.running() if stay.council == council]
        out = sum(region.homes[stay.home][0] != council for stay in mine)
        usual = ["2024", "Reporting year", "Local authority", "E92000001", "England", "E12000003",
                 "Yorkshire and The Humber", "", code, council]  # fmt: skip
        homes = ["Placement", "Secure homes and children's homes", str(len(mine)), "12"]
        away = ["Locality of placement", "Placed outside the local authority boundary", str(out),
                f"{100 * out / len(mine):.0f}"]  # fmt: skip
        rows += [[*usual, *homes], [*usual, *away]]
    return _write(path, heads, rows)


def _write(path: Path, heads: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return path
