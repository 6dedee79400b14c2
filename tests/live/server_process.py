"""A server in a process of its own, as a user starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ADDRESS = re.compile(r"http://\S+")


class Served:
    """A server in a process of its own, as a user types it."""

    def __init__(self, words: Sequence[str], folder: Path) -> None:
        self.words, self.folder = [*words, "--no-browser", "--out", str(folder)], folder
        self.process: subprocess.Popen[str] | None = None
        self.address, self.before = "", ""

    def start(self) -> Served:
        """Start it and wait for the line with its address."""
        command = [sys.executable, "-m", "marketsim.cli.main", "live", *self.words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := ADDRESS.search(line):
                self.address = found.group()
                return self
            self.before += line
        raise AssertionError(f"no address was said: {self.words}")

    def kill(self) -> None:
        """End it at once, as a crash does."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> str:
        """Ctrl-C, and what it had said since."""
        assert self.process is not None and self.process.stdout is not None
        self.process.send_signal(signal.SIGINT)
        said = self.process.stdout.read()
        self.process.wait(timeout=30)
        return said
