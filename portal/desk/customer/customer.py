"""What does a page about one customer stand on? One onboarding as it is now, all of it, for one of ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from domain.baseline import Baseline, Slip, slips
from domain.clock import Clock
from domain.naming import honoured, listed, role_title
from domain.news import HANDED_OVER
from domain.notice import Person
from domain.plan import Reason
from domain.playbook import Milestone
from domain.record import MilestoneRow, RegisterRow
from domain.room import signing
from domain.room.signing import Numbered, SignOff
from domain.room.steps import Standing
from domain.rules.casting import SELLER, approvers, doers, staff_person
from domain.rules.corrections import correction_for
from domain.rules.reviewing import shipped_as
from domain.team import Team
from domain.text import Language, Text, in_language
from domain.titles import meeting_title
from domain.wording import reasons_in_words
from portal.dates import distance, in_full, moment, short
from portal.desk.customer.own_time import own_clock
from store import reads
from store.evaluations import LastLook, last_look
from store.ledger import SqlLedger
from store.reads import OnboardingInFull

HALTED = ("paused", "ending", "opening")
ISSUE_OPEN = "open"
RISK_OPEN = "open"


class Wait(NamedTuple):
    """What an onboarding waits for: the key of a milestone, an issue or a criterion, and what its wait is about.

    `who` names those whose deed it takes, `since` is how many working days it is late, `update` the news that would
    settle it, `said` what was missing the last time.
    """

    key: str
    title: str
    update: str
    field: str
    who: str = ""
    theirs: bool = False
    day: date | None = None
    late: int = 0
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Customer:
    """One onboarding as one of ours sees it: everything, with days in the customer's calendar."""

    line: OnboardingInFull
    standing: Standing
    baseline: Baseline | None
    language: Language
    zone: ZoneInfo
    now: datetime
    clock: Clock
    health: LastLook | None = None

    @property
    def id(self) -> str:
        return self.line.onboarding

    @property
    def is_handed_over(self) -> bool:
        return self.line.ending in HANDED_OVER

    @property
    def path(self) -> str:
        return f"/desk/onboardings/{self.id}"

    @cached_property
    def today(self) -> date:
        return self.day_of(self.now)

    @cached_property
    def day_number(self) -> int:
        """Days since the close, in the customer's calendar."""
        last = self.day_of(self.line.ended_at) if self.line.ended_at else self.today
        return (last - self.day_of(self.standing.dossier.deal.closed_at)).days

    @cached_property
    def milestones(self) -> Mapping[str, MilestoneRow]:
        return self.standing.milestones

    @cached_property
    def slips(self) -> Mapping[str, Slip]:
        """How far each milestone is from the plan as agreed; empty while nobody has agreed to one."""
        if self.baseline is None:
            return {}
        each = slips(self.baseline, self.line.milestones, self.standing.dossier.calendar)
        return {slip.milestone: slip for slip in each}

    @cached_property
    def go_live(self) -> MilestoneRow | None:
        milestone = self.standing.dossier.playbook.playing("go_live")
        return self.milestones.get(milestone.key) if milestone else None

    @cached_property
    def approvers(self) -> Sequence[str]:
        """Handles of those who may approve what follows the playbook."""
        return approvers(self.standing.team, self.line.owner)

    @cached_property
    def waits(self) -> list[Wait]:
        """What it waits for now, the most overdue first."""
        waits = [wait for key in self.line.waiting_for if (wait := self._wait(key)) is not None]
        return sorted(waits, key=lambda wait: (wait.day or date.max, wait.title))

    def rows(self, kind: str, *status: str) -> list[RegisterRow]:
        """The rows of that register, of those states alone where some are named, the newest first."""
        of_it = [row for row in self.line.registers if row.kind == kind and (not status or row.status in status)]
        return sorted(of_it, key=lambda row: row.at, reverse=True)

    @cached_property
    def risks(self) -> list[RegisterRow]:
        """Open risks, the gravest first, then those that are over."""
        return sorted(self.rows("risk"), key=lambda row: (row.status != RISK_OPEN, -int(row.data.get("score") or 0)))

    @cached_property
    def tasks(self) -> list[RegisterRow]:
        """Open tasks by their days."""
        return sorted(self.rows("task", "open"), key=lambda row: (str(row.data.get("due")), row.key))

    @cached_property
    def contacts(self) -> list[Person]:
        """The customer's people who take part, in the order of the deal."""
        ids = [one.id for one in self.standing.dossier.deal.contacts]
        return [person for id in ids if (person := self.standing.dossier.person(id)) is not None]

    @cached_property
    def ours(self) -> list[Person]:
        """Our people who have a part in it, the owner first."""
        vendors = [one.id for one in self.standing.dossier.people if one.side == "vendor" and one.id != SELLER]
        ids = dict.fromkeys([self.line.owner, *vendors])
        people = [self.person(id) for id in ids]
        return [person for person in people if person is not None]

    def title(self, key: str) -> str:
        """What somebody calls the thing of that key: a milestone, a stage, an issue, a task, a meeting, a person."""
        return self._titles.get(key) or self._registered.get(key) or key

    def meeting(self, key: str, known: str = "") -> str:
        """What the reader's language calls a meeting; `known` is what it was called when people were invited."""
        return in_language(meeting_title(self.standing.dossier.playbook, key, known), self.language)

    def titles(self, keys: Iterable[str]) -> str:
        return listed((self.title(key) for key in keys), self.language)

    def called(self, key: str) -> str:
        """What that key names, a thing or somebody of either side; the key where it is neither's."""
        return self.name(key) if self.person(key) else self.title(key)

    def text(self, text: object) -> str:
        return in_language(text, self.language) if text else ""  # type: ignore[arg-type]  # a text of the playbook

    def day(self, day: date) -> str:
        return in_full(day, self.language)

    def short(self, day: date) -> str:
        return short(day, self.language)

    def shorts(self, days: Iterable[date]) -> str:
        return listed((self.short(day) for day in days), self.language)

    def far(self, day: date) -> str:
        return distance(day, self.today, self.language)

    def moment(self, at: datetime) -> str:
        """Day and time where the reader is."""
        return moment(at, self.zone, self.language)

    def came(self, at: datetime) -> str:
        """When something came or went that is dated by the wall's clock, by the onboarding's own."""
        return self.moment(self.clock.business(at))

    def day_of(self, at: datetime) -> date:
        return self.standing.dossier.calendar.day_of(at)

    def why(self, key: str) -> list[str]:
        """Why the milestone is due on its day, in sentences."""
        reasons = tuple(Reason.model_validate(reason) for reason in self.milestones[key].reasons)
        return [f"{words[:1].upper()}{words[1:]}" for words in reasons_in_words(reasons, self._titles, self.language)]

    def person(self, id: str) -> Person | None:
        """Somebody of either side; None where nobody has that id any more."""
        member = self.standing.team.member(id)
        return staff_person(member, self.language) if member else self.standing.dossier.person(id)

    def name(self, id: str) -> str:
        """How one of ours writes that person's name; the id where nobody has it."""
        person = self.person(id)
        return honoured(person.name, person, self.language, among_us=True) if person else id

    def names(self, ids: Iterable[str]) -> str:
        return listed((self.name(id) for id in ids), self.language)

    def role(self, id: str) -> str:
        person = self.person(id)
        return role_title(person.role, self.language) if person else ""

    def milestone(self, key: str) -> Milestone | None:
        return self.standing.dossier.playbook.milestone(key)

    def acting(self, key: str) -> Sequence[str]:
        """Whose deed the milestone takes: who signs it and has not yet, else who is responsible."""
        milestone = self.milestone(key)
        return self.standing.takes(milestone, self._doers[key]) if milestone else ()

    def sign_off(self, key: str) -> SignOff:
        return self.standing.sign_offs.get(key, SignOff(key))

    def iso(self, day: object) -> date:
        """A day as registers have it."""
        return date.fromisoformat(str(day)[:10])

    def risk_title(self, row: RegisterRow) -> str:
        """A risk in the reader's language, where it came with the playbook; else as it was written."""
        shipped = shipped_as(self.standing.dossier.playbook, row.key)
        return self.text(shipped.title) if shipped else row.title or row.key

    def late(self, key: str) -> int:
        """Working days since that milestone was due; 0 where it is settled, optional or ahead, and once all is over."""
        row = self.milestones[key]
        if row.status != "open" or row.optional or self.line.ending:
            return 0
        return self.standing.dossier.calendar.days_late(row.due, self.now)

    def _wait(self, key: str) -> Wait | None:
        if key == "resume":
            return Wait(key, "", "resume", "")
        if key in self.milestones:
            return self._wait_for_milestone(key)
        if any(row.kind == "issue" and row.key == key for row in self.line.registers):
            return Wait(key, self.title(key), "resolve_issue", "issue")
        return Wait(key, self.title(key), "attest_criterion", "criterion")

    def _wait_for_milestone(self, key: str) -> Wait:
        milestone, row = self.milestone(key), self.milestones[key]
        signed = milestone is not None and milestone.sign_off is not None
        state = self.sign_off(key)
        if not signed:
            update = "reach_milestone"
        else:
            update = "ask_sign_off" if state.refused is not None and not state.asked else "sign_off"
        # After a no it is ours to act, until we ask again.
        who = [self.line.owner] if update == "ask_sign_off" else self.acting(key)
        people = [self.person(id) for id in who]
        return Wait(
            key,
            self.title(key),
            update,
            "milestone",
            who=self.names(who),
            theirs=any(person is not None and person.side == "customer" for person in people),
            day=self.day_of(row.due),
            late=self.late(key),
            said=state.refused.reasons if state.refused else (),
        )

    @cached_property
    def _doers(self) -> Mapping[str, list[str]]:
        return doers(self.standing.dossier, self.standing.team, self.line.owner)

    @cached_property
    def _titles(self) -> dict[str, str]:
        playbook = self.standing.dossier.playbook
        # What was settled by an earlier version of the playbook keeps the title that it had.
        titles = {row.key: row.title for row in self.line.stages}
        titles |= {row.key: row.title for row in self.line.milestones}
        named: list[tuple[str, Text]] = [(one.key, one.title) for one in playbook.stages]
        named += [(one.key, one.title) for one in playbook.milestones]
        named += [(one.key, one.title) for one in playbook.cadences]
        named += [(one.key, one.title) for one in playbook.hand_off.criteria]
        named += [(one.key, one.title) for stage in playbook.stages for one in stage.deliverables]
        named += [(one.key, one.title) for one in playbook.red_flags]
        return titles | {key: in_language(title, self.language) for key, title in named}

    @cached_property
    def _registered(self) -> Mapping[str, str]:
        titles = {row.key: row.title for row in self.line.registers if row.title}
        return titles | {row.key: self._of_correction(row) for row in self.rows("correction")}

    def _of_correction(self, row: RegisterRow) -> str:
        """The playbook's title of what is done; the correction's id where it has none."""
        playbook = self.standing.dossier.playbook
        definition = correction_for(playbook, str(row.data.get("category")), row.data.get("flags") or ())
        return in_language(definition.title, self.language) if definition else row.key


def customer_of(
    engine: Engine,
    ledger: SqlLedger,
    team: Team,
    onboarding: str,
    *,
    language: Language,
    zone: ZoneInfo,
    day_length: timedelta,
) -> Customer:
    """The onboarding as it stands in the store. Raises UnknownOnboarding."""
    # First of all: what comes while the rest is read is newer than what the page shows.
    line = reads.one(engine, onboarding)
    dossier = ledger.dossier(onboarding)
    rows = tuple(Numbered(entry.seq, entry) for entry in reads.journal(engine, onboarding, kinds=signing.KINDS))
    signed = {one.key for one in dossier.playbook.milestones if one.sign_off} | signing.signed_ever(rows)
    standing = Standing(
        dossier=dossier,
        team=team,
        owner=line.owner,
        milestones={row.key: row for row in line.milestones},
        sign_offs={key: signing.sign_off(key, rows) for key in signed},
        tasks=[row for row in line.registers if row.kind == "task"],
        halted=line.status in HALTED or line.ending is not None,
    )
    now = datetime.now(UTC)
    return Customer(
        line=line,
        standing=standing,
        baseline=ledger.baseline(onboarding, dossier.playbook),
        language=language,
        zone=zone,
        now=max(now, line.as_of or now),
        clock=own_clock(engine, onboarding, day_length),
        health=last_look(engine, onboarding),
    )
