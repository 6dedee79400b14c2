"""The schema applied to what was read, and its first complaint put into words at the line it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marketsim.scenario.errors import LocatedError, did_you_mean, listed, sentence, shortened, shown
from marketsim.scenario.nodes import Mark, Node, Path
from marketsim.scenario.shape import Shape, shape_of
from marketsim.scenario.wording import allowed_words, expectation

Model = TypeVar("Model", bound=BaseModel)

_KEY = "[key]"


def validate(root: Node, model: type[Model]) -> Model:
    """The model that the values describe.

    Raises ScenarioError for the first thing wrong: in `--set`, then in the file itself, then in its bases; in
    each from top to bottom.
    """
    try:
        return model.model_validate(root.plain())
    except ValidationError as error:
        details = error.errors(include_url=False)
    found = [(path := _path(detail, root), _mark(path, detail, root), detail) for detail in details]
    path, mark, detail = min(found, key=lambda complaint: _order(complaint[1], root))
    name = ".".join(shortened(str(step)) for step in path)
    message = _message(path, detail, root, shape_of(model))
    raise mark.error(f"{name}: {message}" if name else message)


def _order(mark: Mark, root: Node) -> tuple[bool, bool, str, int, int]:
    return (mark.line is not None, mark.file != root.mark.file, mark.file, mark.line or 0, mark.column or 0)


def _path(detail: Any, root: Node) -> Path:
    """The path that the complaint is about; it may end in a key that isn't there.

    Pydantic's location also holds names of types, which are left out.
    """
    node: Node = root
    path: Path = ()
    for step in detail["loc"]:
        child = node.child(step)
        if child is not None:
            node, path = child, (*path, step)
    return path + _rest(detail, node)


def _rest(detail: Any, node: Node) -> Path:
    """The steps from the mapping in which the complaint was raised to the entry that it is about."""
    context = detail.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, LocatedError):
        return cause.path
    if detail["type"] == "missing":
        return (str(detail["loc"][-1]),)
    if "discriminator" in context and isinstance(node.value, dict):
        return (context["discriminator"].strip("'"),)
    given = getattr(cause, "given", None)
    entries = node.value if isinstance(node.value, dict) and given is not None else {}
    return next(((key,) for key, entry in entries.items() if entry.value == given), ())


def _mark(path: Path, detail: Any, root: Node) -> Mark:
    """The value itself if it is there and plain; otherwise its name, or that of what it should stand in."""
    node, depth = root.nearest(path)
    plain = depth == len(path) and not isinstance(node.value, dict | list)
    return node.mark if plain and not _about_key(detail) else node.name_mark


def _about_key(detail: Any) -> bool:
    return bool(detail["type"] == "extra_forbidden" or detail["loc"][-1:] == (_KEY,))


def _message(path: Path, detail: Any, root: Node, shape: Shape) -> str:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, LocatedError):
        return str(cause)
    if _about_key(detail):
        return _unknown_key(str(path[-1]), _shape_at(path[:-1], root, shape))
    node, depth = root.nearest(path)
    here = _shape_at(path, root, shape)
    if depth < len(path):
        return _missing(here)
    if isinstance(cause, ValueError):
        return _raised(cause, node, here)
    return _wrong(node, here, detail["msg"])


def _missing(shape: Shape) -> str:
    expected = expectation(shape)
    return sentence("missing", expected and f"expected {expected}")


def _unknown_key(key: str, parent: Shape) -> str:
    named = Shape(parent.schema.get("propertyNames", {}), parent.definitions).settled(None)
    allowed = list(parent.schema.get("properties", {})) or allowed_words(named)
    options = f"allowed: {listed(allowed)}" if allowed else ""
    return sentence("unknown key", options, did_you_mean(key, allowed))


def _raised(cause: ValueError, node: Node, shape: Shape) -> str:
    """What a validator of the schema says, in its own words, unless the word it chooses by is missing."""
    given, allowed = getattr(cause, "given", None), getattr(cause, "allowed", ())
    tag = shape.tag()
    if tag and given is None:
        words = f"{tag[0]} is missing; allowed: {listed(tag[1])}"
        return words if isinstance(node.value, dict) else _wrong(node, shape, "")
    return sentence(str(cause), did_you_mean(given, allowed) if isinstance(given, str) else "")


def _wrong(node: Node, shape: Shape, fallback: str) -> str:
    """A value of the wrong type, out of range, or not among the words allowed."""
    expected, words = expectation(shape), allowed_words(shape)
    wrong = f"expected {expected}" if expected else fallback.replace("Input should be", "expected")
    suggestion = did_you_mean(node.value, words) if isinstance(node.value, str) else ""
    return sentence(f"{wrong}, got {shown(node.value)}", suggestion)


def _shape_at(path: Sequence[str | int], root: Node, shape: Shape) -> Shape:
    """What the schema says of the path, the alternatives chosen by what stands in the file."""
    node: Node | None = root
    for step in path:
        node = node.child(step) if node else None
        tag = shape.tag()
        if tag and step == tag[0]:
            return Shape({"enum": tag[1]}, shape.definitions)
        shape = shape.at(step, _outline(node))
    return shape


def _outline(node: Node | None) -> object:
    """The value, without what lies deeper than its entries."""
    if node is None or not isinstance(node.value, dict):
        return node.value if node else None
    return {key: entry.value for key, entry in node.value.items()}
