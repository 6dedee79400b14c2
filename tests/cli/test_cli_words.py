"""What commands print: in any encoding, in any width, and without words that mislead."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketsim.cli.main import main
from marketsim.scenario.shipped import shipped_scenarios

OWN = """\
extends: soft_block.yaml
providers: {bidding: 0.7, bargaining: 0.25}
demand: {growth_by_region: {London: 0.03}}
need: {share_boys: 0.58}
world: {kind: synthetic, homes: 40, regions: 3, children_at_start: 80}
"""


def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """Exit code, output and error of a command in this process."""
    monkeypatch.setattr(sys, "argv", ["marketsim", *words])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return left.value.code, said.out, said.err


def command(*words: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run `marketsim` with these words and variables of the environment in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "marketsim.cli.main", *words], cwd=folder, capture_output=True, timeout=300,
        env=os.environ | variables,
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252", "cp437"])
@pytest.mark.parametrize(("words", "code"), [(("check", "south_east"), 0), (("run", "tówn…–", "--weeks", "2"), 2)])
def test_no_encoding_ends_a_command(encoding: str, words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    done = command(*words, folder=tmp_path, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert done.returncode == code and b"Traceback" not in done.stderr
    assert (done.stdout or done.stderr).decode("utf-8" if encoding == "ascii" else encoding)


@pytest.mark.parametrize("width", ["60", "80", "100", "200"])
def test_check_fits_the_terminal(
    width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    code, out, _ = typed(capsys, monkeypatch, "check", *(path.stem for path in shipped_scenarios()))
    longest = max(len(word) for word in out.split() if word.startswith("purchasing.arrangements."))  # a key stays whole
    assert code == 0 and max(map(len, out.splitlines())) <= max(int(width), longest)


def test_check_only_changed_prints_what_differs_from_the_defaults(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A default that is stated is no difference; the homes and children of a made-up world have defaults of its own."""
    (tmp_path / "own.yaml").write_text(OWN.replace("{London: 0.03}", "{Region 2: 0.03}"))
    code, out, _ = typed(capsys, monkeypatch, "check", str(tmp_path / "own.yaml"), "--only", "changed")
    keys = {line.split()[0] for line in out.splitlines()[1:] if line and line[0] != " "}
    assert code == 0 and {"providers.bargaining", "world.kind", "world.regions"} <= keys
    assert not keys & {"providers.bidding", "need.share_boys", "world.homes", "world.children_at_start", "changes"}
    assert "purchasing.arrangements.soft_block.share_of_children" in keys, "what a base says differs too"
    assert not any(key.startswith(("stays", "economy", "ratings")) for key in keys)
    code, _, err = typed(capsys, monkeypatch, "check", "town", "--only", "given")
    assert code == 2 and len(err.splitlines()) == 1
