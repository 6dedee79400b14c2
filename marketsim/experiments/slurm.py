"""The array job of a sweep for SLURM: each task of the array makes one shard, and all fill the same folder."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from marketsim.results import store

SCRIPT = """\
#!/usr/bin/env bash
# Submit with: sbatch {script}
# Submitting it again makes what is missing or failed. Set time, memory and partition as your cluster wants them.
#SBATCH --job-name={name}
#SBATCH --array=1-{shards}
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
#SBATCH --output={name}-%A-%a.log
set -euo pipefail

{command} --shard "${{SLURM_ARRAY_TASK_ID}}/{shards}" --workers "${{SLURM_CPUS_PER_TASK:-1}}"
"""


def write_script(path: Path, name: str, words: Sequence[str], shards: int) -> None:
    """Write the script that runs `marketsim sweep` with these words in so many shards.

    Raises StoreError if there is such a file already.
    """
    if path.exists():
        raise store.StoreError(f"{path} exists already; move it away, nothing was changed")
    command = " ".join(["marketsim", "sweep", *map(shlex.quote, words)])
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in name)
    store.write_text(path, SCRIPT.format(script=path.name, name=plain, shards=shards, command=command))
