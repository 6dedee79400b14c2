"""What seats decide: the fields of each kind of seat, what they are when nobody sits there, and the forms for them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from marketsim.live.levers import AS_BEGUN, WAYS
from marketsim.scenario import errors
from marketsim.scenario.sections.base import Band

Kind = Literal["authority", "provider", "board"]
Sharing = Literal["by_use", "by_population", "equal"]
Bands = Annotated[list[Band], Field(min_length=1, max_length=3)]
HalfToTwice = Annotated[float, Field(ge=0.5, le=2.0, allow_inf_nan=False)]
BANDS: tuple[Band, ...] = ("standard", "complex", "severe")
MOST_HELD, MOST_NEW = 20, 3  # places that an authority holds, homes that a seat opens in a round
ROUTES = {AS_BEGUN: "as today", **{way: way.lower() for way in WAYS if "Cooperative" not in way}}
SHARINGS = {"by_use": "by use", "by_population": "by population", "equal": "in equal parts"}


class Decision(BaseModel):
    """Base of what a seat decides in a round; without words it decides what the model's own rules do."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    each_round: ClassVar[tuple[str, ...]] = ()  # fields that are done once, in the round in which they are decided

    def goes_on(self) -> Decision:
        """What of it holds in the next round if nothing else is decided: all but what was done once."""
        fields = type(self).model_fields
        return self.model_copy(update={name: fields[name].get_default() for name in self.each_round})


class OfAuthority(Decision):
    """An authority: in what order it buys, places held, what it is ready to pay at first, whether it is a member."""

    routes: str = AS_BEGUN
    held: Annotated[int, Field(ge=0, le=MOST_HELD)] = 0
    ready_to_pay: HalfToTwice = 1.0
    member: bool = False


class OfProvider(Decision):
    """A provider: what it asks over what it would, whom it takes, whether it is on frameworks, homes it opens."""

    each_round: ClassVar[tuple[str, ...]] = ("opens",)
    asks: HalfToTwice = 1.0
    takes: Bands = list(BANDS)
    on_frameworks: bool = True
    opens: Annotated[int, Field(ge=0, le=MOST_NEW)] = 0
    opens_in: str = ""


class OfBoard(Decision):
    """The cooperative's board: for whom it buys, how its members share what it costs, homes it builds."""

    each_round: ClassVar[tuple[str, ...]] = ("builds",)
    mandate: Bands = list(BANDS)
    sharing: Sharing = "by_use"
    builds: Annotated[int, Field(ge=0, le=MOST_NEW)] = 0
    builds_in: str = ""


KINDS: dict[Kind, type[Decision]] = {"authority": OfAuthority, "provider": OfProvider, "board": OfBoard}


class FormField(TypedDict):
    """A field of a form: `kind` says what one does with it; `options` are value and words; bounds of numbers."""

    name: str
    label: str
    help: str
    kind: Literal["choice", "number", "checks", "switch"]
    options: list[tuple[str, str]]
    least: float
    most: float
    step: float
    unit: str


def decided(kind: Kind, fields: Any, areas: list[str]) -> Decision:
    """What a seat has sent. Raises ValueError, in one line, for what can't be decided."""
    try:
        found = KINDS[kind].model_validate(fields)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = ".".join(map(str, detail["loc"]))
        words = detail["msg"].replace("Input should be", "expected")
        raise ValueError(errors.escaped(f"{where}: {words}, got {errors.shown(detail['input'])}")) from None
    for name, allowed in (("routes", list(ROUTES)), ("opens_in", ["", *areas]), ("builds_in", ["", *areas])):
        given = getattr(found, name, allowed[0])
        if given not in allowed:
            raise ValueError(errors.escaped(f"{name}: there is no {errors.shown(given)}; allowed: "
                                            f"{errors.listed(allowed)}"))  # fmt: skip
    return found


def form(kind: Kind, areas: list[str]) -> list[FormField]:
    """The form of a kind of seat."""
    bands: list[tuple[str, str]] = [(band, f"{band} needs") for band in BANDS]
    places = [("", "where it has most homes" if kind == "provider" else "with the first member"),
              *((area, area) for area in areas)]  # fmt: skip
    if kind == "authority":
        return [
            _choice("routes", "How do you buy?", "which way is tried first; your own homes come before all",
                    list(ROUTES.items())),
            _number("held", "Places you hold", "in homes within 20 miles that have some free; 40% of the fee if empty",
                    0, MOST_HELD, 1, "places"),
            _number("ready_to_pay", "Ready to pay", "at first, over what you reckon with; at the deadline you pay what "
                    "you must", 0.5, 2.0, 0.05, "times"),
            _switch("member", "Member of the cooperative", "it searches for your children first, and you share its "
                    "cost"),
        ]  # fmt: skip
    if kind == "provider":
        return [
            _number("asks", "What you ask", "over what your homes would ask otherwise", 0.5, 2.0, 0.05, "times"),
            _checks("takes", "Whom you take", "referrals of other children you do not answer", bands),
            _switch("on_frameworks", "On frameworks", "off them you are asked on the spot only"),
            _number("opens", "Homes you open", "planned now; they open after registration, about a year later", 0,
                    MOST_NEW, 1, "homes"),
            _choice("opens_in", "Where", "in whose area they open", places),
        ]  # fmt: skip
    return [
        _checks("mandate", "For whom", "the cooperative searches for these children; for others members do", bands),
        _choice("sharing", "Costs are shared", "running cost and empty places that are held", list(SHARINGS.items())),
        _number("builds", "Homes to build", "of four places, run by the authority where they stand", 0, MOST_NEW, 1,
                "homes"),
        _choice("builds_in", "Where", "in whose area they are built", places),
    ]  # fmt: skip


def _field(
    kind: Literal["choice", "number", "checks", "switch"], name: str, label: str, meaning: str,
    options: list[tuple[str, str]] | None = None, bounds: tuple[float, float, float] = (0.0, 0.0, 1.0), unit: str = "",
) -> FormField:  # fmt: skip
    least, most, step = bounds
    return FormField(name=name, label=label, help=meaning, kind=kind, options=options or [], least=least, most=most,
                     step=step, unit=unit)  # fmt: skip


def _choice(name: str, label: str, meaning: str, options: list[tuple[str, str]]) -> FormField:
    return _field("choice", name, label, meaning, options)


def _checks(name: str, label: str, meaning: str, options: list[tuple[str, str]]) -> FormField:
    return _field("checks", name, label, meaning, options)


def _switch(name: str, label: str, meaning: str) -> FormField:
    return _field("switch", name, label, meaning)


def _number(name: str, label: str, meaning: str, least: float, most: float, step: float, unit: str) -> FormField:
    return _field("number", name, label, meaning, bounds=(least, most, step), unit=unit)
