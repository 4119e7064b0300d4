"""When has use of the product reached a milestone? By users who did something, or by the share of seats in use."""

from datetime import timedelta
from typing import Any

import pytest

from domain.clock import DAY
from domain.playbook import Playbook, ReachedByUsage, content_hash
from domain.rules.using import Using, counts_from, in_words, is_reached, lets_usage_reach, reachable
from playbooks.library import Library
from tests.support import databases
from tests.support.databases import NOON


def playbook(**rules: dict[str, Any]) -> Playbook:
    """The high-touch playbook, with rules of usage for milestones by their keys."""
    raw = Library(None).get("high-touch").model_dump(by_alias=True)
    for stage in raw["stages"]:
        for milestone in stage["milestones"]:
            milestone["reached_by_usage"] = rules.get(milestone["key"])
    return Playbook.model_validate(raw)


def using(book: Playbook, *, settled: set[str], told: set[str] | None = None) -> Using:
    keys = {milestone.key for milestone in book.milestones}
    return Using(
        onboarding="onboarding-file-1",
        playbook=book,
        seats=40,
        closed_at=NOON,
        groups=frozenset({"acme"}),
        open=frozenset(keys - settled),
        settled=frozenset(settled),
        told=frozenset(told or ()),
    )


def test_usage_reaches_what_is_open_and_has_nothing_before_it() -> None:
    """What is behind a gate is not told at all: it would be refused each time somebody uses the product."""
    book = playbook(environment_set_up={"event": "Signed In"}, gone_live={"activated_pct": 70})
    before = {"kickoff_held", "access_provisioned", "discovery_completed"}
    needed = {
        key for milestone in book.milestones if milestone.key == "environment_set_up" for key in milestone.requires
    }
    stage = next(stage for stage in book.stages if "environment_set_up" in {one.key for one in stage.milestones})
    ready = before | needed | set(stage.opens.after)

    assert [] == reachable(using(book, settled=set()))
    assert ["environment_set_up"] == [one.key for one, _ in reachable(using(book, settled=ready))]
    assert [] == reachable(using(book, settled=ready | {"environment_set_up"}))
    assert [] == reachable(using(book, settled=ready, told={"environment_set_up"}))


def test_what_a_person_signs_and_what_comes_by_itself_is_not_reached_by_usage() -> None:
    """Lint says so; a playbook that was kept before must not surprise anybody."""
    rule = {"event": "Signed In"}

    assert not lets_usage_reach(playbook(hypercare_closed=rule, uat_signed_off=rule))
    assert lets_usage_reach(playbook(kickoff_held=rule))


@pytest.mark.parametrize(
    ("rule", "users", "reached"),
    [
        ({"event": "Signed In"}, 0, False),
        ({"event": "Signed In"}, 1, True),
        ({"event": "Signed In", "users": 5}, 4, False),
        ({"event": "Signed In", "users": 5}, 5, True),
        ({"activated_pct": 70}, 27, False),
        ({"activated_pct": 70}, 28, True),
        ({"activated_pct": 100}, 60, True),
    ],
)
def test_so_many_users_reach_it(rule: dict[str, Any], users: int, reached: bool) -> None:
    """Of forty seats."""
    assert reached == is_reached(ReachedByUsage(**rule), users=users, seats=40)


def test_a_deal_without_seats_has_no_share_of_them() -> None:
    assert not is_reached(ReachedByUsage(activated_pct=1), users=1000, seats=None)


def test_use_from_before_the_close_does_not_count() -> None:
    """A second deal of a customer is not reached by what they did with the first; a show's clock knows no such day."""
    one = using(playbook(), settled=set())
    rule = ReachedByUsage(event="Signed In", within_days=7)

    assert NOON == counts_from(rule, one, now=NOON + DAY * 3)
    assert NOON + DAY * 3 == counts_from(rule, one, now=NOON + DAY * 10)
    assert NOON == counts_from(ReachedByUsage(activated_pct=70), one, now=NOON + DAY * 90)
    second = timedelta(seconds=1)
    assert NOON - DAY - 7 * second == counts_from(rule, one, now=NOON - DAY, day_length=second)


def test_the_note_says_what_was_seen() -> None:
    assert "Signed In: 1 user in the last 7 days" == in_words(ReachedByUsage(event="Signed In"), users=1, seats=40)
    assert "28 of 40 seats are in use" == in_words(ReachedByUsage(activated_pct=70), users=28, seats=40)


def test_a_playbook_without_such_rules_keeps_its_hash() -> None:
    """Onboardings go by it; this one was computed before there were such rules."""
    before = "f1c6128777267c90f208e370f4adb504b60669830d056a348e772334c82ee679"

    assert before == content_hash(databases.playbook())
    assert content_hash(playbook()) != content_hash(playbook(kickoff_held={"event": "Signed In"}))
