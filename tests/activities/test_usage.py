"""What follows from usage: it is counted, milestones that it reaches are reported once, and none waits for others."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities.usage import UsageCounted, Watching
from domain.clock import DAY
from domain.playbook import ReachedByUsage
from domain.record import JournalRow, Writing
from domain.refusal import Refused
from domain.trouble import NotReachable
from domain.usage import UsageEvent, milliseconds, number_of
from store.ledger import SqlLedger
from store.usage import SqlUsage
from store.usage_counts import SqlUsageBooks
from tests.support import databases
from tests.support.databases import NOON

database = databases.database
engine = databases.engine

NOW = NOON + timedelta(hours=2)


@dataclass
class Told:
    """A door that records news, or that refuses them or is silent for an onboarding."""

    troubles: dict[str, Exception] = field(default_factory=dict)
    told: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    async def start(self, raw: object) -> Any:
        raise NotImplementedError

    async def tell(self, onboarding: str, kind: str, raw: Mapping[str, Any]) -> Any:
        if onboarding in self.troubles:
            raise self.troubles[onboarding]
        self.told.append((onboarding, kind, raw))


@dataclass
class Here:
    engine: Engine
    door: Told = field(default_factory=Told)
    events: int = 0

    def onboarding(self, number: str = "1", *, rule: ReachedByUsage | None = None, **deal: Any) -> str:
        """An open onboarding whose one milestone usage reaches by that rule."""
        made = databases.dossier(databases.deal(number, **deal))
        book = made.playbook
        [stage] = book.stages
        met = stage.milestones[0].model_copy(update={"reached_by_usage": rule or ReachedByUsage(event="Met", users=2)})
        stage = stage.model_copy(update={"milestones": (met,)})
        made = made.model_copy(update={"playbook": book.model_copy(update={"stages": (stage,)})})
        ledger = SqlLedger(self.engine)
        ledger.admit(made, run=f"run-{number}")
        self.stands(made.onboarding, "open")
        return made.onboarding

    def stands(self, onboarding: str, status: str, *journal: JournalRow, **standing: Any) -> None:
        as_of = NOON + timedelta(minutes=1) if journal or standing else NOON
        told = databases.standing(databases.milestone(status=status), as_of=as_of, **standing)
        SqlLedger(self.engine).write(Writing(onboarding=onboarding, standing=told, journal=journal))

    def used(self, *users: str, group: str = "file-1", event: str = "Met", ago: timedelta = timedelta(0)) -> None:
        at = milliseconds(NOW - ago)
        made = []
        for user in users:
            self.events += 1
            key = self.events.to_bytes(16, "big")
            made.append(UsageEvent(key, at // 86_400_000, group, number_of(user), event, at))
        SqlUsage(self.engine).write(made)

    async def look(self) -> UsageCounted:
        with ThreadPoolExecutor(1) as threads:
            watching = Watching(
                books=SqlUsageBooks(self.engine), door=self.door, now=lambda: NOW, kept=DAY * 31, threads=threads
            )
            looked: UsageCounted = await ActivityEnvironment().run(watching.look_at_usage)
        return looked

    @property
    def reached(self) -> list[str]:
        return [onboarding for onboarding, _, _ in self.door.told]


@pytest.fixture
def here(engine: Engine) -> Here:
    return Here(engine)


async def test_a_milestone_is_told_when_enough_users_did_it(here: Here) -> None:
    """The news has one id for ever, and says what was counted."""
    onboarding = here.onboarding()
    here.used("u-1", "u-1")
    assert UsageCounted(days=1) == await here.look()

    here.used("u-2")
    looked = await here.look()

    news = {"milestone": "met", "note": "Met: 2 users in the last 7 days", "news_id": "usage-met"}
    assert [(onboarding, "reach_milestone", news)] == here.door.told
    assert UsageCounted(days=1, reached=1) == looked


async def test_nothing_is_looked_at_twice(here: Here) -> None:
    """A look without new events counts nothing."""
    here.onboarding()
    here.used("u-1", "u-2")
    await here.look()

    assert UsageCounted() == await here.look()
    assert 1 == len(here.reached)


async def test_other_events_other_groups_and_old_ones_do_not_count(here: Here) -> None:
    here.onboarding()
    here.used("u-1")
    here.used("u-2", event="Left")
    here.used("u-3", group="file-2")
    here.used("u-4", ago=DAY * 8)

    await here.look()

    assert [] == here.reached


async def test_a_share_of_the_seats_reaches_it(here: Here) -> None:
    """It does not matter what these users did."""
    onboarding = here.onboarding(rule=ReachedByUsage(activated_pct=50), seats=4)
    here.used("u-1", event="Signed In")
    await here.look()
    assert [] == here.reached

    here.used("u-2", event="Left")
    await here.look()

    assert [onboarding] == here.reached


async def test_usage_counts_for_every_onboarding_of_the_customer(here: Here) -> None:
    """A second deal of the account is known by the same group; one that has ended does not count."""
    first, second, ended = (here.onboarding(n, custom={"usage_group": "acme"}) for n in ("1", "2", "3"))
    here.stands(ended, "open", ending="churned", ended_at=NOON)
    here.used("u-1", "u-2", group="acme")

    await here.look()

    assert [first, second] == here.reached


async def test_a_refusal_is_tried_again_when_more_comes(here: Here) -> None:
    """A look without new events does not try again."""
    onboarding = here.onboarding()
    here.door.troubles[onboarding] = Refused("not yet", field="milestone")
    here.used("u-1", "u-2")
    assert UsageCounted(days=1) == await here.look()
    here.door.troubles.clear()
    assert UsageCounted() == await here.look()

    here.used("u-1")
    await here.look()

    assert [onboarding] == here.reached


async def test_who_does_not_answer_is_told_later_and_holds_up_nobody(here: Here) -> None:
    """The days of the silent stay fresh; those of the others do not."""
    silent, other = here.onboarding("1"), here.onboarding("2")
    here.door.troubles[silent] = NotReachable("no worker")
    here.used("u-1", "u-2")
    here.used("u-1", "u-2", group="file-2")
    assert UsageCounted(days=1, reached=1, troubled=1) == await here.look()

    here.door.troubles.clear()
    await here.look()

    assert [other, silent] == here.reached


async def test_what_a_person_opened_again_is_left_to_people(here: Here) -> None:
    """Usage does not reach a milestone a second time."""
    onboarding = here.onboarding()
    by_usage = databases.happened("fact/milestone_reached/met/1", kind="milestone_reached", about="met", via="usage")
    here.stands(onboarding, "open", by_usage)
    here.used("u-1", "u-2")

    await here.look()

    assert [] == here.reached


async def test_old_events_go_at_a_look(here: Here) -> None:
    """Old events are deleted even when no new ones came."""
    here.used("u-1", ago=DAY * 40)
    await here.look()
    with here.engine.connect() as connection:
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM usage_events").scalar()
        assert 1 == connection.exec_driver_sql("SELECT count(*) FROM usage_weeks").scalar()
