"""What did somebody hear of an onboarding, what will they hear soon, and what not? Each with the reason."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from domain import agenda
from domain.notice import Notice
from domain.record import Dossier
from domain.refusal import Refused
from domain.rehearsal.driving import NeverAtRest
from domain.rehearsal.supposing import FURTHEST_AHEAD
from domain.rules.parts_in import Called, Reader, part_in, silence, standing
from domain.team import Team
from domain.text import LANGUAGES, in_language
from domain.wire import Wire
from domain.wording import moment_in_words
from runtime.connection import BadTemporalProfile, CannotReachTemporal
from starter.doors.onboardings import OnboardingDoor
from starter.doors.people import person as person_named
from starter.doors.receipts import CHOICES, Course, MessageReceipt, Wording, of_message, of_plan
from starter.doors.trying import forked
from starter.trouble import NotFound, NotReachable
from store.ledger import SqlLedger
from store.reads import OnboardingInFull, one
from store.reads import journal as journal_of
from store.receipts import Message, Reached, entries_about_messages, messages_for, reached

if TYPE_CHECKING:
    from sqlalchemy import Engine

SOON = timedelta(days=14)
"""What somebody gets soon: two weeks have the weekly and the fortnightly message, and little is reported meanwhile."""
AT_MOST = timedelta(days=FURTHEST_AHEAD)
"""How far is looked ahead for one thing: its reminders and its ladder may lie weeks away."""
Door = Callable[[], Awaitable[OnboardingDoor]]


class Hearing(Wire):
    """What one person hears of an onboarding, in order of time, and what keeps other messages from them."""

    person: str
    about: str | None
    kind: str | None
    time_zone: str = Field(description="theirs, in which the sentences give moments")
    standing: tuple[str, ...] = Field(description="who they are here, and what holds for all messages to them")
    part: tuple[str, ...] = Field(description="their part in the milestone that was asked about")
    receipts: tuple[MessageReceipt, ...] = Field(description="one a message, the earliest first")
    ahead: str = Field(description="how far was looked ahead, or why what lies ahead is not known")


async def heard(
    onboarding: str,
    person: str,
    *,
    about: str | None = None,
    kind: str | None = None,
    engine: "Engine",
    ledger: SqlLedger,
    team: Team,
    door: Door,
    named: bool = False,
) -> Hearing:
    """What that person hears, by id or address. In sentences people stand by their ids, or by `named`, by their names.

    `about` keeps what is about one thing, `kind` the messages of one kind. Raises UnknownOnboarding; InvalidNews,
    naming `person`, where nobody of that name takes part; NotFound for an `about` of which nothing is known.
    """
    dossier = await asyncio.to_thread(ledger.dossier, onboarding)
    id = person_named(person, team=team, dossier=dossier, onboarding=onboarding, field="person")
    planned, drafts, ahead, now = await _ahead(onboarding, AT_MOST if about else SOON, door)

    def told() -> Hearing:
        row = one(engine, onboarding)
        telling = _Telling(
            engine=engine,
            row=row,
            dossier=dossier,
            team=team,
            called=_called(dossier, team, named=named),
            reading=reached(engine, onboarding, id),
            about=about,
            kind=kind,
        )
        return telling.of(id, planned, drafts, ahead, now or row.as_of or datetime.now(UTC))

    return await asyncio.to_thread(told)


@dataclass(frozen=True, kw_only=True)
class _Telling:
    """All that is read for one answer."""

    engine: "Engine"
    row: OnboardingInFull
    dossier: Dossier
    team: Team
    called: Called
    reading: Reached
    about: str | None
    kind: str | None

    def of(self, id: str, planned: Sequence[Notice], drafts: dict[str, datetime], ahead: str, now: datetime) -> Hearing:
        reader = Reader(id, {id, *self.reading.also}, self.dossier, self.team, self.row.owner, self.called)
        words = Wording(id, self.called, self._zone(id), {m.key: m.title for m in self.row.milestones})
        holders: dict[str, list[str]] = {one.kind: self._holders(one.holder) for one in self.dossier.playbook.drafts}
        entries = entries_about_messages(self.engine, self.row.onboarding)
        course = Course(self.reading, datetime.now(UTC), entries, drafts, holders)
        messages = messages_for(self.engine, self.row.onboarding, id)
        keys = {message.key for message in messages}
        to_come = [one for one in planned if one.to == id and one.key not in keys]
        receipts = [
            *(of_message(message, words, course) for message in messages if self._is_meant(message)),
            *(of_plan(one, words, course) for one in to_come if self._is_meant(one)),
        ]
        return Hearing(
            person=id,
            about=self.about,
            kind=self.kind,
            time_zone=words.zone,
            standing=(*standing(reader, now=now), *self._all_messages(words)),
            part=tuple(self._part(reader, {one.about for one in messages}, silent=not receipts)),
            receipts=tuple(sorted(receipts, key=lambda one: one.at)),
            ahead=ahead,
        )

    def _is_meant(self, one: Message | Notice) -> bool:
        if self.kind not in (None, one.kind):
            return False
        return self.about in (None, one.about) or self._is_listed(one.facts.get("overdue", ()))

    def _is_listed(self, overdue: Sequence[Mapping[str, Any]]) -> bool:
        """Whether a message about several things lists that milestone, by the title that its reader reads."""
        milestone = self.dossier.playbook.milestone(self.about or "")
        titles = {in_language(milestone.title, language) for language in LANGUAGES} if milestone else set()
        return any(one.get("title") in titles for one in overdue)

    def _all_messages(self, words: Wording) -> list[str]:
        """What holds for all messages to them, whoever they are."""
        sentences = []
        if self.reading.also:
            also = ", ".join(map(self.called, self.reading.also))
            sentences.append(f"The same address is that of {also}: each message reaches it once, under one of the ids.")
        if since := self.reading.unsubscribed:
            on = moment_in_words(since, words.zone)
            sentences.append(f"{words.name} unsubscribed on {on} from letters that are not essential.")
        chosen = self.reading.preferences
        if chosen is not None and chosen.hears != "everything":
            sentences.append(f"{words.name} chose to hear {CHOICES[chosen.hears]}.")
        if chosen is not None and (chosen.quiet_from or chosen.quiet_days):
            sentences.append(f"{words.name} chose quiet hours: what would come in them waits, unless it is critical.")
        if since := self.reading.unreachable:
            on = moment_in_words(since, words.zone)
            sentences.append(f"No mail reaches the address of {words.name} since {on}: another one is needed.")
        if self.row.status == "paused":
            sentences.append("The onboarding is paused: reminders, meetings and letters come once it goes on.")
        if self.row.status == "ending":
            sentences.append("The onboarding is about to end: what waits by then is withdrawn.")
        return sentences

    def _part(self, reader: Reader, written_about: Collection[str], *, silent: bool) -> list[str]:
        if self.about is None:
            return []
        row = next((one for one in self.row.milestones if one.key == self.about), None)
        if row is None:
            self._refuse_unknown(written_about)
            return []
        milestone = self.dossier.playbook.milestone(row.key)
        if milestone is None:
            return [f"The playbook that it goes by now does not ask for {row.key}."]
        sentences = list(part_in(reader, milestone))
        if silent:
            open_keys = {one.key for one in self.row.milestones if one.status == "open"}
            entries = journal_of(self.engine, self.row.onboarding, about=row.key)
            sentences += silence(reader, milestone, row, entries, open_keys=open_keys)
        return sentences

    def _refuse_unknown(self, written_about: Collection[str]) -> None:
        playbook, row = self.dossier.playbook, self.row
        known = {*written_about, *(one.key for one in row.stages), *(one.key for one in row.registers)}
        known |= {one.key for one in playbook.cadences} | {one.key for one in playbook.hand_off.criteria}
        if self.about in known or journal_of(self.engine, row.onboarding, about=self.about, newest=1):
            return
        milestones = ", ".join(one.key for one in row.milestones)
        raise NotFound(f"{self.about}: nothing is known of that; its milestones are {milestones}")

    def _holders(self, holder: str) -> list[str]:
        return list(dict.fromkeys([self.row.owner, *(["seller"] if holder == "seller" else [])]))

    def _zone(self, id: str) -> str:
        member, known = self.team.member(id), self.dossier.person(id)
        return member.time_zone if member else known.time_zone if known else self.dossier.calendar.time_zone


def _called(dossier: Dossier, team: Team, *, named: bool) -> Called:
    def name(id: str) -> str:
        member, known = team.member(id), dossier.person(id)
        called = in_language(member.name, "en") if member else known.name if known else id
        return called or id

    return name if named else str


async def _ahead(
    onboarding: str, ahead: timedelta, door: Door
) -> tuple[Sequence[Notice], dict[str, datetime], str, datetime | None]:
    """What comes if nobody reports anything, when each draft goes by itself, how far that is known, and the moment."""
    try:
        fork = await forked(await door(), onboarding)
        now = fork.driver.now
        moments = {
            one["about"]: datetime.fromisoformat(one["due"]) for one in _drafts(agenda.agenda(fork.driver.state))
        }
        notices = await asyncio.to_thread(fork.sent_until, now + ahead)
    except Refused as refused:
        return (), {}, f"Nothing lies ahead: {refused.reason}.", None
    except (CannotReachTemporal, BadTemporalProfile, NotReachable, NotFound, NeverAtRest):
        return (), {}, "What lies ahead is not known: no worker could be asked.", None
    return notices, moments, f"What lies ahead is shown for {ahead.days} days.", now


def _drafts(entries: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [entry for entry in entries if entry["rule"] == "draft"]
