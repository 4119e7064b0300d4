"""Who hears that the customer has proposed a goal? Our contact. And who of the customer's decides on goals?"""

from collections.abc import Mapping
from typing import Any

from domain.measure.goals import Goal
from domain.notice import Person
from domain.questions import Told
from domain.record import Dossier
from domain.rules.addressing import Desk
from domain.rules.casting import cast_customer
from domain.text import plain

DECIDE = ("project_lead", "executive_sponsor")
"""Roles of the customer's that agree to goals; who stands in for one of them does so as well."""


def who_decides(dossier: Dossier) -> list[str]:
    """The ids of those of the customer's who may agree to a goal."""
    cast = cast_customer(dossier.deal)
    return list(dict.fromkeys(id for role in DECIDE for id in cast[role]))


def goal_proposed(goal: Goal, by: str, desk: Desk) -> Told:
    """A goal that somebody of the customer's has said, to the owner."""

    def facts(reader: Person) -> Mapping[str, Any]:
        return {
            "who": desk.name(by, reader),
            "title": goal.title,
            "unit": goal.unit,
            "baseline": figure(goal.baseline),
            "target": figure(goal.target),
            "by_day": goal.by_day or 0,
            "goal": goal.key,
            "again": goal.revision > 1,
        }

    return desk.to_us("goal_proposed", facts, key=f"goal/{goal.key}/{goal.revision}", about=goal.key)


def figure(value: float | None) -> str:
    """A figure as people write it, without needless zeros; empty for none."""
    return "" if value is None else plain(value)
