"""What of a record may be cut or left out, so that nothing that is only nice to know keeps a customer waiting?"""

import unicodedata
from collections.abc import Mapping
from typing import Any, get_args

from annotated_types import MaxLen
from pydantic import BaseModel, StringConstraints

from domain.deal import MOST_LEFT_OUT, DealClosed
from domain.mapping import NEEDED
from domain.refusal import InvalidDeal

DECIDES = frozenset({"yearly_value", "playbook", "owner", "go_live_by", "as_of", "reached", "busy_seasons", "closures"})
"""Fields that need not be there, and decide on dates, people or the playbook where they are: a wrong one is refused."""
LEFT_OUT = "left_out"
LONGEST_LINE = 200
"""Characters of a `Line`; what holds more may have several lines."""


class NotInTable(InvalidDeal):
    """A value that no table of the mapping knows. Never left out: the mapping has `else` and `default` for that."""


def must_be_right(target: str) -> bool:
    """Whether a deal whose field cannot be read is refused."""
    return target in NEEDED or target.partition(".")[0] in DECIDES or target.startswith("circumstances.")


def leave_out(deal: dict[str, Any], field: str, reason: str) -> None:
    """Note in the deal that something of it was cut or left out."""
    noted: list[dict[str, str]] = deal.setdefault(LEFT_OUT, [])
    if len(noted) < MOST_LEFT_OUT and field not in {one["field"] for one in noted}:
        noted.append({"field": field[:LONGEST_LINE], "reason": reason[:LONGEST_LINE]})


def fitted(deal: dict[str, Any], field: str, value: Any, annotation: Any) -> Any:
    """The text as the field can hold it: without control characters within a line, and cut where it is too long.

    An address, a link or an id is none that could be cut.
    """
    longest = _longest(annotation)
    if longest is None or not isinstance(value, str):
        return value
    if longest <= LONGEST_LINE:
        value = " ".join("".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in value).split())
    if len(value) <= longest:
        return value
    leave_out(deal, field, f"was cut: it has {len(value):,} characters, and {longest:,} are kept")
    return f"{value[: longest - 1]}…"


def shortened(deal: dict[str, Any], field: str, values: list[Any]) -> list[Any]:
    """The list with as many parts as a deal file holds, the first ones."""
    most = next((one.max_length for one in DealClosed.model_fields[field].metadata if isinstance(one, MaxLen)), None)
    if most is None or len(values) <= most:
        return values
    leave_out(deal, field, f"was cut: there are {len(values):,}, and {most} are kept")
    return values[:most]


def without_halves(deal: dict[str, Any]) -> None:
    """Leave out an optional part of the deal of which something is missing, like a seller without an address."""
    for name, field in DealClosed.model_fields.items():
        model = next((one for one in get_args(field.annotation) if isinstance(one, type)), None)
        if not isinstance(deal.get(name), dict) or model is None or not issubclass(model, BaseModel):
            continue
        missing = [of for of, part in model.model_fields.items() if part.is_required() and of not in deal[name]]
        if missing:
            del deal[name]
            leave_out(deal, f"{name}.{missing[0]}", "is missing")


def refuse_without_people(deal: Mapping[str, Any]) -> None:
    """Raise InvalidDeal where everybody had to be left out, saying what was wrong with the first."""
    if deal.get("stakeholders"):
        return
    for one in deal.get(LEFT_OUT, ()):
        if one["field"].startswith("stakeholders."):
            raise InvalidDeal(one["reason"], field=one["field"])


def _longest(annotation: Any) -> int | None:
    """How many characters a text of that annotation may have; None for what is no plain text."""
    limits = list(_constraints(annotation))
    if not limits or any(one.pattern for one in limits):
        return None
    return min((one.max_length for one in limits if one.max_length is not None), default=None)


def _constraints(annotation: Any) -> list[StringConstraints]:
    found = [annotation] if isinstance(annotation, StringConstraints) else []
    return found + [one for part in get_args(annotation) for one in _constraints(part)]
