"""Same seed, same files: whatever the number of workers and the order of hashes (PYTHONHASHSEED)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketsim import compare

SCENARIO = """\
extends: town.yaml
purchasing:
  arrangements:
    club: {rule: cooperative, members: {share: 0.6}, order: [in_house, soft_block, framework]}
  order: [club, in_house, block, spot]
"""
TWO_WORKERS = "import marketsim, pathlib; marketsim.compare('town', 'club.yaml', 2, 1, 56, 2, pathlib.Path('two'))"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same comparison by one worker, here, and by two under another hash seed; the folder that each left."""
    folder = tmp_path_factory.mktemp("same")
    (folder / "club.yaml").write_text(SCENARIO)
    other = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"  # ours is drawn by Python if it isn't set
    process = subprocess.Popen(
        [sys.executable, "-c", TWO_WORKERS],
        cwd=folder,
        env=os.environ | {"PYTHONHASHSEED": other},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    compare("town", folder / "club.yaml", replicates=2, seed=1, weeks=56, workers=1, out=folder / "one")
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return [folder / "one", folder / "two"]


def test_all_files_are_the_same_byte_for_byte(folders: list[Path]) -> None:
    one, other = folders
    for pattern, number in (("**/*.parquet", 12), ("**/*.csv", 1)):
        names = sorted(path.relative_to(one) for path in one.glob(pattern))
        assert names == sorted(path.relative_to(other) for path in other.glob(pattern))
        assert len(names) >= number
        for name in names:
            assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_manifests_differ_in_time_only(folders: list[Path]) -> None:
    one, other = (json.loads((folder / "manifest.json").read_text()) for folder in folders)
    for manifest in (one, other):
        assert manifest["status"] == "finished"
        del manifest["started"], manifest["finished"]
    assert one == other


def test_replicates_and_scenarios_do_differ(folders: list[Path]) -> None:
    """Else equal files would say nothing."""
    tables = [path.read_bytes() for path in sorted(folders[0].glob("runs/*/*/placements.parquet"))]
    assert len(tables) == len(set(tables)) == 4
