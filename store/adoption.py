"""What have four weeks of use come to, person by person where the customer has agreed? And who was written to?"""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, select

from domain.deal import DealClosed
from domain.measure.adoption import WEEKS, AdoptionSeen, WeekOfUser, adoption_seen, agreed_by_person, numbers_of
from domain.playbook import Playbook
from domain.questions import Told
from domain.record import JournalRow
from domain.room.deeds import Deed
from domain.usage import EPOCH
from store.engine import read_transaction, wall_clock, write_transaction
from store.entries import journal_row
from store.room_writes import held, tell
from store.rows import add
from store.tables import journal, usage_groups, usage_people, usage_weeks
from store.usage_weeks import OF_A_WEEK, bits_of, monday_of

USER_THANKED, USER_ASKED = "user_thanked", "user_asked"
"""Kinds of rows of the journal: who was thanked for their use, and who was asked what keeps them."""


class SqlAdoption:
    """Reads who uses the product, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, onboarding: str, playbook: Playbook, deal: DealClosed, *, now: datetime) -> AdoptionSeen | None:
        """The four whole weeks before that of `now`, which is wall time.

        None where the playbook does not look for anybody, and where nobody has used the product.
        """
        if playbook.adoption is None:
            return None
        running = monday_of((now - EPOCH).days)
        people = numbers_of(deal) if agreed_by_person(deal) else None
        with read_transaction(self._engine) as connection:
            weeks = _weeks(connection, onboarding, since=running - WEEKS * OF_A_WEEK, before=running)
            if not weeks:
                return None
            numbers = {number for of_person in (people or {}).values() for number in of_person}
            ever = _ever(connection, onboarding, numbers)
            core = bits_of(connection, playbook)
        since = (EPOCH + timedelta(days=running - WEEKS * OF_A_WEEK)).date()
        return adoption_seen(playbook.adoption, weeks, since=since, core=core, people=people, ever=ever)

    def tell(
        self,
        onboarding: str,
        kind: str,
        person: str,
        deed: Deed,
        *,
        since: date,
        tell_of: Callable[[str], Told],
    ) -> Collection[str]:
        """Write to that person about the weeks from `since` on, with its row of the journal; returns the channels.

        `tell_of` words it in the owner's name. Again within these weeks it changes nothing. Raises UnknownOnboarding.
        """
        with write_transaction(self._engine) as connection:
            told = tell_of(held(connection, onboarding))
            row = journal.c
            of_it = (row.onboarding == onboarding, row.kind == kind, row.about == person)
            if any(tells_of(key, since) for key in connection.scalars(select(row.key).where(*of_it))):
                return ()
            tell(connection, onboarding, told)
            entry = JournalRow(
                key=f"{kind}/{person}/{since}",
                at=deed.at,
                kind=kind,
                about=person,
                by=deed.by,
                via=deed.via,
                proved=deed.proved,
            )
            add(connection, journal, [journal_row(onboarding, entry, now=wall_clock())])
        return {notice.channel for notice in told.notices}


def tells_of(key: str, since: date) -> bool:
    """Whether the row of that key was about a week of those from `since` on: the weeks go on every Monday."""
    return date.fromisoformat(key.rpartition("/")[2]) + WEEKS * timedelta(days=OF_A_WEEK) > since


def _weeks(connection: Connection, onboarding: str, *, since: int, before: int) -> list[WeekOfUser]:
    week = usage_weeks.c
    theirs = usage_groups.join(usage_weeks, week.group_id == usage_groups.c.group_id)
    query = select(week.person, week.week, week.days, week.features).select_from(theirs)
    query = query.where(usage_groups.c.onboarding == onboarding, week.week >= since, week.week < before)
    return [WeekOfUser(*row) for row in connection.execute(query)]


def _ever(connection: Connection, onboarding: str, numbers: set[int]) -> set[int]:
    """Those of the numbers whose use of the product was ever seen at that customer's."""
    if not numbers:
        return set()
    theirs = usage_groups.join(usage_people, usage_people.c.group_id == usage_groups.c.group_id)
    query = select(usage_people.c.person).select_from(theirs).where(usage_groups.c.onboarding == onboarding)
    return set(connection.scalars(query.where(usage_people.c.person.in_(sorted(numbers)))))
