"""The reader: plain values with their places, and one clear line for everything that it refuses."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import pytest

from marketsim.scenario.documents import Document
from marketsim.scenario.errors import ScenarioError, did_you_mean, escaped
from marketsim.scenario.reader import read_yaml


def read(folder: Path, content: str | bytes) -> Document:
    file = folder / "a.yaml"
    file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read_yaml(file)


def refusal(folder: Path, content: str | bytes) -> str:
    with pytest.raises(ScenarioError) as caught:
        read(folder, content)
    return str(caught.value).removeprefix(str(folder / "a.yaml"))


def test_values_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    text = """
    text: NO
    more: [yes, off, 1_000, 12:30, "5"]
    whole: [7, -3, +4, 012, 0x1F, 0o17]
    real: [0.5, .5, 1e3, -2.5E-1, 3.]
    logic: [true, False]
    none: [null, ~]
    left_out:
    day: 2024-04-01
    """
    assert read(tmp_path, text).values == {
        "text": "NO",
        "more": ["yes", "off", "1_000", "12:30", "5"],
        "whole": [7, -3, 4, 12, 31, 15],
        "real": [0.5, 0.5, 1000.0, -0.25, 3.0],
        "logic": [True, False],
        "none": [None, None],
        "left_out": None,
        "day": datetime.date(2024, 4, 1),
    }


def test_keys_and_values_remember_their_places(tmp_path: Path) -> None:
    document = read(tmp_path, "a: 1\nb:\n  c: [x, y]\n  d:\ne: 2\n")
    marks = {path: (mark.line, mark.column) for path, mark in document.marks.items()}
    keys = {path: (mark.line, mark.column) for path, mark in document.key_marks.items()}
    assert marks["a",] == (1, 4)
    assert marks["b", "c", 1] == (3, 10)
    assert marks["b", "d"] == keys["b", "d"] == (4, 3), "a value left out stands at its key"
    assert keys["b", "c"] == (3, 3)
    assert ("b", "c", 1) not in keys


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n").values == {"a": 1, "b": 2}


REFUSED = [
    ("", " is empty; expected a mapping"),
    ("# nothing\n", " is empty"),
    ("- a\n", ":1:1 expected a mapping at the top"),
    ("text\n", ":1:1 expected a mapping at the top"),
    ("a: 1\nb: 2\na: 3\n", ":3:1 the key 'a' is given twice; first in line 1"),
    ("a: {b: 1,\n b: 2}", ":2:2 the key 'b' is given twice; first in line 1"),
    ("a: 1\n'a': 2\n", ":2:1 the key 'a' is given twice"),
    ("2024: x\n", ":1:1 the key '2024' is not text; write it in quotes: '2024'"),
    ("a:\n  2024-01-01: x\n", ":2:3 the key '2024-01-01' is not text; write it in quotes"),
    ("true: x\n", ":1:1 the key 'true' is not text"),
    ("null: x\n", ":1:1 the key 'null' is not text"),
    ("? [a]\n: x\n", ":1:3 a key must be plain text"),
    ("{a: 1}: x\n", "a key must be plain text"),
    ("a: &x 1\n", ":1:4 anchors (&name) are not allowed"),
    ("a: &x {}\n", ":1:4 anchors"),
    ("a: *x\n", ":1:4 aliases (*name) are not allowed"),
    (
        "a: !!python/object:os.system x\n",
        "tags (here 'tag:yaml.org,2002:python/object:os.system') are not allowed",
    ),
    ("a: !foo {}\n", ":1:4 tags (here '!foo') are not allowed"),
    ("a: !!str 5\n", ":1:4 tags"),
    ("a: ! 5\n", ":1:4 tags"),
    ("a:\n  <<: {b: 1}\n", ":2:3 merge keys (<<) are not allowed"),
    ("a: 1\n---\nb: 2\n", ":2:1 a second document (---) is not allowed"),
    ("%YAML 1.1\n---\na: 1\n", "directives (%YAML, %TAG) are not allowed"),
    ("a: .nan\n", ":1:4 '.nan' is not a finite number"),
    ("a: [1, -.INF]\n", ":1:8 '-.INF' is not a finite number"),
    ("a: 1e999\n", ":1:4 '1e999' is not a finite number"),
    (f"a: {'9' * 5000}\n", ":1:4 a number of 5,000 digits; at most 18 are allowed"),
    (f"a: 0x{'f' * 5000}\n", ":1:4 a number of 5,002 digits"),
    ("a: 2024-02-30\n", ":1:4 there is no date '2024-02-30'"),
    ("a: b: c\n", ":1:5 not valid YAML: a ':' where none can stand"),
    ("a: 1\n\tb: 2\n", ":2:1 not valid YAML: a tab; indent with spaces"),
    ("a: 'x\n", "not valid YAML: found unexpected end of stream"),
    ("a: [1\nb: 2\n", ":2:2 not valid YAML"),
    ("a: @x\n", ":1:4 not valid YAML"),
    ("a: 1\nb: x\x00y\n", ":2:5 the control character '\\x00' is not allowed"),
    ("a: 1\nb: \x1b[31m\n", ":2:4 the control character '\\x1b' is not allowed"),
    ('a: "\\0"\n', ":1:4 control characters"),
    ('a: "\\ud800"\n', ":1:4 control characters"),
    (b"a: 1\nb: \xff\n", ":2:4 is not UTF-8 text; save it as UTF-8"),
    ("a: 1\n".encode("utf-16"), "is not UTF-8 text"),
    ("a: " + "[" * 5000, ":1:35 nested too deep; at most 32 levels are allowed"),
    ("a: " + "{b: " * 5000, "nested too deep"),
    ("\n".join(" " * depth + "a:" for depth in range(1000)), ":33:33 nested too deep"),
    ("- " * 5000, "nested too deep"),
    ("? " * 5000, ":1:3 a key must be plain text"),
    ("a: [" + "1," * 30_000 + "]", "too many values; at most 20,000 are allowed"),
]


@pytest.mark.parametrize(("content", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_refused_in_one_line_with_its_place(tmp_path: Path, content: str | bytes, expected: str) -> None:
    message = refusal(tmp_path, content)
    assert expected in message
    assert message.isprintable()
    assert len(message) < 400


def test_a_block_of_5000_levels_is_refused(tmp_path: Path) -> None:
    lines = [" " * depth + "a:" for depth in range(5000)]
    assert "is too large" in refusal(tmp_path, "\n".join(lines))
    assert "nested too deep" in refusal(tmp_path, "\n".join(lines[:1390]))


def test_a_file_over_1_mb_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    with file.open("wb") as stream:
        stream.truncate(100_000_000)
    start = time.perf_counter()
    with pytest.raises(ScenarioError, match=r"is too large: 100,000,000 bytes; at most 1,000,000"):
        read_yaml(file)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("content", ["a: '" + "x" * 990_000, "#" * 990_000, "a: " + "x\n  " * 100_000])
def test_a_file_just_below_the_limit_is_read_in_seconds(tmp_path: Path, content: str) -> None:
    start = time.perf_counter()
    try:
        read(tmp_path, content)
    except ScenarioError as error:
        assert len(str(error)) < 400
    assert time.perf_counter() - start < 8


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is a folder, not a file"):
        read_yaml(tmp_path)
    with pytest.raises(ScenarioError, match="no such file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="can't be read"):
        read_yaml(tmp_path / ("x" * 5000))
    with pytest.raises(ScenarioError, match="can't be read"):
        read_yaml(tmp_path / "a\0b")


def test_messages_stay_on_one_line() -> None:
    assert str(ScenarioError("a\nb\x1b", "f\r.yaml", 1, 2)) == "f\\r.yaml:1:2 a\\nb\\x1b"
    assert escaped("é\u2028\ud800") == "é\\u2028\\ud800"
    assert str(ScenarioError("no such file", "a.yaml")) == "a.yaml no such file"


def test_suggestions_ignore_case_and_say_nothing_without_a_near_word() -> None:
    assert did_you_mean("leds", ["Leeds", "York"]) == "did you mean 'Leeds'?"
    assert did_you_mean("zzz", ["Leeds", "York"]) == ""
