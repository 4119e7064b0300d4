"""What lies on the table when something is decided? One onboarding with its deal, playbook, people, plan and moment."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any

from domain.agenda.state import State
from domain.baseline import Baseline
from domain.calendar import WorkCalendar
from domain.drafting import Drafting, draft
from domain.measure.adoption import AdoptionSeen
from domain.measure.targets import TargetSeen
from domain.naming import honoured, listed
from domain.notice import ONLY_TELLS, Notice, NoticeKind, Person
from domain.plan import Course, Plan, Span
from domain.playbook import Playbook, Role
from domain.record import AttendanceRow, Dossier, RegisterRow
from domain.rules import digests
from domain.rules.casting import cast_customer, in_their_place, playing, staff_person
from domain.rules.composing import Letterhead, compose
from domain.rules.hours import WorkingHours, next_morning, next_office_moment, office_hours_later, plain_week
from domain.team import Member, Team
from domain.text import Text, folded, in_language
from domain.titles import titles_of

NO_TASKS: Mapping[str, RegisterRow] = MappingProxyType({})
NOTHING = timedelta(0)


class Briefing:
    """Read-only; `hours` knows when people work, `ui` is the address of the onboarding in the Temporal UI, or empty.

    `registers`, the plan as `agreed` and what people have `answered` are read from the store where a message tells of
    them. `tasks` are rows of the
    register by the ids of their tasks: of all that something is to be said about now. `targets` are how those of the
    playbook stand and `adoption` who uses the product, where a message tells of figures.
    """

    def __init__(
        self,
        dossier: Dossier,
        state: State,
        team: Team,
        now: datetime,
        *,
        hours: WorkingHours = plain_week,
        ui: str = "",
        registers: Sequence[RegisterRow] = (),
        answered: Sequence[AttendanceRow] = (),
        agreed: Baseline | None = None,
        tasks: Mapping[str, RegisterRow] = NO_TASKS,
        targets: Sequence[TargetSeen] = (),
        adoption: AdoptionSeen | None = None,
        drafting: Drafting = draft,
    ) -> None:
        self.dossier = dossier
        self.state = state
        self.team = team
        self.now = now
        self.hours = hours
        self.ui = ui
        self.registers = registers
        self.answered = answered
        self.agreed = agreed
        self.tasks = tasks
        self.targets = targets
        self.adoption = adoption
        self._people: dict[str, Person | None] = {}
        self._colleagues: dict[str, Person | None] = {}
        self._in_place: dict[str, Person] = {}
        self._places: dict[str, dict[str, Any]] = {}
        self.deal = dossier.deal
        self.playbook: Playbook = dossier.playbook
        self.calendar: WorkCalendar = dossier.calendar
        self.customer = cast_customer(dossier.deal)
        self.drafting = drafting
        self.plan: Plan = drafting(self.playbook, self.deal, self.calendar, course_of(state, self.calendar))

    @property
    def today(self) -> date:
        return self.calendar.day_of(self.now)

    def playing(self, *roles: Role) -> list[str]:
        """Ids of the people in those roles, each once."""
        found = (id for role in roles for id in playing(role, vendor=self.state.cast, customer=self.customer))
        return list(dict.fromkeys(found))

    @property
    def rollout(self) -> list[str]:
        """The customer's people who run the onboarding, without the crowd of users."""
        return self.playing("project_lead", "executive_sponsor", "technical_lead", "champion")

    @property
    def managers(self) -> list[str]:
        return self.state.approvers[:1]

    def person(self, id: str) -> Person | None:
        """A staff member as the directory has them today, or whom the deal names."""
        if id in self._in_place:
            return self._in_place[id]
        return self._known(id)

    def in_place_of(self, away: str, stand_in: Member) -> "Briefing":
        """The same table as `stand_in` sees it in place of who is `away`: messages to that id are worded for them."""
        other = copy.copy(self)
        person = staff_person(stand_in, self.deal.account.language)
        other._in_place = {away: person.model_copy(update={"id": away})}
        return other

    def _known(self, id: str) -> Person | None:
        if id not in self._people:  # Asked for again and again: for every message, its words and its hour.
            self._people[id] = self.colleague(id) or self.dossier.person(id)
        return self._people[id]

    def colleague(self, handle: str) -> Person | None:
        """A member of staff as the directory has them today."""
        if handle not in self._colleagues:
            member = self.team.member(handle)
            self._colleagues[handle] = staff_person(member, self.deal.account.language) if member else None
        return self._colleagues[handle]

    def are_one(self, id: str, other: str | None) -> bool:
        """Whether both ids are of one person: a deal may have them twice, with two roles or as two contacts."""
        first, second = self.person(id), self.person(other) if other else None
        same_address = first is not None and second is not None and folded(first.email) == folded(second.email)
        return id == other or same_address

    def is_customer(self, id: str) -> bool:
        person = self.person(id)
        return person is not None and person.side == "customer"

    def name(self, id: str | None, language: str) -> str:
        """How readers of that language write the person's name; the id where nobody has it."""
        member = self.team.member(id) if id else None
        if member is not None:
            return member.named(language)
        person = self.person(id) if id else None
        return person.name if person else (id or "")

    def called(self, ids: Iterable[str | None], language: str, *, among_us: bool = False) -> str:
        """Several people in a row, as one writes of them: in Japanese 様 for the customer's (see `honoured`)."""
        each = (honoured(self.name(id, language), self.person(id), language, among_us=among_us) for id in ids if id)
        return listed(each, language)

    def title(self, key: str, language: str) -> str:
        """A milestone's, stage's or criterion's title as the playbook words it; the key where it knows none."""
        return in_language(self._titles[key], language) if key in self._titles else key

    @cached_property
    def _titles(self) -> Mapping[str, Text]:
        return titles_of(self.playbook)

    def signed(self, key: str, language: str) -> str:
        """What a sign-off is about, as a noun; the milestone's title where the playbook names none."""
        milestone = self.playbook.milestone(key)
        what = milestone.sign_off.what if milestone and milestone.sign_off else None
        return in_language(what, language) if what is not None else self.title(key, language)

    def due_on(self, key: str) -> str:
        """The milestone's date as the plan has it after everything that has just happened.

        One that was settled by an earlier version of the playbook is in no plan any more, and keeps its own.
        """
        milestone = self.state.milestone(key)
        if milestone is not None and milestone.retired:
            return str(self.calendar.day_of(milestone.due))
        return str(self.plan.milestone(key).on)

    def is_past(self, key: str) -> bool:
        """Whether the milestone's date has gone by: nobody is asked to keep that any more."""
        return self.plan.milestone(key).on < self.today

    def notice(
        self,
        kind: NoticeKind,
        to: str,
        occasion: str,
        facts: dict[str, Any],
        *,
        about: str = "",
        urgent: bool = False,
        until: datetime | None = None,
        while_open: str | None = None,
        collapses: bool = False,
        attachment: str | None = None,
        draft: str | None = None,
    ) -> Notice | None:
        """A message to one person, for the receiver's next office hour unless urgent; None where nobody has that id.

        Until that moment of business time it waits for another message to the same person, in which it travels.
        """
        person = self.person(to)
        if person is None:
            return None
        onboarding = self.state.onboarding
        joins_from, not_before = self._when(person, kind, urgent=urgent, until=until)
        return compose(
            kind,
            person,
            Letterhead.signed_by(
                self._known(self.state.owner),
                self.team,
                person.language,
                account=self.deal.account.name,
                at=self.state.clock.business(not_before),
                onboarding=onboarding,
                ui=self.ui,
            ),
            {**facts, **self._in_their_place(person)},
            key=f"{occasion}/{kind}/{to}",
            not_before=not_before,
            staff=person.side == "vendor" and person.role != "seller",
            onboarding=onboarding,
            about=about,
            while_open=while_open,
            collapses=collapses,
            attachment=attachment,
            draft=draft,
            joins_from=joins_from,
        )

    def _in_their_place(self, person: Person) -> dict[str, Any]:
        """For one of the customer's who gets what was for people who have left: who that was, and since when."""
        if person.id not in self._places:
            self._places[person.id] = in_their_place(self.dossier, person)
        return self._places[person.id]

    def after_office_hours(self, id: str, since: datetime, count: float) -> datetime:
        """The moment, in business time, by which that person has been in office for `count` hours.

        Hours of the clock where nobody waits for office hours, or by that id there is nobody.
        """
        person = self.person(id)
        if person is None or not self.state.clock.office_hours_apply:
            return since + timedelta(hours=count)
        return office_hours_later(person, since, count, self.hours, team=self.team, sale=self.deal)

    def _when(
        self, person: Person, kind: NoticeKind, *, urgent: bool, until: datetime | None
    ) -> tuple[datetime | None, datetime]:
        """From when it may travel with others, None where it goes by itself; and from when it goes in any case."""
        clock, staff = self.state.clock, person.side == "vendor"
        joins = digests.may_join(kind, staff=staff, urgent=urgent)
        if urgent or not clock.office_hours_apply:
            now = clock.wall(self.now)
            return (now if joins else None), (clock.wall(until) if joins and until else now)
        soonest = self._in_office(person, self.now)
        if not joins:
            return None, clock.wall(soonest)
        goes = self._in_office(person, until) if until and until > soonest else soonest
        goes = self._listed(person, goes, kind) if staff else self._settled(person, goes)
        return clock.wall(soonest), clock.wall(goes)

    def _settled(self, person: Person, goes: datetime) -> datetime:
        """A little after that moment, for what is decided at it to travel along; not where offices close at it."""
        settled = goes + (digests.SETTLING if goes > self.now else NOTHING)
        return settled if self._in_office(person, settled) == settled else goes

    def _listed(self, person: Person, soonest: datetime, kind: NoticeKind) -> datetime:
        """When one of ours gets their list of the day; what only tells waits for that of tomorrow, if it comes late."""
        before = next_morning(person, soonest - timedelta(days=1), self.hours, team=self.team, sale=None)
        listed = before + digests.LIST_OF_THE_DAY
        if soonest <= listed:
            return listed
        if kind not in ONLY_TELLS:
            return soonest
        return next_morning(person, soonest, self.hours, team=self.team, sale=None) + digests.LIST_OF_THE_DAY

    def _in_office(self, person: Person, moment: datetime) -> datetime:
        return next_office_moment(person, moment, self.hours, team=self.team, sale=self.deal)

    def say(self, text: Text | None, language: str) -> str:
        return in_language(text, language) if text is not None else ""

    def language_of(self, id: str) -> str:
        person = self.person(id)
        return person.language if person else "en"


def course_of(state: State, calendar: WorkCalendar) -> Course:
    """What has happened to the plan, as the drafting wants it: days instead of instants."""
    pauses = [
        Span(first=calendar.day_of(pause.since), last=calendar.day_of(pause.until) - timedelta(days=1))
        for pause in state.pauses
    ]
    reached = {m.key: m.at for m in state.milestones if m.status == "reached" and m.at is not None}
    return Course(
        reached=reached,
        moved=state.moved,
        pauses=tuple(pauses),
        hand_off_by=state.hand_off_moved,
        rules=state.rules,
    )


def once_to_each(briefing: Briefing, notices: Iterable[Notice]) -> list[Notice]:
    """The notices without those that would come to the same address a second time, on the same occasion.

    A person may stand in a deal under several entries: with two roles, or as two contacts of the CRM.
    """
    first: dict[tuple[str, str], Notice] = {}
    for notice in notices:
        person = briefing.person(notice.to)
        address = folded(person.email) if person else notice.to
        first.setdefault((notice.key.removesuffix(f"/{notice.to}"), address), notice)
    return list(first.values())


def present(notices: Iterable[Notice | None]) -> list[Notice]:
    return [notice for notice in notices if notice is not None]
