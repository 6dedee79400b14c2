"""Several years' SSDA903 files: the same stay in several is one, no year is given twice, gaps are said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from ssda903_samples import BARNET, BRENT, EPISODES, episode, read, said, write, write_header

from marketsim.own_data.reading.tables import Table
from marketsim.scenario.errors import ScenarioError

HOME = {"URN": "1234567"}


def seen(placements: pd.DataFrame) -> list[tuple[str, str, str, str, str]]:
    """Child, start, end, and between which days it was seen."""
    dates = [placements[name].dt.strftime("%Y-%m-%d").fillna("") for name in ("start", "end", "seen_from", "seen_to")]
    return sorted(zip(placements["child"], *dates, strict=True))


def test_a_stay_over_three_years_is_one(tmp_path: Path) -> None:
    paths = [  # the names say nothing, or what is wrong
        write(tmp_path / "2031.csv", [episode("1", "01/03/2022", "10/05/2022", "X1", **HOME),
                                      episode("1", "10/05/2022", RNE="L", **HOME)]),
        write(tmp_path / "b.csv", [episode("1", "10/05/2022", RNE="L", **HOME), episode("2", "01/05/2023", **HOME)]),
        write(tmp_path / "a.csv", [episode("1", "10/05/2022", "07/07/2024", "E4A", RNE="L", **HOME),
                                   episode("2", "01/05/2023", **HOME)]),
    ]  # fmt: skip
    placements, found = read(*paths)
    assert seen(placements) == [
        ("1", "2022-03-01", "2024-07-07", "2022-04-01", "2025-03-31"),
        ("2", "2023-05-01", "", "2022-04-01", "2025-03-31"),
    ]
    assert placements["whole"].all()
    assert [len(said(found, f"taken for {year}")) for year in ("2022/23", "2023/24", "2024/25")] == [1, 1, 1]
    assert not (found["kind"] == "left out").any()


def test_what_one_year_says_of_a_home_holds_for_the_stay(tmp_path: Path) -> None:
    unknown = {"URN": "XXXXXXX", "PL_LA": "", "PL_LOCATION": "", "PL_DISTANCE": "", "PLACE_PROVIDER": ""}
    first = write(tmp_path / "first.csv", [episode("1", "01/05/2022", **HOME)])
    second = write(tmp_path / "second.csv", [episode("1", "01/05/2022", "01/05/2023", "E4A", **unknown)])
    placements, _ = read(second, first)
    one = placements.iloc[0]
    assert one[["urn", "host_authority", "distance_miles", "sector"]].tolist() == ["1234567", BRENT, 12.5, "private"]
    assert len(placements) == 1


def test_a_year_between_that_is_not_given(tmp_path: Path) -> None:
    first = write(tmp_path / "first.csv", [
        episode("1", "01/05/2021", **HOME), episode("2", "01/06/2021", **HOME), episode("3", "01/07/2021", **HOME),
    ])  # fmt: skip
    second = write(tmp_path / "second.csv", [
        episode("2", "01/06/2021", "01/06/2023", "E4A", **HOME), episode("3", "01/08/2022", **HOME),
        episode("4", "01/09/2023", **HOME),
    ])  # fmt: skip
    placements, found = read(first, second)
    # 1 and 3 ended in 2022/23, nobody knows when; 2 ran through it, watched before and after; 3 began anew in it.
    assert seen(placements) == [
        ("1", "2021-05-01", "", "2021-04-01", "2022-03-31"),
        ("2", "2021-06-01", "", "2021-04-01", "2022-03-31"),
        ("2", "2021-06-01", "2023-06-01", "2023-04-01", "2024-03-31"),
        ("3", "2021-07-01", "", "2021-04-01", "2022-03-31"),
        ("3", "2022-08-01", "", "2023-04-01", "2024-03-31"),
        ("4", "2023-09-01", "", "2023-04-01", "2024-03-31"),
    ]
    assert said(found, "2022/23 isn't given") == [(None, "", "note")]


def test_an_open_episode_that_the_next_year_does_not_have(tmp_path: Path) -> None:
    first = write(tmp_path / "first.csv", [episode("1", "01/05/2022", **HOME), episode("2", "01/05/2022", **HOME)])
    second = write(tmp_path / "second.csv", [episode("2", "01/06/2023", PLACE="U6")])
    placements, found = read(first, second)
    # 1 was seen until March 2023 only. 2 has a later episode in the next year's file, and ended by then.
    assert seen(placements) == [
        ("1", "2022-05-01", "", "2022-04-01", "2023-03-31"),
        ("2", "2022-05-01", "2023-06-01", "2022-04-01", "2024-03-31"),
    ]
    assert said(found, "the next year's file has no such episode") == [(2, "DECEC", "read as")]
    assert said(found, "read as ended when that began") == [(3, "DECEC", "read as")]


def test_an_end_that_a_later_year_changes_is_said(tmp_path: Path) -> None:
    first = write(tmp_path / "first.csv", [episode("1", "01/05/2022", "01/03/2023", "E4A")])
    second = write(tmp_path / "second.csv", [episode("1", "01/05/2022", "01/05/2023", "E4A")])
    placements, found = read(first, second)
    assert seen(placements)[0][:3] == ("1", "2022-05-01", "2023-05-01")
    assert said(found, "isn't what the file of an earlier year says") == [(2, "DECEC", "read as")]


def test_two_files_for_one_year_are_refused(tmp_path: Path) -> None:
    one = write(tmp_path / "one.csv", [episode("1", "01/05/2022"), episode("2", "01/06/2022", "01/08/2022", "E4A")])
    other = write(tmp_path / "other.csv", [episode("1", "01/05/2022"), episode("2", "01/06/2022", "01/09/2022", "E4A")])
    with pytest.raises(ScenarioError, match=r"other.csv holds the year 2022/23, by its dates, and so does one.csv"):
        read(one, other)
    shutil.copy(one, tmp_path / "same.csv")
    with pytest.raises(ScenarioError, match=r"same.csv is given twice: one.csv says the same"):
        read(one, tmp_path / "same.csv")
    with pytest.raises(ScenarioError, match=r"one.csv is given twice"):
        read(one, one)


def test_two_authorities_may_have_the_same_year_and_the_same_numbers(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    paths = [write(tmp_path / "one.csv", [episode("1", "01/05/2022", **HOME)]),
             write(tmp_path / "two" / "b.csv", [episode("1", "01/05/2022", **HOME)]),
             write_header(tmp_path / "h.csv", ("1", "1", "01/01/2010")),
             write_header(tmp_path / "two" / "h.csv", ("1", "2", "01/01/2012"))]  # fmt: skip

    def whose(table: Table) -> str:
        return BRENT if table.path.parent.name == "two" else BARNET

    placements, _ = read(*paths, authority_of=whose)
    assert placements[["authority", "sex", "age"]].to_numpy().tolist() == [[BARNET, "boy", 12], [BRENT, "girl", 10]]


def test_a_file_of_several_years_is_taken_for_all_of_them(tmp_path: Path) -> None:
    years, numbers = (2020, 2021, 2022), range(1, 5)
    rows = [episode(f"{y}{n}", f"0{n}/05/{y}", f"0{n}/09/{y}", "E4A") for y in years for n in numbers]
    placements, found = read(write(tmp_path / "all.csv", rows))
    assert len(placements) == 12
    assert set(placements["seen_from"].astype(str)) == {"2020-04-01"}
    assert said(found, "taken for 2020/21 to 2022/23") == [(None, "", "note")]


def test_stays_that_ended_before_the_year_are_left_out_but_say_when_others_began(tmp_path: Path) -> None:
    rows = [
        episode("1", "01/05/2019", "01/08/2020", "E4A"),
        episode("2", "01/05/2021", "01/02/2022", "X1", **HOME),
        episode("2", "01/02/2022", "01/08/2022", "E4A", RNE="L"),
    ]
    placements, found = read(write(tmp_path / "episodes.csv", rows))
    assert seen(placements) == [("2", "2021-05-01", "2022-08-01", "2022-04-01", "2023-03-31")]
    assert said(found, "lies before the years that the files hold") == [(2, "DECEC", "left out")]
    assert not said(found, "had begun before their first row")


def test_a_slip_in_a_date_does_not_make_another_year(tmp_path: Path) -> None:
    rows = [episode(str(n), f"{n:02}/10/2022") for n in range(1, 25)]
    placements, found = read(write(tmp_path / "episodes.csv", [*rows, episode("99", "01/05/2032")]))
    assert len(placements) == 24
    assert said(found, "lies years after all of the rest") == [(26, "DECOM", "left out")]
    assert len(said(found, "taken for 2022/23")) == 1


def test_a_year_that_is_not_over_is_seen_until_its_latest_date(tmp_path: Path) -> None:
    # Something happened on every day of May 2023, and nothing since: (61/366)^31 is no chance at all.
    rows = [episode(str(n), f"{n:02}/05/2023") for n in range(1, 32)]
    first = write(tmp_path / "first.csv", rows)
    placements, found = read(first)
    assert set(placements["seen_to"].astype(str)) == {"2023-05-31"}
    assert said(found, "seen until 31/05/2023") == [(None, "", "note")]
    second = write(tmp_path / "second.csv", [episode("1", "01/05/2023"), episode("50", "01/07/2024")])
    placements, found = read(first, second)
    assert len(said(found, "between the two nothing is seen")) == 1
    windows = placements.set_index("child")[["seen_from", "seen_to"]].astype(str).apply(tuple, axis=1)
    assert windows["2"] == ("2023-04-01", "2023-05-31")
    assert set(windows["1"]) == {("2023-04-01", "2023-05-31"), ("2024-04-01", "2025-03-31")}
    assert windows["50"] == ("2024-04-01", "2025-03-31")


def test_heads_in_small_letters_and_a_preamble(tmp_path: Path) -> None:
    path = write(tmp_path / "episodes.csv", [episode("1", "01/05/2022")])
    text = path.read_text(encoding="utf-8").replace(",".join(EPISODES), ",".join(EPISODES).lower())
    path.write_text("Return of the year\n\n" + text, encoding="utf-8-sig")
    placements, _ = read(path)
    assert placements["line"].tolist() == [4]
