"""How does what was typed into the form of a deal become a deal file? And what is wrong with it, by its fields."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.requests import Request

from domain.deal import Sale
from portal.desk.customer.fields import FormField
from portal.desk.customer.reading import BULLETS, YES, Complaint, in_the_words
from portal.desk.deals.deal_fields import (
    CHAMPION,
    CUSTOM,
    EVERY_ROWS,
    LARGEST_DEAL,
    MORE,
    MOST_DEAL_FIELDS,
    MOST_ROWS,
    PEOPLE,
    Rows,
    Section,
)
from portal.forms import Form, form_of

NOON = time(12)
COLONS = re.compile(r"\s*[:：]\s*")
AT_A_TIME = 3
"""Rows that are added at once."""


async def form_of_deal(request: Request) -> Form:
    """The form of a deal, which has more fields than others. Raises Problem as `form_of` does."""
    return await form_of(request, largest=LARGEST_DEAL, most=MOST_DEAL_FIELDS)


def names(parts: Sequence[Section], form: Form) -> set[str]:
    """The names of all fields that the form has."""
    own = {one.name for part in parts for one in part.fields}
    every = [rows for part in parts for rows in part.rows]
    return own | {
        f"{rows.name}.{row}.{one.name}" for rows in every for row in range(rows_of(rows, form)) for one in rows.fields
    }


def rows_of(rows: Rows, form: Form | None) -> int:
    """How many rows of it the form has: as many as it had, and some more where they were asked for."""
    if form is None:
        return rows.first
    had = form.text(f"rows.{rows.name}")
    count = max(rows.first, int(had)) if had.isdecimal() and len(had) < 4 else rows.first
    return min(MOST_ROWS, count + (AT_A_TIME if form.text(MORE) == rows.name else 0))


def deal_file(parts: Sequence[Section], form: Form) -> dict[str, Any]:
    """What was typed, as a deal file has it. The day of the close is noon at the customer's, today's is now."""
    raw: dict[str, Any] = {}
    for field in (one for section in parts for one in section.fields):
        if not (value := _value(field, form.text(field.name))):
            continue
        *parents, name = field.name.split(".")
        place = raw
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value
    for rows in (one for section in parts for one in section.rows):
        if typed := [_row(rows, row, form) for row in _filled(rows, form)]:
            raw[rows.name] = typed
    if champion := _champion(form):
        raw[CHAMPION] = champion
    if CUSTOM in raw:
        raw[CUSTOM] = dict(map(_named, raw[CUSTOM]))
    if "closed_at" in raw:
        raw["closed_at"] = _moment(raw["closed_at"], raw.get("account", {}).get("time_zone", "UTC"))
    return raw


def complaints_about(model: type[Sale], raw: Mapping[str, Any], form: Form) -> dict[str, Complaint]:
    """What is wrong with the file, by the fields of the form; empty where the model takes it."""
    found = {CUSTOM: Complaint("deal_custom_twice")} if _names_twice(form) else {}
    try:
        model.model_validate(dict(raw))
    except ValidationError as error:
        # What is wrong between fields names them in its own words: the door says it.
        for one in (one for one in error.errors(include_url=False, include_input=False) if one["loc"]):
            path = ".".join(map(str, one["loc"]))
            between = path.split(".")[0] in ("busy_seasons", "closures") and one["type"] == "value_error"
            complaint = Complaint(f"deal_{path.split('.')[0]}_wrong") if between else in_the_words(one)
            found.setdefault(place_of(path, form), complaint)
    return found


def place_of(path: str, form: Form) -> str:
    """The field of the form that stands for a path of the file: its rows are those that are filled in."""
    parts = path.split(".")
    if parts[0] == CUSTOM:
        return CUSTOM
    rows = next((one for one in EVERY_ROWS if one.name == parts[0]), None)
    if rows is None:
        return path or "form"
    names = [field.name for field in rows.fields]
    filled = _filled(rows, form)
    if len(parts) < 2 or not parts[1].isdecimal() or int(parts[1]) >= len(filled):
        return f"{rows.name}.0.{names[0]}"
    name = parts[2] if len(parts) > 2 and parts[2] in names else names[0]
    return f"{rows.name}.{filled[int(parts[1])]}.{name}"


def _filled(rows: Rows, form: Form) -> list[int]:
    """The rows in which something was typed."""
    return [
        row for row in range(rows_of(rows, form)) if any(form.text(f"{rows.name}.{row}.{name}") for name in rows.typed)
    ]


def _row(rows: Rows, row: int, form: Form) -> dict[str, Any]:
    each = {field.name: _value(field, form.text(f"{rows.name}.{row}.{field.name}")) for field in rows.fields}
    return {name: value for name, value in each.items() if value}


def _champion(form: Form) -> str:
    """The id of the person whose row is ticked, by their role as the model gives ids; empty where none is."""
    ticked = form.text(CHAMPION)
    if not ticked.isdecimal() or int(ticked[:4]) not in _filled(PEOPLE, form):
        # At a running onboarding it is the id of somebody who is there.
        return "" if ticked.isdecimal() else ticked
    roles = [form.text(f"stakeholders.{row}.role") for row in _filled(PEOPLE, form) if row <= int(ticked)]
    role, number = roles[-1], roles.count(roles[-1])
    return role if number == 1 or not role else f"{role}-{number}"


def _value(field: FormField, text: str) -> Any:
    if field.control == "lines":
        return _lines(text)
    if field.control == "number":
        return text.replace(",", "")
    if field.control == "tick":
        return text == YES
    if field.whole and text.isdecimal():
        return int(text[:9])
    return text


def _lines(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := raw.strip(BULLETS).strip())]


def _names_twice(form: Form) -> bool:
    """Whether two lines of the company's own fields have one name: the file has room for one of them."""
    lines = _lines(form.text(CUSTOM))
    return len(dict(map(_named, lines))) < len(lines)


def _named(line: str) -> tuple[str, str]:
    """Name and value of a line; the name is written as keys are, in lower case and without spaces."""
    name, *value = COLONS.split(line, maxsplit=1)
    return "_".join(name.lower().split()), "".join(value)


def _moment(text: str, zone: str) -> str:
    """The moment of a close that is known by its day; what is no day stays as it was typed."""
    try:
        day, place = date.fromisoformat(text), ZoneInfo(zone)
    except (ValueError, OSError):
        return text
    now = datetime.now(UTC).astimezone(place)
    at = now.replace(microsecond=0) if now.date() == day else datetime.combine(day, NOON, place)
    return at.isoformat()
