"""Ctrl-C at safe moments only: compiled code and the loading of the compiler do not survive it in the middle."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def deferred() -> Iterator[None]:
    """A Ctrl-C within the block raises KeyboardInterrupt at its end.

    Only the main thread receives Ctrl-C; elsewhere, and where it is ignored, the block simply runs.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) != _USUAL:
        yield
        return
    pressed: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        pressed.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _USUAL)
    if pressed:
        raise KeyboardInterrupt


@contextmanager
def ignored() -> Iterator[None]:
    """Processes started within ignore Ctrl-C: they end their run and say nothing, and the parent decides."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_USUAL = signal.default_int_handler
