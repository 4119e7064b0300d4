"""What is written down? The journal, the read model and the registers as plain rows, in one bundle per occasion."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from pydantic import Field

from domain.attention import Attention
from domain.calendar import WorkCalendar
from domain.deal import DealClosed, Stakeholder
from domain.introduction import IntroductionEnding, Learnt
from domain.news import Ending
from domain.notice import Notice, Person
from domain.plan import Plan
from domain.playbook import Playbook
from domain.prospect import Prospect
from domain.wire import Instant, Wire

OnboardingStatus = Literal["opening", "on_track", "behind", "stuck", "paused", "ending", Ending, "cancelled"]
"""How an onboarding may stand, endings included; `cancelled` is what Temporal's own cancellation leaves."""


class JournalRow(Wire):
    """One thing that happened, kept for ever. `key` is unique within the onboarding; `at` is business time."""

    key: str
    at: Instant
    kind: str
    about: str = ""
    by: str | None = None
    via: str = "day90"
    proved: bool = False
    note: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class MilestoneRow(Wire):
    key: str
    stage: str
    title: str
    status: Literal["open", "reached", "waived"]
    due: Instant
    at: Instant | None = None
    reasons: tuple[dict[str, Any], ...] = ()
    optional: bool = False


class Figure(Wire):
    """What was measured last of one metric; `origin` is where the figure came from: `reported` or `usage`."""

    metric: str
    value: float
    at: Instant
    origin: str = "reported"


class StageRow(Wire):
    key: str
    title: str
    status: Literal["ahead", "open", "closed"]
    opens_on: str
    closes_on: str


class RegisterRow(Wire):
    """An issue, risk, win, scope change, task, red flag or course correction as it stands now.

    `status` is the register's own word.
    """

    kind: Literal["issue", "risk", "win", "scope_change", "task", "flag", "correction"]
    key: str
    title: str
    status: str
    at: Instant
    data: dict[str, Any] = Field(default_factory=dict)


PROGRAMME_ENDED = "programme_ended"
"""Key and kind of the row of the journal by which a success programme is over."""
OF_PROGRAMME = "programme/"
"""Begins the `meeting` of what a success programme has: its series may be called as one of the onboarding's was."""


class MeetingRow(Wire):
    """A meeting with its hour, as it is agreed now. `uid` is how calendars know it, without our domain."""

    uid: str
    meeting: str
    occasion: str
    title: str
    starts_at: Instant
    minutes: int
    sequence: int
    status: Literal["agreed", "cancelled"]
    people: tuple[str, ...] = ()

    @property
    def of_programme(self) -> bool:
        """Whether it is one of the success programme's, which go on when the onboarding has ended."""
        return self.meeting.startswith(OF_PROGRAMME)


class AttendanceRow(Wire):
    """What one person answered last to an invitation, and to which version of it."""

    meeting: str
    occasion: str
    person: str
    answer: str
    sequence: int
    at: Instant


class Standing(Wire):
    """One onboarding in the read model: what `day90 list` and `show` read. Nothing in it is kept by hand.

    Without `attention`, what the desk shows besides stays as it is.
    """

    status: str
    owner: str
    touch: str
    playbook: str
    playbook_hash: str | None = None
    open_stages: tuple[str, ...]
    waiting_for: tuple[str, ...]
    late: tuple[str, ...]
    next_key: str | None
    next_due: Instant | None
    go_live_due: Instant | None
    first_value_at: Instant | None = None
    days_to_first_value: int | None = None
    ending: str | None = None
    ended_at: Instant | None = None
    as_of: Instant
    stages: tuple[StageRow, ...]
    milestones: tuple[MilestoneRow, ...]
    attention: Attention | None = None


class DraftChange(Wire):
    """What becomes of a draft, by its key: its words change for these `people`, it goes, or it does not."""

    draft: str
    what: Literal["edited", "sent", "stopped"]
    reason: str = ""
    people: tuple[str, ...] = ()
    subject: str | None = None
    text: str | None = None


class Contacts(Wire):
    """The customer's people as they are from now on, those who have left included, and who of them is the champion."""

    stakeholders: tuple[Stakeholder, ...]
    champion: str | None = None


class HandedOver(Wire):
    """Whose waiting messages go to whom from now on: `to` is the same id where only the name has changed.

    Without `to` they go to nobody. What is `rewritten` for who takes over, in their language, goes to nobody either.
    """

    person: str
    to: str | None = None
    name: str = ""
    channel: str = ""
    rewritten: bool = False


class Unconfirmed(Wire):
    """News that left a row of the journal and that Temporal may not know: how it is told again.

    `update` and `body` are those of the update; `via` and `proved` say by which way it came and whether its sender was
    recognised. `run` and `task` name the workflow task in which it was written.
    """

    update: str
    body: dict[str, Any]
    news_id: str
    via: str = "temporal"
    proved: bool = False
    run: str
    task: int


class UnconfirmedRow(Wire):
    """A row of the journal whose news Temporal may not know; `kind` is that of the row."""

    onboarding: str
    kind: str
    news: Unconfirmed


class Task(Wire):
    """The workflow task in which something is decided, and the ids of the news that its state knows."""

    run: str
    task: int
    seen: tuple[str, ...] = ()

    def confirms(self, news: Unconfirmed) -> bool:
        """Whether this task shows that Temporal knows the news: it began after the one that wrote of it had ended."""
        return news.news_id in self.seen and (news.run != self.run or news.task < self.task)


class Writing(Wire):
    """All that one occasion writes, in one transaction: all of it or nothing; writing it twice changes nothing more.

    Rows of the journal and notices whose key is there already are left as they are; `standing` and register rows
    replace what was there; new people are added and known ones updated. `held` are the messages of drafts as they read
    now, and replace what was held; `drafts` are changes of drafts. `meetings` replace what was known of them, and
    `attendance` an older answer of the same person. `playbook` is the version that it goes by from now
    on, where that is another one; `contacts` are the customer's people where they have changed, and `handed_over` says
    what becomes of messages that wait for them. `unconfirmed` is the news behind rows of the journal, by their keys.
    `lived_until` is how far a compressed clock has come for a customer who lives on after the hand-off.
    """

    onboarding: str
    journal: tuple[JournalRow, ...] = ()
    notices: tuple[Notice, ...] = ()
    standing: Standing | None = None
    registers: tuple[RegisterRow, ...] = ()
    people: tuple[Person, ...] = ()
    plan: Plan | None = None
    playbook: Playbook | None = None
    contacts: Contacts | None = None
    handed_over: tuple[HandedOver, ...] = ()
    held: tuple[Notice, ...] = ()
    drafts: tuple[DraftChange, ...] = ()
    meetings: tuple[MeetingRow, ...] = ()
    attendance: tuple[AttendanceRow, ...] = ()
    unconfirmed: Mapping[str, Unconfirmed] = Field(default_factory=dict)
    task: Task | None = None
    lived_until: Instant | None = None


class KeptRow(JournalRow):
    """A row of the journal as it is kept; `recorded_at` is wall time."""

    recorded_at: Instant


class Past(Wire):
    """What the store kept of an onboarding's course: its journal, and how it stood after the last turn.

    Of one that was about to end the store does not know whether it was `paused` as well: None. `playbook_hash` is
    that of the playbook that it began by.
    """

    rows: tuple[KeptRow, ...]
    as_of: Instant
    owner: str
    paused: bool | None = False
    ending: str | None = None
    playbook_hash: str = ""
    milestones: tuple[MilestoneRow, ...]
    stages: tuple[StageRow, ...]
    open_issues: tuple[str, ...] = ()
    open_tasks: tuple[str, ...] = ()


class Dossier(Wire):
    """What does not change about an onboarding: the deal and its calendar; the playbook, which changes only on
    purpose; and the people by id. `agreed_go_live` is the day of the go-live as people agreed to the plan last; None
    before that, and where its records do not say."""

    onboarding: str
    deal: DealClosed
    playbook: Playbook
    calendar: WorkCalendar
    people: tuple[Person, ...]
    agreed_go_live: date | None = None

    def person(self, id: str) -> Person | None:
        return next((person for person in self.people if person.id == id), None)

    def by(self, playbook: Playbook) -> "Dossier":
        """The same onboarding by another version of its playbook."""
        return self.model_copy(update={"playbook": playbook})

    def with_contacts(self, contacts: Contacts, people: Iterable[Person] = ()) -> "Dossier":
        """The same onboarding with these contacts, and with `people` added or in place of those of the same ids."""
        known = {person.id: person for person in (*self.people, *people)}
        deal = self.deal.model_copy(update={"stakeholders": contacts.stakeholders, "champion": contacts.champion})
        return self.model_copy(update={"deal": deal, "people": tuple(known[id] for id in sorted(known))})

    def after(self, writing: Writing) -> "Dossier":
        """The dossier as it is once that was written."""
        dossier = self.by(writing.playbook) if writing.playbook is not None else self
        return dossier.with_contacts(writing.contacts, writing.people) if writing.contacts is not None else dossier


class Basis(NamedTuple):
    """What a decision is based on. `done_before` are keys of the journal, each with the moment of its row."""

    dossier: Dossier
    done_before: Mapping[str, datetime]


class IntroductionDossier(Wire):
    """What an introduction is decided by. `prospect` is the newest version; `owner` is a staff handle."""

    introduction: str
    prospect: Prospect
    playbook: Playbook
    calendar: WorkCalendar
    owner: str


class IntroductionLine(Wire):
    """One introduction in the read model: as it stands now. `as_of` is None until a worker has taken it up."""

    introduction: str
    source: str
    deal_id: str
    account: str
    status: str
    owner: str
    playbook: str = ""
    begun_at: Instant | None = None
    due: Instant | None = None
    next_key: str | None = None
    next_due: Instant | None = None
    learnt: Learnt = Learnt()
    ending: IntroductionEnding | None = None
    ended_at: Instant | None = None
    as_of: Instant | None = None


class IntroductionStanding(Wire):
    """How an introduction stands after a turn."""

    status: str
    due: Instant | None
    next_key: str | None
    next_due: Instant | None
    learnt: Learnt
    ending: IntroductionEnding | None
    ended_at: Instant | None
    as_of: Instant


class IntroductionWriting(Wire):
    """All that one turn of an introduction writes, in one transaction; writing it twice changes nothing more."""

    introduction: str
    journal: tuple[JournalRow, ...] = ()
    notices: tuple[tuple[Notice, Person], ...] = ()
    standing: IntroductionStanding


class WaitingNotice(Wire):
    """A notice as its sender takes it up: who gets it, and a Message-ID that is the same at every try.

    `maybe_arrived` counts the tries after which nobody could say whether the message is there. `unsubscribe` is the
    token of the link by which this person unsubscribes from letters like it; empty for a notice that is essential.
    `parts` are the notices that travel inside a digest, in the order in which they are read. `links` are the addresses
    by which its reader may act, by their purposes, and `links_of_parts` those of each part. `first` says that it is a
    letter to somebody of the customer's whom nobody has written to in that onboarding.
    """

    id: int
    notice: Notice
    person: Person
    message_id: str
    maybe_arrived: int = 0
    unsubscribe: str = ""
    parts: tuple[Notice, ...] = ()
    links: Mapping[str, str] = Field(default_factory=dict)
    links_of_parts: tuple[Mapping[str, str], ...] = ()
    first: bool = False


class Receipt(Wire):
    """What a channel answered. `place` is where the message lies (a file) or who took it (a server).

    `subject` and `text` are what it said; empty where a channel has none.
    """

    message_id: str
    place: str
    at: Instant
    subject: str = ""
    text: str = ""


class Went(NamedTuple):
    """A notice that was handed over, by its number, and what its channel answered."""

    id: int
    receipt: Receipt
