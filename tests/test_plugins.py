"""Loading the package's own rules and policies is not torn apart by Ctrl-C."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from marketsim.core import plugins


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_ctrl_c_waits_until_all_modules_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressed while the first of them is read."""
    (tmp_path / "torn").mkdir()
    texts = {"__init__": "", "one": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n", "two": "READ = True\n"}
    for name, text in texts.items():
        (tmp_path / "torn" / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            plugins.modules_of("torn")
    finally:
        signal.signal(signal.SIGINT, before)
    assert sys.modules["torn.two"].READ
