"""The schema applied to what was read, and its first complaint put into words at the line it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marketsim.scenario.errors import LocatedError, ScenarioError, did_you_mean, listed, sentence, shown
from marketsim.scenario.nodes import Mark, Node, Path
from marketsim.scenario.shape import Shape, shape_of
from marketsim.scenario.wording import allowed_words, expectation

Model = TypeVar("Model", bound=BaseModel)

_KEY = "[key]"
_TAG_ERRORS = ("union_tag_not_found", "union_tag_invalid")


@dataclass(frozen=True)
class _Complaint:
    """What is wrong, at which path and which place in a file."""

    path: Path
    mark: Mark
    message: str

    def error(self) -> ScenarioError:
        name = ".".join(map(str, self.path))
        return self.mark.error(f"{name}: {self.message}" if name else self.message)


def validate(root: Node, model: type[Model]) -> Model:
    """The model that the values describe; raises ScenarioError for the first value in file order that is wrong."""
    try:
        return model.model_validate(root.plain())
    except ValidationError as error:
        shape = shape_of(model)
        found = [_complaint(detail, root, shape) for detail in error.errors(include_url=False)]
    raise min(found, key=lambda complaint: _order(complaint.mark, root)).error()


def _order(mark: Mark, root: Node) -> tuple[bool, bool, str, int, int]:
    """`--set` first, then the file itself, then its bases; from top to bottom."""
    return (mark.line is not None, mark.file != root.mark.file, mark.file, mark.line or 0, mark.column or 0)


def _complaint(detail: Any, root: Node, shape: Shape) -> _Complaint:
    kind, path = detail["type"], _path(detail["loc"], root)
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        return _raised(cause, path, root)
    if kind == "missing":
        return _missing((*path, str(detail["loc"][-1])), root, shape)
    if kind == "extra_forbidden":
        return _unknown_key(path, root, list(_shape_at(path[:-1], root, shape).schema.get("properties", {})))
    if detail["loc"][-1:] == (_KEY,):
        names = Shape(_shape_at(path[:-1], root, shape).schema.get("propertyNames", {}), {})
        return _unknown_key(path, root, allowed_words(names))
    tag = _shape_at(path, root, shape).tag() if kind in _TAG_ERRORS else None
    return _wrong((*path, tag[0]) if tag else path, root, shape, detail["msg"])


def _raised(cause: ValueError, path: Path, root: Node) -> _Complaint:
    """What a validator of the schema says, in its own words."""
    if isinstance(cause, LocatedError):
        path = (*path, *cause.path)
        return _Complaint(path, _mark(path, root), str(cause))
    given, allowed = getattr(cause, "given", None), getattr(cause, "allowed", ())
    path = (*path, *_entry_that_says(given, root.nearest(path)[0]))
    suggestion = did_you_mean(given, allowed) if isinstance(given, str) else ""
    return _Complaint(path, _mark(path, root), sentence(str(cause), suggestion))


def _missing(path: Path, root: Node, shape: Shape) -> _Complaint:
    expected = expectation(_shape_at(path, root, shape))
    return _Complaint(path, _mark(path, root), sentence("is missing", expected and f"expected {expected}"))


def _unknown_key(path: Path, root: Node, allowed: Sequence[str]) -> _Complaint:
    options = f"allowed: {listed(allowed)}" if allowed else ""
    message = sentence("unknown key", options, did_you_mean(str(path[-1]), allowed))
    return _Complaint(path, root.nearest(path)[0].name_mark, message)


def _wrong(path: Path, root: Node, shape: Shape, fallback: str) -> _Complaint:
    """A value of the wrong type, out of range, or not among the words allowed."""
    node, depth = root.nearest(path)
    if depth < len(path):
        return _missing(path, root, shape)
    here = _shape_at(path, root, shape)
    expected, words = expectation(here), allowed_words(here)
    wrong = f"expected {expected}" if expected else fallback.replace("Input should be", "expected")
    suggestion = did_you_mean(node.value, words) if isinstance(node.value, str) else ""
    return _Complaint(path, _mark(path, root), sentence(f"{wrong}, got {shown(node.value)}", suggestion))


def _path(location: Sequence[str | int], root: Node) -> Path:
    """The steps of pydantic's location that exist in the file; others are names of types and missing keys."""
    node: Node = root
    path: Path = ()
    for step in location:
        child = node.child(step)
        if child is not None:
            node, path = child, (*path, step)
    return path


def _mark(path: Path, root: Node) -> Mark:
    """The value itself if it is there and plain; otherwise the name of the nearest mapping or list around it."""
    node, depth = root.nearest(path)
    whole = depth == len(path) and not isinstance(node.value, dict | list)
    return node.mark if whole else node.name_mark


def _entry_that_says(word: object, node: Node) -> tuple[str, ...]:
    """The key of the entry with this word, so that the error about the word points at its line."""
    entries = node.value if isinstance(node.value, dict) and isinstance(word, str) else {}
    return next(((key,) for key, entry in entries.items() if entry.value == word), ())


def _shape_at(path: Path, root: Node, shape: Shape) -> Shape:
    for depth, step in enumerate(path, start=1):
        node, reached = root.nearest(path[:depth])
        here = shape.at(step, node.plain() if reached == depth else None)
        tag = shape.tag()
        if tag and step == tag[0]:
            here = Shape({"enum": tag[1]}, shape.definitions)
        shape = here
    return shape
