"""How is the form of a goal read? What was typed becomes a goal, or what is wrong is said at its field."""

from collections.abc import Collection, Mapping
from datetime import date

from pydantic import ValidationError

from domain.measure.goals import LARGEST, SMALLEST, GoalGiven, slug_of
from domain.news import short
from domain.text import folded
from portal.forms import Form, number_in

LONGEST_LINE = 200
FURTHEST_DAY = 1000
"""Days after the close by which a goal may be due."""
FIELDS = ("title", "unit", "direction", "baseline", "target", "due")


def read_goal(form: Form, *, closed: date, needed: Collection[str] = ()) -> tuple[GoalGiven | None, Mapping[str, str]]:
    """The goal as it was typed, or what is wrong with it, by its fields, as keys of the words.

    `closed` is the day of the close; `needed` are fields that may not stay empty besides those that no goal is without.
    """
    typed = {field: form.text(field) for field in FIELDS}
    figures = {field: figure_in(typed[field]) for field in ("baseline", "target")}
    by_day = days_after(closed, typed["due"])
    errors = {**_wrong_with_words(typed), **_wrong_with_figures(typed, figures)}
    errors |= {field: f"say_{field}" for field in needed if not typed[field]}
    if typed["due"] and by_day is None:
        errors["due"] = "no_date"
    if errors:
        return None, errors
    said = {**typed, **figures, "by_day": by_day, "key": key_of(typed["title"])}
    said.pop("due")
    try:
        return GoalGiven.model_validate(said), {}
    except ValidationError:
        return None, {"title": "say_goal"}


def figure_in(text: str) -> float | None:
    """The figure that was typed; None where it is none that a goal may have."""
    value = number_in(text)
    return value if value is not None and abs(value) <= LARGEST else None


def days_after(closed: date, text: str) -> int | None:
    """How many days after the close that day is; None where the text is no day, or is too near or far."""
    try:
        days = (date.fromisoformat(text) - closed).days
    except ValueError:
        return None
    return days if 1 <= days <= FURTHEST_DAY else None


def key_of(title: str) -> str:
    """The key of a goal: of a title in other letters than ours a short hash, so that two do not become one."""
    return slug_of(title) if title.isascii() else f"goal_{short(folded(title))}"


def _wrong_with_words(typed: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    for field, asked in (("title", "say_goal"), ("unit", "say_unit")):
        if not typed[field]:
            errors[field] = asked
        elif len(typed[field]) > LONGEST_LINE or "\n" in typed[field]:
            errors[field] = "title_too_long"
    if typed["direction"] not in ("higher", "lower"):
        errors["direction"] = "choose"
    return errors


def _wrong_with_figures(typed: Mapping[str, str], figures: Mapping[str, float | None]) -> dict[str, str]:
    errors = {field: "no_figure" for field, value in figures.items() if typed[field] and value is None}
    base, aim = figures["baseline"], figures["target"]
    if base is not None and abs(base) < SMALLEST:
        errors["baseline"] = "baseline_zero"
    elif base is not None and aim is not None:
        step = aim - base if typed["direction"] == "higher" else base - aim
        if step < SMALLEST:
            errors["target"] = "no_better"
    return errors
