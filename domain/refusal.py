"""Why is this not accepted? Refusals that name the field and say what would be right."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years of a date that a door takes, far from both ends of the calendar: 9999-12-31, by which CRMs mean "never", cannot
be counted on from."""
ALSO_NAMED, LONGEST_FIELD = 10, 80
"""How many wrong fields are named beside the first one, and how much of a name, which may be the sender's own word."""
Model = TypeVar("Model", bound=BaseModel)
BEYOND_THE_YEARS = f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}"


class Refused(Exception):
    """A piece of news or an order that the business does not allow now. Trying again unchanged does not help.

    Who must act: whoever sent it. `field` is the part of what was sent that the reason is about.
    """

    def __init__(self, reason: str, *, field: str = "") -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.reason = reason
        self.field = field


class InvalidDeal(Refused):
    """A deal file that can start no onboarding. Who must act: whoever keeps the deal in the CRM."""


class WrongAddress(Refused):
    """A text that is no address to which anything could be sent. Who must act: whoever typed it."""


def is_within_the_years(day: date) -> bool:
    """Whether a door takes that date, or the date of that moment where it was written."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def refuse_far_dates(given: BaseModel) -> None:
    """Refuse a model that holds a date or a moment outside the years that a door takes.

    Asked at doors only: what a model reads from the store or from a history may be older than this bound.
    Raises Refused naming the field.
    """
    if field := _far_date(given):
        raise Refused(BEYOND_THE_YEARS, field=field)


def _far_date(value: Any) -> str | None:
    """The path of the first far date in that value, empty where it is the value itself; None without one."""
    if isinstance(value, date):
        return None if is_within_the_years(value) else ""
    parts: list[tuple[Any, Any]] = []
    if isinstance(value, BaseModel):
        parts = [(name, getattr(value, name)) for name in type(value).model_fields]
    elif isinstance(value, Mapping):
        parts = list(value.items())
    elif isinstance(value, list | tuple):
        parts = list(enumerate(value))
    for name, part in parts:
        if (within := _far_date(part)) is not None:
            return f"{name}.{within}" if within else str(name)
    return None


def read_as(model: type[Model], raw: Any) -> Model:
    """What was typed or sent, as that model. Raises Refused naming the field."""
    try:
        given = model.model_validate(raw)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=field) from None
    refuse_far_dates(given)
    return given


def what_is_wrong(error: ValidationError) -> tuple[str, str]:
    """The first complaint of a validation as field path and reason, without repeating the input.

    The reason names the other fields that are wrong, at most ALSO_NAMED of them. The input stays out because it may
    hold personal data and the reason goes into logs and histories.
    """
    complaints = error.errors(include_url=False, include_input=False)
    path, *others = dict.fromkeys(".".join(str(part) for part in complaint["loc"]) for complaint in complaints)
    named = [field[:LONGEST_FIELD] for field in others if field]
    also = [*named[:ALSO_NAMED], *([f"{len(named) - ALSO_NAMED} more"] if len(named) > ALSO_NAMED else [])]
    reason = _in_words(complaints[0])
    return path, f"{reason} (also wrong: {', '.join(also)})" if also else reason


def _in_words(complaint: ErrorDetails) -> str:
    limits = complaint.get("ctx", {})
    words = {
        "extra_forbidden": "is no field that we know",
        "missing": "is missing",
        "too_short": f"needs at least {limits.get('min_length')}",
        "too_long": f"holds more than {limits.get('max_length')}",
        "string_too_long": f"is longer than {limits.get('max_length')} characters",
        "string_too_short": "is empty",
        "string_pattern_mismatch": f"does not have the form {limits.get('pattern')}",
        "timezone_aware": "needs an offset, like 2026-09-01T10:00:00+09:00",
        "literal_error": f"should be {limits.get('expected')}",
    }
    if complaint["type"].startswith("datetime_"):
        return "is no moment like 2026-09-01T10:00:00+09:00"
    if complaint["type"].startswith("date_"):
        return "is no date like 2026-09-01"
    return words.get(complaint["type"]) or complaint["msg"].removeprefix("Value error, ")
