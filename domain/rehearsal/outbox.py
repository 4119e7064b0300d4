"""Which messages reach somebody? As the outbox has it: what became pointless does not go, what may joins a digest."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.agenda.state import State
from domain.notice import OUTLIVES_THE_ONBOARDING, Notice, Person, task_of
from domain.record import Dossier
from domain.rules import digests
from domain.rules.casting import staff_person
from domain.rules.hours import WorkingHours, next_morning
from domain.team import Team


class Readers(NamedTuple):
    """Who reads the messages of an onboarding, and when."""

    dossier: Dossier
    team: Team
    hours: WorkingHours

    def person(self, id: str) -> Person:
        member = self.team.member(id)
        person = staff_person(member, "en") if member else self.dossier.person(id)
        assert person is not None, "nobody else is written to"
        return person

    def morning_after(self, person: Person, moment: datetime) -> datetime:
        return next_morning(person, moment, self.hours, team=self.team, sale=self.dossier.deal)


class Sent(NamedTuple):
    """A notice that reached somebody; one that is `joined` travelled inside a message that another began."""

    notice: Notice
    at: datetime
    joined: bool


class _Waiting(NamedTuple):
    number: int
    notice: Notice
    rejections: int
    at: datetime


class Outbox:
    """Notices on their way. Each is looked at once more right before it goes (`store.outbox` does the same)."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._waiting: list[_Waiting] = []
        self._known = 0
        self._sent_on: dict[tuple[str, date], list[bool]] = {}
        self._collapsing: list[tuple[int, Notice]] = []
        self._reminded: dict[tuple[str, str, str], datetime] = {}
        self.withdrawn = 0

    def take(self, notices: Iterable[Notice], state: State) -> None:
        """Take those that came since; `notices` are all, in the order in which they were decided."""
        for notice in list(notices)[self._known :]:
            self._known += 1
            waiting = _Waiting(self._known, notice, _rejections(state, notice), notice.not_before)
            self._waiting.append(waiting)

    def deliver(self, state: State, until: datetime) -> Iterator[Sent]:
        """The notices that go by that moment while the state stays as it is, the soonest first."""
        while (first := min(self._ripe(until), key=lambda one: one.at, default=None)) is not None:
            self._waiting.remove(first)
            if _is_pointless(first, state) or self._is_overtaken(first) or self._was_reminded(first, first.at):
                self.withdrawn += 1
                continue
            yield from self._go(first, state)

    def _ripe(self, until: datetime) -> list[_Waiting]:
        return [one for one in self._waiting if one.at <= until]

    def _go(self, first: _Waiting, state: State) -> list[Sent]:
        """The message that this notice begins, as its parts; none where it is one too many for today."""
        person = self._readers.person(first.notice.to)
        theirs = [one for one in self._waiting if one.notice.to == person.id and not _is_pointless(one, state)]
        theirs = [one for one in theirs if not self._is_overtaken(one, by=first)]
        theirs = [one for one in theirs if not self._was_reminded(one, first.at)]
        parts = digests.joined_by(first.notice, (one.notice for one in theirs), at=first.at)
        essential = digests.is_essential(parts)
        today = first.at.astimezone(ZoneInfo(person.time_zone)).date()
        earlier = self._sent_on.setdefault((person.id, today), [])
        if digests.is_counted(first.notice, person) and digests.too_many(earlier, essential=essential):
            self._waiting.append(first._replace(at=self._readers.morning_after(person, first.at)))
            return []
        earlier.append(essential)
        gone = [one for one in [first, *theirs] if one.notice in parts]
        self._collapsing += [(one.number, one.notice) for one in gone if one.notice.collapses]
        self._reminded |= {_told_of(one.notice): first.at for one in gone if one.notice.kind == "reminder"}
        self._waiting = [one for one in self._waiting if one not in gone]
        ordered = digests.in_order(parts)
        return [Sent(part, first.at, joined=part is not ordered[0]) for part in ordered]

    def _is_overtaken(self, one: _Waiting, *, by: _Waiting | None = None) -> bool:
        """Whether a newer one tells the same person of the same thing, and went or goes by the same moment.

        Where one would travel in the message that another begins, that is `by` which.
        """
        if not one.notice.collapses:
            return False
        at, others = (by.at, [by, *self._waiting]) if by else (one.at, self._waiting)
        going = [(other.number, other.notice) for other in others if other.at <= at]
        return any(
            number > one.number and other.collapses and (other.to, other.about) == (one.notice.to, one.notice.about)
            for number, other in [*going, *self._collapsing]
        )

    def _was_reminded(self, one: _Waiting, at: datetime) -> bool:
        """Whether one of the customer's was reminded of what is due today on their working day before."""
        person, before = self._readers.person(one.notice.to), self._reminded.get(_told_of(one.notice))
        if before is None or person.side != "customer" or not digests.is_of_the_day(one.notice.kind, one.notice.facts):
            return False
        zone = ZoneInfo(person.time_zone)
        return self._readers.morning_after(person, before).astimezone(zone).date() == at.astimezone(zone).date()


def _told_of(notice: Notice) -> tuple[str, str, str]:
    return notice.to, notice.about, str(notice.facts.get("due", ""))


def _rejections(state: State, notice: Notice) -> int:
    milestone = state.milestone(notice.while_open) if notice.while_open else None
    return milestone.rejections if milestone else 0


def _is_pointless(one: _Waiting, state: State) -> bool:
    if state.ending and one.notice.kind not in OUTLIVES_THE_ONBOARDING:
        return True
    key = one.notice.while_open
    if key is None:
        return False
    if task := task_of(key):
        return task not in state.tasks
    milestone = state.milestone(key)
    if milestone is not None:
        return milestone.settled or milestone.rejections > one.rejections
    return state.issue(key) is None
