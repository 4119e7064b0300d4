"""Whose yes does a goal wait for, by who has said it and who has agreed?"""

from datetime import UTC, datetime

import pytest

from domain.measure.goals import Goal
from domain.room.consents import Consent, with_consents

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
YES = {
    "ours": Consent(goal="orders", revision=1, side="vendor", by="grace.lee", at=NOON),
    "theirs": Consent(goal="orders", revision=1, side="customer", by="lead", at=NOON),
}


@pytest.mark.parametrize(
    ("by", "yeses", "standing"),
    [
        ("grace.lee", (), "waits_for_customer"),
        ("grace.lee", ("theirs",), "agreed"),
        ("lead", (), "waits_for_us"),
        ("lead", ("ours",), "agreed"),
        ("user", (), "waits_for_customer"),
        ("user", ("ours",), "waits_for_customer"),
        ("user", ("theirs",), "waits_for_us"),
        ("user", ("ours", "theirs"), "agreed"),
    ],
)
def test_a_side_has_agreed_by_who_decides_alone(by: str, yeses: tuple[str, ...], standing: str) -> None:
    """What an end user says is nobody's yes: their lead says it, as to a goal of ours."""
    goal = Goal(key="orders", title="Orders", unit="a day", target=20, by=by, revision=1)

    [one] = with_consents([goal], [YES[whose] for whose in yeses], contacts={"lead", "user"}, deciders={"lead"})

    assert standing == one.standing
