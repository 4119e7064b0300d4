"""What does somebody tell by a form? The fields of the news as they were typed, and what is wrong with each."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.news import KINDS, unknown_fields
from portal.desk.customer.fields import FormField, fields_of, hidden_of
from portal.forms import Form, number_in

BULLETS = "-*•・ \t"
YES = "yes"
LARGEST_NUMBER = 1e12


class Complaint(NamedTuple):
    """What is wrong with a field: a key of the words, and what its sentence names."""

    key: str
    limit: str = ""


def read_form(kind: str, form: Form, zone: ZoneInfo) -> dict[str, Any]:
    """The fields that were filled in, as the news has them. A moment was typed as the clock of that zone shows it."""
    raw = {field.name: value for field in fields_of(kind) if (value := _value(field, form, zone)) not in (None, "", [])}
    brought = {name: form.text(name) for name in hidden_of(kind)}
    return raw | {name: int(text) for name, text in brought.items() if text.isdecimal() and len(text) < 10}


def complaints(kind: str, raw: Mapping[str, Any]) -> dict[str, Complaint]:
    """What is wrong with the news as it was typed, by its fields; empty where it may be told."""
    if unknown := unknown_fields(kind, dict(raw)):
        return {unknown[0]: Complaint("wrong_unknown")}
    try:
        KINDS[kind].model_validate(dict(raw))
    except ValidationError as error:
        found: dict[str, Complaint] = {}
        for one in error.errors(include_url=False, include_input=False):
            found.setdefault(str(one["loc"][0]), in_the_words(one))
        return found
    return {}


def _value(field: FormField, form: Form, zone: ZoneInfo) -> Any:
    text = form.text(field.name)
    match field.control:
        case "picks":
            return [one for one in form.texts(field.name) if one]
        case "lines":
            return [line for raw in text.splitlines() if (line := raw.strip(BULLETS).strip())]
        case "tick":
            return True if text == YES else None
        case "choice" if field.options == ("true", "false"):
            return {"true": True, "false": False}.get(text)
        case "choice" if field.whole:
            return _number(text, whole=True)
        case "number":
            return _number(text, whole=field.whole)
        case "moment":
            return _moment(text, zone)
    return text


def _number(text: str, *, whole: bool) -> int | float | str:
    """The number; what is none stays as it was typed, for the model to complain of."""
    number = number_in(text)
    # 1e400 is no number that a history could hold.
    if number is None or not math.isfinite(number) or abs(number) > LARGEST_NUMBER:
        return text
    return int(number) if whole and number == int(number) else number


def _moment(text: str, zone: ZoneInfo) -> str:
    """The moment with its offset; what is none stays as it was typed."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


def in_the_words(error: ErrorDetails) -> Complaint:
    """What a model complains of, as pages say it."""
    limits, type_ = error.get("ctx", {}), error["type"]
    if type_ in ("missing", "string_too_short", "too_short"):
        return Complaint("wrong_needed")
    if type_ in ("string_too_long", "too_long"):
        return Complaint("wrong_too_long", str(limits.get("max_length", "")))
    if type_.startswith(("date_", "datetime_", "timezone_")):
        return Complaint("wrong_no_date")
    if type_ in ("greater_than_equal", "less_than_equal"):
        return Complaint(f"wrong_{type_}", f"{limits.get('ge', limits.get('le')):g}")
    if type_.startswith(("int_", "float_")):
        return Complaint("wrong_no_number")
    if type_ == "literal_error":
        return Complaint("wrong_choose")
    if type_ == "string_pattern_mismatch":
        return Complaint("wrong_form")
    return Complaint("wrong_other")
