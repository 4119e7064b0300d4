"""What lies in each person's inbox at the end of a story? Lived on the pure core, sent from a real store, worded."""

import functools
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from activities.calendars import hours_of, public_holidays
from activities.channels.texts.rendering import Rendering
from domain.deal import DealClosed
from domain.notice import NoticeKind, Person
from domain.record import Dossier, Receipt, Writing
from domain.refusal import Refused
from domain.rehearsal.driving import Driver, opening
from domain.rehearsal.memory import Memory
from domain.rehearsal.people import People
from domain.rehearsal.scenario import Scenario
from domain.rules.admission import calendar_of
from domain.rules.casting import cast_customer
from domain.rules.closing import both_open
from domain.rules.hours import mornings
from domain.text import Language
from store.engine import migrate, open_store
from store.ledger import SqlLedger
from store.links import LinkMaker
from store.outbox import SqlOutbox
from tests.support.parts import STAFF
from tests.support.rehearsals import scenario
from tests.support.simulation import deal, playbook_of

RENDERING = Rendering(companies={"en": "Example Vendor", "ja": "株式会社サンプル"})
SENDER = "Example CS"
PAGES = "https://rooms.vendor.example"
DEALS: dict[Language, str] = {"en": "lindenau-germany", "ja": "aozora-japan"}
"""A customer of each language, with one person for each part."""


class Letter(NamedTuple):
    """One message as it lies in somebody's inbox; `kinds` are those of its parts."""

    at: datetime
    to: Person
    kinds: tuple[NoticeKind, ...]
    subject: str
    text: str
    html: str
    body: str

    @property
    def words(self) -> str:
        return f"{self.subject}\n\n{self.text}"


class Change(NamedTuple):
    """A piece of news at noon of a day after the close."""

    day: int
    kind: str
    news: dict[str, Any]


@dataclass
class _Kept(Memory):
    """A memory that writes all into a store besides."""

    ledger: SqlLedger | None = None

    def admit(self, dossier: Dossier, *, run: str) -> None:
        super().admit(dossier, run=run)
        self._store.admit(dossier, run=run)

    def write(self, writing: Writing) -> None:
        super().write(writing)
        self._store.write(writing)

    @property
    def _store(self) -> SqlLedger:
        assert self.ledger is not None, "given when it is made"
        return self.ledger


@dataclass
class Lived:
    """One onboarding with its outbox, whose clock is the story's own."""

    scenario: Scenario
    deal: DealClosed
    playbook: str
    folder: Path
    changes: Sequence[Change] = ()
    letters: list[Letter] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def __post_init__(self) -> None:
        url = f"sqlite:///{self.folder / 'story.sqlite'}"
        migrate(url)
        self.engine = open_store(url)
        self.now = self.deal.as_of or self.deal.closed_at
        team = STAFF()
        self.calendar = both_open(calendar_of(self.deal, public_holidays), self.deal, ours=team.closures)
        state, dossier = opening(self.deal, playbook_of(self.playbook), self.calendar, team, now=self.now)
        records = _Kept(ledger=SqlLedger(self.engine, clock=self.clock))
        records.admit(dossier, run="story")
        self.driver = Driver(state, dossier, team, records, now=self.now, hours=hours_of)
        self.people = People(self.scenario, self.driver)
        self.outbox = SqlOutbox(
            self.engine,
            mail_domain="vendor.example",
            clock=self.clock,
            morning_after=mornings(hours_of),
            links=LinkMaker(address=PAGES, key=b"k" * 32),
        )
        self.until = self.noon(self.scenario.days)

    def clock(self) -> datetime:
        return self.now

    def noon(self, day: int) -> datetime:
        return self.calendar.at(self.calendar.day_of(self.deal.closed_at) + timedelta(days=day), time(12))

    def live(self) -> "Lived":
        """To the end of the onboarding, and until everything has been sent."""
        self.driver.settle()
        changes = sorted(self.changes, key=lambda one: one.day)
        while not self.driver.state.ending and self.now < self.until:
            move, wakes_at = self.people.next(), self.driver.wakes_at()
            moments = [at for at in (move.at if move else None, wakes_at) if at is not None]
            soonest = min([*moments, self.until])
            if changes and self.noon(changes[0].day) <= soonest:
                change = changes.pop(0)
                self._pass(self.noon(change.day))
                self._change(change)
            elif move is not None and move.at <= soonest:
                self._pass(move.at)
                self.people.done.add(move.key)
                self.driver.update(move.kind, move.news)
            else:
                self._pass(soonest)
        self._send(self.until)
        self.engine.dispose()
        return self

    def _change(self, change: Change) -> None:
        try:
            self.driver.update(change.kind, change.news)
        except Refused as refusal:
            self.refused.append(refusal)
        self.people.customer = cast_customer(self.driver.dossier.deal)

    def _pass(self, moment: datetime) -> None:
        self._send(moment)
        self.driver.until(moment)

    def _send(self, until: datetime) -> None:
        """Send what may go by that moment, the soonest first."""
        while True:
            if ids := self.outbox.ready("mail", now=self.now, most=1_000):
                for id in ids:
                    self._deliver(id)
                continue
            following = self.outbox.next_ready("mail", after=self.now)
            self.now = until if following is None else min(following, until)
            if self.now >= until:
                return

    def _deliver(self, id: int) -> None:
        waiting = self.outbox.take(id, now=self.now)
        if waiting is None:
            return
        rendered = RENDERING.render(waiting, sender=SENDER)
        kinds = tuple(part.kind for part in waiting.parts) or (waiting.notice.kind,)
        self.letters.append(
            Letter(
                at=self.now,
                to=waiting.person,
                kinds=kinds,
                subject=rendered.subject,
                text=rendered.text,
                html=rendered.html,
                body=rendered.body,
            )
        )
        receipt = Receipt(
            message_id=waiting.message_id, place="inbox", at=self.now, subject=rendered.subject, text=rendered.text
        )
        self.outbox.sent(id, receipt)

    @property
    def ending(self) -> str | None:
        return self.driver.state.ending

    def person(self, id: str) -> Person:
        person = self.driver.dossier.person(id)
        assert person is not None
        return person

    def to(self, *people: str) -> list[Letter]:
        """What those people got, by id or role, in order."""
        return [letter for letter in self.letters if letter.to.id in people or letter.to.role in people]

    def to_side(self, side: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.to.side == side]


def lived(
    tier: str,
    language: Language = "en",
    *,
    changes: Iterable[Change] = (),
    deal_changes: dict[str, Any] | None = None,
    **of_scenario: Any,
) -> Lived:
    """The story of a customer of that language by that playbook, by default with everything in time."""
    one = scenario(**{"key": "punctual", **of_scenario})
    with tempfile.TemporaryDirectory(prefix="day90-inbox-") as folder:
        sale = deal(DEALS[language], **(deal_changes or {}))
        return Lived(one, sale, tier, Path(folder), tuple(changes)).live()


@functools.cache
def in_time(tier: str, language: Language) -> Lived:
    """Everything in time."""
    return lived(tier, language)
