"""What does a page of the room stand on? One onboarding as it is now, and who looks at it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from sqlalchemy import Engine
from starlette.requests import Request

from domain.clock import DAY
from domain.files import StoredFile
from domain.naming import honoured, listed, role_title
from domain.news import HANDED_OVER
from domain.notice import Person
from domain.plan import Reason
from domain.playbook import Milestone, Playbook, Role
from domain.record import RegisterRow
from domain.room import signing
from domain.room.signing import Numbered, SignOff
from domain.room.steps import Standing, Step, Steps, steps_of
from domain.rules.casting import Cast, cast_customer, cast_of, doers, playing, staff_person
from domain.team import Team
from domain.text import Language, in_language
from domain.titles import meeting_title
from domain.wording import reasons_in_words
from portal.dates import distance, in_full, moment, short
from portal.reader import LANGUAGE_COOKIE, LANGUAGES, Reader
from store import reads
from store.files import customers_files
from store.ledger import SqlLedger
from store.preferences import zone_of
from store.reads import OnboardingInFull
from store.rooms import Visit

MOST_IN_A_ROW = 3
HALTED = ("paused", "ending", "opening")
ROLES_THAT_HELP = ("implementation_specialist", "technical_resource", "training_lead", "cs_manager")


@dataclass(frozen=True)
class View:
    """One onboarding as a person of the customer's sees it."""

    visit: Visit
    language: Language
    line: OnboardingInFull
    standing: Standing
    rows: tuple[Numbered, ...]
    now: datetime
    newest: int = 0
    """Number of the journal's last entry about it."""
    before: Mapping[str, Playbook] = field(default_factory=dict)
    """Versions of the playbook by which it went before, by their hashes."""
    files: tuple[StoredFile, ...] = ()
    """Every version of its files, without what is ours alone."""

    @property
    def me(self) -> Person:
        return self.visit.person

    @cached_property
    def reader(self) -> Reader:
        owner = self.name(self.line.owner)
        return Reader(self.language, zone_of(self.me.time_zone), self.visit.account, self.me.name, owner)

    @cached_property
    def today(self) -> date:
        """The onboarding's own day, in the customer's calendar, by which its dates go."""
        return self.standing.dossier.calendar.day_of(self.now)

    @cached_property
    def mine(self) -> frozenset[str]:
        """The ids under which the reader takes part."""
        return self.standing.same(self.me)

    @cached_property
    def span(self) -> tuple[date, date]:
        """The first and the last day of its stages; today twice where it has none."""
        # A stage that the playbook has no more, and that was begun, has no days.
        opens = (date.fromisoformat(row.opens_on) for row in self.line.stages if row.opens_on)
        closes = (date.fromisoformat(row.closes_on) for row in self.line.stages if row.closes_on)
        return min(opens, default=self.today), max(closes, default=self.today)

    @cached_property
    def steps(self) -> Steps:
        return steps_of(self.me.model_copy(update={"language": self.language}), self.standing)

    @cached_property
    def issues(self) -> tuple[RegisterRow, ...]:
        """Open ones first, then the newest of those that are solved."""
        rows = sorted((row for row in self.line.registers if row.kind == "issue"), key=lambda row: row.at, reverse=True)
        return tuple(sorted(rows, key=lambda row: row.status == "resolved"))

    @cached_property
    def wins(self) -> tuple[RegisterRow, ...]:
        return tuple(row for row in self.line.registers if row.kind == "win")

    @property
    def ended_key(self) -> str:
        """The key of the words that say how it has ended: whoever was handed over has finished, and not just ended."""
        return "nothing_handed_over" if self.line.ending in HANDED_OVER else "nothing_ended"

    def title(self, key: str) -> str:
        """A milestone's title in the reader's language."""
        return self._titles.get(key, key)

    def meeting(self, key: str, known: str = "") -> str:
        """What the reader's language calls a meeting; `known` is what it was called when people were invited."""
        return in_language(meeting_title(self.standing.dossier.playbook, key, known), self.language)

    def titles(self, keys: Iterable[str]) -> str:
        """Several milestones in a row; of many only the first, and how many there are besides."""
        titles = [self.title(key) for key in keys]
        shown, more = titles[:MOST_IN_A_ROW], len(titles) - MOST_IN_A_ROW
        words = listed(shown, self.language)
        if more <= 0:
            return words
        return f"{words} ほか{more}件" if self.language == "ja" else f"{words} and {more} more"

    def waiting(self, keys: Sequence[str]) -> str:
        """What has to be reached first, of which the customer reads; without what that waits for in its turn."""
        playbook, shown = self.standing.dossier.playbook, {one.key for one in self.standing.shown()}
        later = (playbook.milestone(key) for key in keys)
        before = {need for one in later if one is not None for need in playbook.needs(one)}
        return self.titles(key for key in keys if key in shown and key not in before)

    def what(self, milestone: Milestone) -> str:
        """What is signed with it, as a noun; the milestone's title where the playbook names none."""
        named = milestone.sign_off.what if milestone.sign_off else None
        return in_language(named or milestone.title, self.language)

    def text(self, text: object) -> str:
        return in_language(text, self.language) if text else ""  # type: ignore[arg-type]  # a text of the playbook

    def day(self, day: date) -> str:
        return in_full(day, self.language)

    def short(self, day: date) -> str:
        return short(day, self.language)

    def far(self, day: date) -> str:
        return distance(day, self.today, self.language)

    def moment(self, at: datetime) -> str:
        return moment(at, self.reader.zone, self.language)

    def day_of(self, at: datetime) -> date:
        return self.standing.dossier.calendar.day_of(at)

    def why(self, key: str) -> list[str]:
        """Why the milestone is due on its day, in sentences."""
        reasons = tuple(Reason.model_validate(reason) for reason in self.standing.milestones[key].reasons)
        return [f"{words[:1].upper()}{words[1:]}" for words in reasons_in_words(reasons, self._titles, self.language)]

    def person(self, id: str) -> Person | None:
        """Somebody of either side; None where nobody has that id any more."""
        if id not in self._people:
            member = self.standing.team.member(id)
            self._people[id] = staff_person(member, self.language) if member else self.standing.dossier.person(id)
        return self._people[id]

    def name(self, id: str) -> str:
        """How the reader writes that person's name; the id where nobody has it."""
        person = self.person(id)
        return honoured(person.name, person, self.language) if person else id

    def names(self, ids: Iterable[str]) -> str:
        return listed((self.name(id) for id in ids), self.language)

    def role(self, id: str) -> str:
        person = self.person(id)
        return role_title(person.role, self.language) if person else ""

    def doing(self, milestone: Milestone) -> Sequence[str]:
        """Whose deed it takes: who signs it and has not yet, else who is responsible."""
        return self.standing.takes(milestone, self._acting[milestone.key])

    def part_in(self, milestone: Milestone) -> str:
        """The reader's part in it: `signs`, `does`, `answers`, `consulted`, `informed`; empty for none."""
        raci = milestone.raci
        signers = milestone.sign_off.by if milestone.sign_off else ()
        parts: Mapping[str, Sequence[Role]] = {
            "signs": signers,
            "does": (raci.responsible,),
            "answers": (raci.accountable,),
            "consulted": raci.consulted,
            "informed": raci.informed,
        }
        acting = {part: frozenset[str]().union(*map(self._playing, roles)) for part, roles in parts.items()}
        return next((part for part, ids in acting.items() if self.mine & ids), "")

    def _playing(self, role: Role) -> frozenset[str]:
        return frozenset(playing(role, vendor=self._vendor, customer=self._customer))

    @cached_property
    def helpers(self) -> list[Person]:
        """Our people who help with something, besides the contact; each once."""
        ids = [id for role in ROLES_THAT_HELP for id in self._vendor.get(role, [])]
        people = [self.person(id) for id in dict.fromkeys(ids) if id != self.line.owner]
        return [person for person in people if person is not None]

    @cached_property
    def team(self) -> list[Person]:
        """The customer's people who take part, in the order of the deal."""
        ids = [person.id for person in self.standing.dossier.deal.contacts]
        return [person for id in ids if (person := self.standing.dossier.person(id)) is not None]

    def sign_off(self, key: str) -> SignOff:
        return self.standing.sign_offs.get(key, SignOff(key))

    def hash_at(self, seq: int) -> str:
        """The hash of the playbook that held when that entry of the journal was written."""
        return signing.playbook_at(self.rows, seq, self.line.playbook_hash or "")

    def milestone_at(self, key: str, seq: int) -> Milestone | None:
        """The milestone as the playbook had it then; as it has it today where that version is not kept."""
        then = self.before.get(self.hash_at(seq), self.standing.dossier.playbook)
        return then.milestone(key) or self.standing.dossier.playbook.milestone(key)

    def step(self, key: str) -> Step | None:
        """What the reader may do now about that milestone or task; None for nothing."""
        return next((step for step in self.steps.now if step.key == key), None)

    @cached_property
    def _acting(self) -> Mapping[str, list[str]]:
        return doers(self.standing.dossier, self.standing.team, self.line.owner)

    @cached_property
    def _people(self) -> dict[str, Person | None]:
        """Whoever was asked for on this page: the same few names stand at dozens of milestones."""
        return {}

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {one.key: in_language(one.title, self.language) for one in self.standing.dossier.playbook.milestones}

    @cached_property
    def _vendor(self) -> Cast:
        return cast_of(self.standing.dossier.people, self.standing.team, self.line.owner)

    @cached_property
    def _customer(self) -> Cast:
        return cast_customer(self.standing.dossier.deal)


def view_of(
    visit: Visit, engine: Engine, ledger: SqlLedger, team: Team, language: Language, *, day: timedelta = DAY
) -> View:
    """The onboarding of that visit as it stands in the store; `day` is how long one lasts. Raises UnknownOnboarding."""
    # First of all: what comes while the rest is read is told by the stream.
    line = reads.one(engine, visit.onboarding)
    dossier = ledger.dossier(visit.onboarding)
    rows = tuple(Numbered(entry.seq, entry) for entry in reads.journal(engine, visit.onboarding, kinds=signing.KINDS))
    milestones = {row.key: row for row in line.milestones}
    signed = {one.key for one in dossier.playbook.milestones if one.sign_off} | signing.signed_ever(rows)
    earlier = {str(row.data.get("from")) for _, row in rows if row.kind == "playbook_changed"}
    before = {hashed: book for hashed in earlier if (book := ledger.playbook(hashed)) is not None}
    standing = Standing(
        dossier=dossier,
        team=team,
        owner=line.owner,
        milestones=milestones,
        sign_offs={key: signing.sign_off(key, rows) for key in signed},
        tasks=[row for row in line.registers if row.kind == "task"],
        halted=line.status in HALTED or line.ending is not None,
    )
    now = own_now(line.as_of, datetime.now(UTC), day)
    files = customers_files(engine, visit.onboarding)
    return View(visit, language, line, standing, rows, now, line.newest, before, files)


def own_now(as_of: datetime | None, wall: datetime, day: timedelta) -> datetime:
    """The onboarding's own time: the wall's, unless its last turn lies ahead of it.

    Where a day lasts seconds it is the time of that turn: a demo whose dates have gone by is not late by them.
    """
    if as_of is None:
        return wall
    return max(wall, as_of) if day == DAY else as_of


def language_for(request: Request, person: Person, *, chosen: str = "") -> Language:
    """The language that was asked for on this page, or on one before (`chosen` in this session); else their own."""
    asked = request.query_params.get("language", "") or chosen or request.cookies.get(LANGUAGE_COOKIE, "")
    return LANGUAGES.get(asked) or LANGUAGES.get(person.language) or "en"
