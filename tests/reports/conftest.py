"""Comparisons that several tests of reports read."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketsim import compare
from marketsim.experiments.comparison import Comparison

HOSTILE = "=cmd() What if <script>alert(1)</script> & ]]> bought?"
SCENARIO = f"""extends: town.yaml
name: "joint"
question: "{HOSTILE}"
purchasing:
  arrangements:
    pair:
      rule: cooperative
      members: {{authorities: [Authority 1, Authority 2]}}
      order: [in_house, soft_block, framework, spot]
  order: [pair, in_house, block, [framework, spot]]
"""


@pytest.fixture(scope="session")
def joint(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """A town in which two of four buy together, against one in which nobody does; the question would do harm if it were
    not kept as text."""
    folder = tmp_path_factory.mktemp("joint")
    (folder / "joint.yaml").write_text(SCENARIO, encoding="utf-8")
    return compare("town", folder / "joint.yaml", replicates=4, weeks=60, workers=1, out=folder / "out")


@pytest.fixture
def joint_folder(joint: Comparison) -> Path:
    """Where it is kept."""
    assert joint.folder is not None
    return joint.folder
