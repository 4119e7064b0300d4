"""Are plans of changes kept as they were shown, and applied by one at a time?"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from domain.rehearsal.planning import Planned, PlanOfChange
from store.change_plans import KEPT_FOR, TAKEN_FOR, SqlChangePlans
from tests.support import databases
from tests.support.databases import NOON

empty_database, database, engine = databases.empty_database, databases.database, databases.engine

ONE = Planned(onboarding="onboarding-file-a", account="Lindenau", goes_by="0" * 64, seen="ab")
PLAN = PlanOfChange(playbook="high-touch", to="1" * 64, hash="2" * 64, onboardings=(ONE,))
ANOTHER = PLAN.model_copy(update={"hash": "22" + "3" * 62})
OF_ANOTHER_PLAYBOOK = PLAN.model_copy(update={"hash": "4" * 64, "playbook": "low-touch"})


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def plans(engine: Engine, clock: Clock) -> SqlChangePlans:
    kept = SqlChangePlans(engine, clock=clock)
    for plan in (PLAN, ANOTHER, OF_ANOTHER_PLAYBOOK):
        kept.keep(plan)
    return kept


def test_a_plan_is_found_by_how_its_hash_begins(plans: SqlChangePlans) -> None:
    assert [PLAN] == [kept.plan for kept in plans.beginning("222222")]
    assert [PLAN, ANOTHER] == [kept.plan for kept in plans.beginning("22")]
    assert [] == plans.beginning("%")


def test_planned_again_with_the_same_answer_it_is_a_new_moment(plans: SqlChangePlans, clock: Clock) -> None:
    """By which those who were changed and went back may be changed again."""
    clock.now += timedelta(hours=1)
    plans.keep(PLAN)

    [kept] = plans.beginning(PLAN.hash)

    assert (PLAN, clock.now) == kept


def test_what_is_old_is_forgotten(plans: SqlChangePlans, clock: Clock) -> None:
    clock.now += KEPT_FOR + timedelta(seconds=1)
    plans.keep(PLAN)

    assert [PLAN] == [kept.plan for kept in plans.beginning("2")]


def test_of_the_plans_of_a_playbook_one_is_applied_at_a_time(plans: SqlChangePlans) -> None:
    assert None is plans.take(PLAN, "a")
    assert None is plans.take(PLAN, "a")

    assert [PLAN.hash] * 2 == [plans.take(PLAN, "b"), plans.take(ANOTHER, "b")]
    assert None is plans.take(OF_ANOTHER_PLAYBOOK, "b")

    plans.release(PLAN, "b")
    assert PLAN.hash == plans.take(PLAN, "b")
    plans.release(PLAN, "a")
    assert None is plans.take(ANOTHER, "b")


def test_whoever_was_killed_has_it_no_longer(plans: SqlChangePlans, clock: Clock) -> None:
    plans.take(PLAN, "a")
    clock.now += TAKEN_FOR - timedelta(seconds=1)
    assert PLAN.hash == plans.take(PLAN, "b")

    clock.now += timedelta(seconds=2)

    assert None is plans.take(PLAN, "b")
