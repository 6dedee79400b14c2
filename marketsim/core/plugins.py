"""Files that extend the program: the modules of a package, and Python files in folders that a user names."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
import traceback
import zlib
from pathlib import Path
from types import ModuleType

from marketsim.core import interrupts


def modules_of(package: str) -> list[ModuleType]:
    """The modules of a package of ours, imported, by name; packages within it are left out.

    Ctrl-C waits for the end: in the middle pydantic, which builds their models, would make another error of it.
    """
    found = pkgutil.iter_modules(importlib.import_module(package).__path__)
    with interrupts.deferred():
        return [importlib.import_module(f"{package}.{module.name}") for module in found if not module.ispkg]


def files_in(variable: str) -> tuple[Path, ...]:
    """The Python files in the folders that an environment variable names, each once, folder by folder, by name.

    Raises NotADirectoryError, whose `filename` is the folder as written, for what is no folder.
    """
    files: list[Path] = []
    for folder in filter(None, os.environ.get(variable, "").split(os.pathsep)):
        if not Path(folder).is_dir():
            raise NotADirectoryError(0, "no folder", folder)
        files += sorted(Path(folder).resolve().glob("*.py"))
    return tuple(dict.fromkeys(files))


def import_file(file: Path) -> ModuleType:
    """The module in a file, under a name of its own; whatever the file raises, `SystemExit` too, is passed on."""
    name = f"marketsim_plugin_{zlib.crc32(str(file).encode()):08x}_{file.stem}"
    if name in sys.modules:
        return sys.modules[name]
    specification = importlib.util.spec_from_file_location(name, file)
    if specification is None or specification.loader is None:
        raise ImportError(f"{file.name} can't be read as Python")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def said(error: BaseException, file: Path) -> str:
    """What an error says, with its type and the last line of the file that was reached (a syntax error has its own)."""
    summary = traceback.TracebackException.from_exception(error)
    lines = [frame.lineno for frame in summary.stack if frame.filename == str(file)]
    words = ": ".join(part for part in (type(error).__name__, str(summary)) if part)
    return f"{words} (line {lines[-1]})" if lines else words
