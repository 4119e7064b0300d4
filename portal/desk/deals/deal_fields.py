"""Which fields has the form of a deal, and how do they become a deal file? By the paths that the file has for them."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from domain.deal import CustomerRole, DealClosed, Sale
from portal.desk.customer.fields import FormField
from portal.desk.customer.reading import BULLETS, Complaint, in_the_words
from portal.forms import Form

PEOPLE = 5
"""Rows for the customer's people: who has more adds them afterwards, or gives a deal file."""
SOURCE = "desk"
"""The system that knows a deal which is typed here, where none is named."""
NOON = time(12)
ROLES: tuple[str, ...] = get_args(CustomerRole)
CUSTOM = "custom"
"""The fields that only one company has: one on each line, its name before the first colon."""
COLONS = re.compile(r"\s*[:：]\s*")
OF_PEOPLE = ("name", "email", "role", "title")


class Section(NamedTuple):
    """Fields that stand together; `name` is that of their heading in the words."""

    name: str
    fields: Sequence[FormField]


def _line(name: str, *, required: bool = False, longest: int = 300, default: str = "") -> FormField:
    return FormField(name, "line", required, longest=longest, default=default)


def _people() -> Sequence[FormField]:
    return [
        FormField(f"stakeholders.{row}.{name}", "choice", False, ROLES)
        if name == "role"
        else _line(f"stakeholders.{row}.{name}")
        for row in range(PEOPLE)
        for name in OF_PEOPLE
    ]


def sections(model: type[Sale]) -> Sequence[Section]:
    """The form of a closed deal, or of a prospect."""
    closing = FormField("closed_at", "date", True) if model is DealClosed else FormField("expected_close", "date")
    return (
        Section(
            "account",
            (
                _line("account.name", required=True),
                _line("account.country", required=True, longest=2),
                _line("account.subdivision", longest=3),
                FormField("account.time_zone", "pick", True, of="zones"),
                FormField("account.language", "choice", False, ("en", "ja"), default="en"),
            ),
        ),
        Section(
            "deal",
            (
                _line("source", default=SOURCE, longest=30),
                _line("id", required=True, longest=100),
                closing,
                FormField("yearly_value", "number", least=0),
                FormField("seats", "number", whole=True, least=1),
                FormField("products", "lines"),
                FormField("go_live_by", "date"),
                _line("crm_url", longest=2000),
            ),
        ),
        Section("people", _people()),
        Section(
            "ours",
            (
                FormField("playbook", "pick", of="playbooks"),
                FormField("owner", "pick", of="staff"),
                _line("seller.name"),
                _line("seller.email", longest=254),
            ),
        ),
        Section("why", (FormField("problem", "text"), FormField("present_state", "text"), FormField(CUSTOM, "lines"))),
    )


def deal_file(model: type[Sale], form: Form) -> dict[str, Any]:
    """What was typed, as a deal file has it. The day of the close is noon at the customer's, today's is now."""
    flat = {
        one.name: value
        for section in sections(model)
        for one in section.fields
        if (value := _value(one, form.text(one.name)))
    }
    raw: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, name = path.split(".")
        place = raw
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value
    rows = raw.pop("stakeholders", {})
    raw["stakeholders"] = [rows[row] for row in sorted(rows, key=int)]
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
            found.setdefault(place_of(".".join(map(str, one["loc"])), form), in_the_words(one))
    return found


def place_of(path: str, form: Form) -> str:
    """The field of the form that stands for a path of the file: its people are those rows that are filled in."""
    parts = path.split(".")
    if parts[0] == CUSTOM:
        return CUSTOM
    if parts[0] != "stakeholders":
        return path or "form"
    filled = [row for row in range(PEOPLE) if any(form.text(f"stakeholders.{row}.{name}") for name in OF_PEOPLE)]
    if len(parts) < 2 or not parts[1].isdecimal() or int(parts[1]) >= len(filled):
        return "stakeholders.0.name"
    name = parts[2] if len(parts) > 2 and parts[2] in OF_PEOPLE else "name"
    return f"stakeholders.{filled[int(parts[1])]}.{name}"


def _value(field: FormField, text: str) -> Any:
    if field.control == "lines":
        return _lines(text)
    if field.control == "number":
        return text.replace(",", "")
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
