"""Same seed, same files: whatever the number of workers and the order of hashes (PYTHONHASHSEED)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = """\
extends: town.yaml
purchasing:
  arrangements:
    club: {rule: cooperative, members: {share: 0.6}, order: [in_house, soft_block, framework]}
  order: [club, in_house, block, spot]
"""
WAYS = {"1 worker, hash seed 1": ("1", "1"), "2 workers, hash seed 2": ("2", "2")}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same comparison made in two ways, side by side; the folder that each left."""
    folder = tmp_path_factory.mktemp("same")
    (folder / "club.yaml").write_text(SCENARIO)
    words = ["compare", "town", "club.yaml", "--weeks", "56", "--replicates", "2"]
    left, processes = {}, []
    for number, (way, (workers, hash_seed)) in enumerate(WAYS.items()):
        left[way] = folder / f"out-{number}"
        command = [sys.executable, "-m", "marketsim.cli", *words, "--workers", workers, "--out", str(left[way])]
        processes.append(
            subprocess.Popen(
                command, cwd=folder, env=os.environ | {"PYTHONHASHSEED": hash_seed},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        )
    for process in processes:
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
    return left


def test_all_files_are_the_same_byte_for_byte(folders: dict[str, Path]) -> None:
    one, other = folders.values()
    for pattern, number in (("**/*.parquet", 12), ("**/*.csv", 1)):
        names = sorted(path.relative_to(one) for path in one.glob(pattern))
        assert names == sorted(path.relative_to(other) for path in other.glob(pattern))
        assert len(names) >= number
        for name in names:
            assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_manifests_differ_in_time_only(folders: dict[str, Path]) -> None:
    one, other = (json.loads((folder / "manifest.json").read_text()) for folder in folders.values())
    for manifest in (one, other):
        assert manifest["status"] == "finished"
        del manifest["started"], manifest["finished"]
    assert one == other


def test_replicates_and_scenarios_do_differ(folders: dict[str, Path]) -> None:
    """Else equal files would say nothing."""
    folder = next(iter(folders.values()))
    tables = [path.read_bytes() for path in sorted(folder.glob("runs/*/*/placements.parquet"))]
    assert len(tables) == len(set(tables)) == 4
