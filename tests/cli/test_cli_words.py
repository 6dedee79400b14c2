"""What commands print: in any encoding, in any width, and without words that mislead."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


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
