"""Freeze the results anew, on purpose: python tests/baseline/update.py

Prints what changed and by how much. Name scenarios to freeze these alone.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from freezing import FROZEN, changes, frozen_run, measured, names, read_frozen


def main(wanted: list[str]) -> int:
    """Measure, say what changed, write. Returns 2 for an unknown name, 1 if a scenario could not be run."""
    unknown = [name for name in wanted if name not in names()]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; shipped are {', '.join(names())}", file=sys.stderr)
        return 2
    frozen, failed = _frozen(), []
    new = {name: entry for name, entry in frozen.items() if name in names()}
    differ = [f"{name}: no longer shipped" for name in frozen if name not in new]
    for name in wanted or names():
        print(f"{name} ...", flush=True)
        try:
            new[name] = measured(frozen_run(name))
        except Exception as error:
            failed.append(name)
            print(f"  failed, left as it was: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        lines = changes(frozen[name], new[name]) if name in frozen else ["frozen for the first time"]
        differ += lines
        for line in lines:
            print(f"  {line}")
    if differ:
        _write(new)
        print(f"{len(differ)} changes written to {FROZEN}.")
        print("Now write a line 'Results change: what, by how much, why' in CHANGELOG.md.")
    else:
        print("Nothing changed; the file is as it was.")
    return 1 if failed else 0


def _frozen() -> dict[str, Any]:
    """What is frozen now; nothing if the file can't be read (after a merge, say)."""
    try:
        return read_frozen()
    except ValueError as error:
        print(f"{FROZEN} can't be read ({error}); everything is frozen anew", file=sys.stderr)
        return {}


def _write(new: dict[str, Any]) -> None:
    """Write the file whole or not at all."""
    partial = FROZEN.with_suffix(".part")
    partial.write_text(json.dumps({name: new[name] for name in sorted(new)}, indent=1) + "\n", encoding="utf-8")
    partial.replace(FROZEN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
