"""The schema applied to what was read, and its first complaint put into words at the line it is about."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from marketsim.scenario import documents, errors
from marketsim.scenario import shape as shapes
from marketsim.scenario.sections.base import Section

Model = TypeVar("Model", bound=Section)

_KEY = "[key]"


def validate(document: documents.Document, model: type[Model]) -> Model:
    """The model that the values describe.

    Raises ScenarioError for the first thing wrong: in `--set`, then in the file itself, then in its bases; in
    each from top to bottom.
    """
    try:
        return model.model_validate(document.values)
    except ValidationError as error:
        details = error.errors(include_url=False)
    found = [(path := _path(detail, document), _mark(path, detail, document), detail) for detail in details]
    path, mark, detail = min(found, key=lambda complaint: _order(complaint[1], complaint[2], document))
    name = ".".join(errors.shortened(str(step)) for step in path)
    message = _message(path, detail, document, shapes.shape_of(model))
    raise mark.error(f"{name}: {message}" if name else message)


def _order(mark: documents.Mark, detail: Any, document: documents.Document) -> tuple[bool, bool, bool, str, int, int]:
    """What is missing comes behind what is wrong in the same place: it may stand there under another name."""
    own, missing = mark.file == document.mark(()).file, detail["type"] == "missing"
    return (mark.line is not None, not own, missing, mark.file, mark.line or 0, mark.column or 0)


def _path(detail: Any, document: documents.Document) -> documents.Steps:
    """The path that the complaint is about; it may end in a key that isn't there.

    Pydantic's location also holds names of types, which are left out.
    """
    value = document.values
    path: documents.Steps = ()
    for step in detail["loc"]:
        if documents.has(value, step):
            value, path = value[step], (*path, step)
    return path + _rest(detail, value)


def _rest(detail: Any, value: Any) -> documents.Steps:
    """The steps from the mapping in which the complaint was raised to the entry that it is about."""
    context = detail.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, errors.LocatedError):
        return cause.path
    if detail["type"] == "missing":
        return (str(detail["loc"][-1]),)
    if "discriminator" in context and isinstance(value, dict):
        return (context["discriminator"].strip("'"),)
    given = getattr(cause, "given", None)
    entries = value if isinstance(value, dict) and given is not None else {}
    return next(((key,) for key, entry in entries.items() if entry == given), ())


def _mark(path: documents.Steps, detail: Any, document: documents.Document) -> documents.Mark:
    """The value itself if it is there and plain; otherwise its name, or that of what it should stand in."""
    reached, value = document.nearest(path)
    plain = reached == path and not isinstance(value, dict | list)
    return document.mark(reached, of_name=not plain or _about_key(detail))


def _about_key(detail: Any) -> bool:
    return bool(detail["type"] == "extra_forbidden" or detail["loc"][-1:] == (_KEY,))


def _message(path: documents.Steps, detail: Any, document: documents.Document, shape: shapes.Shape) -> str:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, errors.LocatedError):
        return errors.sentence(str(cause), _place_of(cause.beside, document))
    if _about_key(detail):
        return _unknown_key(str(path[-1]), _shape_at(path[:-1], document, shape))
    reached, value = document.nearest(path)
    here = _shape_at(path, document, shape)
    if reached != path:
        return _missing(here)
    if isinstance(cause, ValueError):
        return _raised(cause, value, here)
    return _wrong(value, here, detail["msg"])


def _place_of(path: documents.Steps, document: documents.Document) -> str:
    """Where the other of two entries stands that an error is about."""
    if not path or document.nearest(path)[0] != path:
        return ""
    mark = document.mark(path, of_name=True)
    return f"the other is in {mark.file}" + ("" if mark.line is None else f":{mark.line}")


def _missing(shape: shapes.Shape) -> str:
    expected = shapes.expectation(shape)
    return errors.sentence("missing", expected and f"expected {expected}")


def _unknown_key(key: str, parent: shapes.Shape) -> str:
    named = shapes.Shape(parent.schema.get("propertyNames", {}), parent.definitions).settled(None)
    allowed = list(parent.schema.get("properties", {})) or shapes.allowed_words(named)
    options = f"allowed: {errors.listed(allowed)}" if allowed else ""
    also = ["extends"] if "purchasing" in allowed else []  # which a file may say, and is gone when it is checked
    return errors.sentence("unknown key", options, errors.did_you_mean(key, [*allowed, *also]))


def _raised(cause: ValueError, value: Any, shape: shapes.Shape) -> str:
    """What a validator of the schema says, in its own words, unless the word it chooses by is missing."""
    given, allowed = getattr(cause, "given", None), getattr(cause, "allowed", ())
    tag = shape.tag()
    if tag and given is None:
        words = f"{tag[0]} is missing; allowed: {errors.listed(tag[1])}"
        return words if isinstance(value, dict) else _wrong(value, shape, "")
    return errors.sentence(str(cause), errors.did_you_mean(given, allowed) if isinstance(given, str) else "")


def _wrong(value: Any, shape: shapes.Shape, fallback: str) -> str:
    """A value of the wrong type, out of range, or not among the words allowed."""
    expected, words = shapes.expectation(shape), shapes.allowed_words(shape)
    wrong = f"expected {expected}" if expected else fallback.replace("Input should be", "expected")
    suggestion = errors.did_you_mean(value, words) if isinstance(value, str) else ""
    return errors.sentence(f"{wrong}, got {errors.shown(value)}", suggestion)


def _shape_at(path: documents.Steps, document: documents.Document, shape: shapes.Shape) -> shapes.Shape:
    """What the schema says of the path, the alternatives chosen by what stands in the file."""
    value = document.values
    for step in path:
        value = value[step] if documents.has(value, step) else None
        tag = shape.tag()
        if tag and step == tag[0]:
            return shapes.Shape({"enum": tag[1]}, shape.definitions)
        shape = shape.at(step, value)
    return shape
