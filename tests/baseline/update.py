"""Freeze the results anew, on purpose: python tests/baseline/update.py

Prints what changed and by how much. Name scenarios to freeze these alone.
"""

from __future__ import annotations

import json
import os
import sys

from freezing import FROZEN, changes, frozen_run, measured, names, read_frozen


def main(wanted: list[str]) -> int:
    """Measure, say what changed, write; 2 if a name is not that of a shipped scenario."""
    unknown = [name for name in wanted if name not in names()]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; shipped are {', '.join(names())}", file=sys.stderr)
        return 2
    frozen = read_frozen()
    new = {name: entry for name, entry in frozen.items() if name in names()}
    differ = [f"{name}: no longer shipped" for name in frozen if name not in new]
    for name in wanted or names():
        print(f"{name} ...", flush=True)
        new[name] = measured(frozen_run(name))
        lines = changes(frozen[name], new[name]) if name in frozen else ["frozen for the first time"]
        differ += [f"{name}: {line}" for line in lines]
        for line in lines:
            print(f"  {line}")
    if not differ:
        print("Nothing changed; the file is as it was.")
        return 0
    text = json.dumps({name: new[name] for name in sorted(new)}, indent=1) + "\n"
    partial = FROZEN.with_suffix(".part")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, FROZEN)
    print(f"{len(differ)} changes written to {FROZEN}.")
    print("Now write a line 'Results change: what, by how much, why' in CHANGELOG.md.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
