"""What follows before the close? By when we introduce ourselves, who hears of what, and what an onboarding inherits."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.calendar import CLOSING, OPENING, WorkCalendar
from domain.deal import MOST_NOTES, DealClosed, Note, completeness, missing_from_hand_off
from domain.introduction import (
    FoundIssue,
    Happening,
    IntroductionKept,
    IntroductionState,
    IntroductionTurn,
    Learnt,
    Step,
    next_step,
    status,
)
from domain.naming import honoured, role_title
from domain.notice import Notice, NoticeKind, Person
from domain.playbook import Playbook
from domain.prospect import Prospect
from domain.record import IntroductionDossier, IntroductionStanding, IntroductionWriting, JournalRow
from domain.refusal import is_within_the_years
from domain.rules.casting import SELLER, cast_vendor, people_of, staff_person
from domain.rules.composing import Letterhead, compose
from domain.rules.hours import WorkingHours, next_office_moment, plain_week
from domain.team import Team
from domain.text import Language, in_language
from domain.wire import Wire
from domain.wording import day_in_words

INTRODUCE_WITHIN = 3
"""Working days. As early as possible (PRE-01), and long enough for seller and CSM to find half an hour."""
BEFORE_THE_CLOSE = 1
"""Working days: whoever is introduced on the day of the signature comes too late to be asked anything."""
ESCALATE_AFTER = 2
"""Working days after due: the close does not wait, so the CSM's manager hears of it sooner than in an onboarding."""
QUIET_AFTER_CLOSE = timedelta(days=60)
"""After the expected close, without news: deals slip by a month or two; what is silent longer is lost (PRE-04)."""
QUIET_WITHOUT_CLOSE = timedelta(days=90)
"""The same where nobody expects a day: a month more, for the month that a late stage usually lasts."""
ANSWER_WITHIN = timedelta(days=14)
"""The seller is asked once; two weeks are longer than most absences."""
NOON = time(12)
STEP_FACTS = {"remind": "reminded", "escalate": "escalated", "ask": "asked"}
SEVERITIES: Mapping[str, Mapping[Language, str]] = {
    "critical": {"en": "critical", "ja": "緊急"},
    "high": {"en": "high", "ja": "高"},
    "normal": {"en": "normal", "ja": "通常"},
}


class Decision(Wire):
    kept: IntroductionKept
    writing: IntroductionWriting


def owner_of(prospect: Prospect, playbook: Playbook, team: Team, load: Mapping[str, int], *, now: datetime) -> str:
    """Who would own the onboarding: by the same rule, so that the customer meets the one who stays."""
    return cast_vendor(team, prospect.as_if_closed(now), playbook.touch, load)["csm"][0]


def due_of(expected_close: date | None, calendar: WorkCalendar, begun_at: datetime) -> datetime:
    """By when we should have met: soon, before the signature, and never within the day it began."""
    began = calendar.day_of(begun_at)
    due = calendar.add_working_days(began, INTRODUCE_WITHIN)
    if expected_close is not None:
        due = min(due, calendar.add_working_days(expected_close, -BEFORE_THE_CLOSE))
    return calendar.at(max(due, calendar.add_working_days(began, 1)), CLOSING)


def decide(
    turn: IntroductionTurn, dossier: IntroductionDossier, team: Team, *, hours: WorkingHours = plain_week
) -> Decision:
    """What is written down and what comes next; the same turn decides the same again. `hours`: when people work."""
    state, now, calendar = turn.state, turn.now, dossier.calendar
    # One of 9999 that was kept before the doors refused it says that nobody expects a day, and no day comes after it.
    if state.expected_close is not None and not is_within_the_years(state.expected_close):
        state = state.model_copy(update={"expected_close": None})
    due = due_of(state.expected_close, calendar, state.begun_at or now)
    asks = [step for step in turn.due if step.rule == "ask" and state.ending is None]
    asked_at = now if asks else state.asked_at
    state = state.model_copy(update={"due": due, "asked_at": asked_at})
    steps = _steps(state, calendar, now)
    state = state.model_copy(update={"steps": steps})
    briefing = _Briefing(dossier, state, team, now, hours)
    acted = [step for step in turn.due if step.rule != "give_up" and state.ending is None]
    journal = [_row(happening) for happening in state.pending]
    journal += [_row_of_step(state, step, now) for step in acted]
    told = [letter for happening in state.pending for letter in _tell(briefing, happening)]
    told += [letter for step in acted for letter in _nudge(briefing, step)]
    following = next_step(state)
    standing = IntroductionStanding(
        status=status(state, now),
        due=due,
        next_key=following.rule if following else None,
        next_due=following.due if following else None,
        learnt=state.learnt,
        ending=state.ending,
        ended_at=now if state.ending else None,
        as_of=now,
    )
    return Decision(
        kept=IntroductionKept(due=due, steps=steps, asked_at=asked_at),
        writing=IntroductionWriting(
            introduction=state.introduction, journal=tuple(journal), notices=tuple(told), standing=standing
        ),
    )


def _steps(state: IntroductionState, calendar: WorkCalendar, now: datetime) -> tuple[Step, ...]:
    """Everything that comes by itself after now. What fell due meanwhile has been acted on."""
    if state.ending is not None or state.due is None:
        return ()
    found: list[Step] = []
    if state.learnt.introduced_at is None:
        day = calendar.day_of(state.due)
        found.append(Step(rule="remind", due=calendar.at(day, OPENING)))
        found.append(Step(rule="escalate", due=calendar.at(calendar.add_working_days(day, ESCALATE_AFTER), OPENING)))
    if state.asked_at is not None:
        found.append(Step(rule="give_up", due=state.asked_at + ANSWER_WITHIN))
    else:
        found.append(Step(rule="ask", due=calendar.at(_quiet_from(state, calendar, now), OPENING)))
    return tuple(step for step in found if step.due > now)


def _quiet_from(state: IntroductionState, calendar: WorkCalendar, now: datetime) -> date:
    """The day on which silence has lasted too long."""
    heard = calendar.day_of(state.last_news or now)
    if state.expected_close is None:
        return calendar.working_day_from(heard + QUIET_WITHOUT_CLOSE)
    return calendar.working_day_from(max(heard, state.expected_close) + QUIET_AFTER_CLOSE)


def _row(happening: Happening) -> JournalRow:
    return JournalRow(
        key=happening.key,
        at=happening.at,
        kind=happening.kind,
        about=happening.about,
        by=happening.by,
        via=happening.via,
        proved=happening.proved,
        note=happening.note,
        data=happening.data,
    )


def _row_of_step(state: IntroductionState, step: Step, now: datetime) -> JournalRow:
    return JournalRow(key=_occasion(state, step), at=now, kind=STEP_FACTS[step.rule])


def _occasion(state: IntroductionState, step: Step) -> str:
    return f"{state.round}/{step.rule}/{step.due:%Y-%m-%d}"


# --- who hears of what

Letter = tuple[Notice, Person]


class _Briefing:
    """What lies on the table: the prospect, our people, and the moment."""

    def __init__(
        self,
        dossier: IntroductionDossier,
        state: IntroductionState,
        team: Team,
        now: datetime,
        hours: WorkingHours,
    ) -> None:
        self.dossier = dossier
        self.prospect = dossier.prospect
        self.state = state
        self.team = team
        self.now = now
        self.hours = hours

    @property
    def language(self) -> Language:
        """Of the account: so that the document can be passed on as it is."""
        return self.prospect.account.language

    def person(self, id: str) -> Person | None:
        seller = self.prospect.seller
        if id == SELLER:
            return (
                Person(
                    id=SELLER,
                    name=seller.name,
                    email=seller.email,
                    side="vendor",
                    role=SELLER,
                    language=self.language,
                    time_zone=self.prospect.account.time_zone,
                    country=self.prospect.account.country,
                )
                if seller
                else None
            )
        member = self.team.member(id)
        return staff_person(member, self.language) if member else None

    def called(self, id: str, language: str) -> str:
        """The name as one of ours writes it who reads that language: in Japanese our own are さん, the others 様."""
        member, person = self.team.member(id), self.person(id)
        if person is None:
            theirs = next((one for one in people_of(self.prospect) if one.id == id), None)
            return honoured(theirs.name if theirs else id, theirs, language)
        return honoured(member.named(language) if member else person.name, person, language, among_us=True)

    def language_of(self, id: str) -> str:
        person = self.person(id)
        return person.language if person else self.language

    @property
    def owner(self) -> str:
        return self.dossier.owner

    @property
    def seller_or_owner(self) -> str:
        return SELLER if self.prospect.seller else self.owner

    @property
    def manager(self) -> str:
        manager = self.team.manager_of(self.owner)
        return manager.handle if manager else self.owner

    def letter(
        self,
        kind: NoticeKind,
        to: str,
        occasion: str,
        facts: dict[str, Any],
        *,
        urgent: bool = False,
        while_open: bool = False,
        attached: bool = False,
    ) -> list[Letter]:
        """To one person, for the receiver's next office hour; none where nobody has that id."""
        person, owner = self.person(to), self.person(self.owner)
        if person is None:
            return []
        clock, introduction = self.state.clock, self.state.introduction
        at_once = urgent or not clock.office_hours_apply
        when = (
            self.now
            if at_once
            else next_office_moment(person, self.now, self.hours, team=self.team, sale=self.prospect)
        )
        notice = compose(
            kind,
            person,
            Letterhead.signed_by(owner, self.team, person.language, account=self.prospect.account.name, at=self.now),
            {"introduction": introduction, **facts},
            key=f"{introduction}/{occasion}/{kind}/{to}",
            staff=to != SELLER,
            about=introduction,
            while_open=introduction if while_open else None,
            not_before=clock.wall(when),
            attachment=f"process/{introduction}/{self.language}" if attached else None,
        )
        return [(notice, person)]


def _tell(briefing: _Briefing, happening: Happening) -> list[Letter]:
    match happening.kind:
        case "begun":
            return _begun(briefing, happening)
        case "issue_reported":
            return _issue(briefing, happening)
        case "ended" if happening.data.get("ending") != "won":
            return _ended(briefing, happening)
        case _:
            return []


def _begun(briefing: _Briefing, happening: Happening) -> list[Letter]:
    if briefing.state.learnt.introduced_at is not None or briefing.state.ending is not None:
        return []
    told = briefing.letter(
        "introduction_task", briefing.owner, happening.key, _task(briefing), while_open=True, attached=True
    )
    facts = {"due": _due(briefing), "expected_close": _close(briefing)}
    return told + briefing.letter("process_outline", SELLER, happening.key, facts, attached=True)


def _task(briefing: _Briefing) -> dict[str, Any]:
    prospect, person = briefing.prospect, briefing.person(briefing.owner)
    language = person.language if person else "en"
    seller = prospect.seller
    return {
        "due": _due(briefing),
        "expected_close": _close(briefing),
        "playbook": in_language(briefing.dossier.playbook.title, language),
        "seller_name": seller.name if seller else "",
        "seller_email": seller.email if seller else "",
        "products": list(prospect.products),
        "problem": prospect.problem or "",
        "present_state": prospect.present_state or "",
        "stakeholders": [
            {"name": p.name, "email": p.email, "role": role_title(p.role, language)} for p in prospect.stakeholders
        ],
        "notes": [{"by": note.by or "", "text": note.text} for note in prospect.notes],
        "missing": list(missing_from_hand_off(prospect, language)),
        "completeness_pct": round(completeness(prospect) * 100),
        "crm_url": prospect.crm_url or "",
    }


def _due(briefing: _Briefing) -> str:
    return str(briefing.dossier.calendar.day_of(briefing.state.due or briefing.now))


def _close(briefing: _Briefing) -> str:
    return str(briefing.state.expected_close or "")


def _issue(briefing: _Briefing, happening: Happening) -> list[Letter]:
    """To the seller, who can still do something about it, and to the owner; whoever said it needs no telling."""
    facts = {
        "title": happening.data["title"],
        "severity": happening.data["severity"],
        "note": happening.note or "",
        "expected_close": _close(briefing),
    }
    by = happening.by or briefing.owner
    urgent = happening.data["severity"] == "critical"
    people = dict.fromkeys(id for id in (SELLER, briefing.owner) if id != happening.by)
    return [
        letter
        for id in people
        for letter in briefing.letter(
            "introduction_issue",
            id,
            happening.key,
            {**facts, "by": briefing.called(by, briefing.language_of(id))},
            urgent=urgent,
        )
    ]


def _ended(briefing: _Briefing, happening: Happening) -> list[Letter]:
    if happening.by == briefing.owner:
        return []
    learnt = briefing.state.learnt
    facts = {
        "ending": happening.data["ending"],
        "note": happening.note or "",
        "issues": [{"title": issue.title, "severity": issue.severity} for issue in learnt.issues],
    }
    return briefing.letter("introduction_ended", briefing.owner, happening.key, facts)


def _nudge(briefing: _Briefing, step: Step) -> list[Letter]:
    occasion = _occasion(briefing.state, step)
    calendar, today = briefing.dossier.calendar, briefing.dossier.calendar.day_of(briefing.now)
    if step.rule == "ask":
        facts = {
            "expected_close": _close(briefing),
            "since": str(calendar.day_of(briefing.state.last_news or briefing.now)),
            "until": str(calendar.day_of(briefing.now + ANSWER_WITHIN)),
        }
        return briefing.letter("introduction_silence", briefing.seller_or_owner, occasion, facts)
    if briefing.state.learnt.introduced_at is not None:
        return []
    late = max(0, calendar.working_days_between(date.fromisoformat(_due(briefing)), today))
    to = briefing.owner if step.rule == "remind" else briefing.manager
    reminder = {
        "due": _due(briefing),
        "days": late,
        "expected_close": _close(briefing),
        "responsible": briefing.called(briefing.owner, briefing.language_of(to)),
        "yours": to == briefing.owner,
    }
    return briefing.letter("introduction_reminder", to, occasion, reminder, while_open=True)


# --- what an onboarding inherits


def with_learnt(deal: DealClosed, learnt: Learnt, team: Team) -> DealClosed:
    """The deal with what its introduction found out: issues and notes as notes of the hand-off, the CSM as the owner.

    The deal's own word goes before: an owner that it names stays. Again it changes nothing. What no longer fits
    (a hand-off record takes 50 notes) is left to the introduction's own record.
    """
    language = deal.account.language
    there = {note.text for note in deal.notes}
    more = [note for note in _as_notes(learnt, team, language, zone=deal.account.time_zone) if note.text not in there]
    notes = (*deal.notes, *more)[:MOST_NOTES]
    owner = deal.owner or (learnt.owner if team.member(learnt.owner) else None)
    return deal.model_copy(update={"notes": notes, "owner": owner, "has_outline": True})


def _as_notes(learnt: Learnt, team: Team, language: Language, *, zone: str) -> Sequence[Note]:
    notes = []
    if learnt.introduced_at is not None:
        on = day_in_words(learnt.introduced_at.astimezone(ZoneInfo(zone)).date(), language)
        said = f"ご契約前に{on}にご挨拶済みです。" if language == "ja" else f"Introduced before the signature, on {on}."
        notes.append(Note(by=_named(learnt.introduced_by, team, language), at=learnt.introduced_at, text=said))
    notes += [Note(by=_named(i.by, team, language), at=i.at, text=_issue_in_words(i, language)) for i in learnt.issues]
    notes += [Note(by=_named(note.by, team, language), at=note.at, text=note.text) for note in learnt.notes]
    return notes


def _issue_in_words(issue: FoundIssue, language: Language) -> str:
    severity = SEVERITIES[issue.severity][language]
    head = (
        f"ご契約前に判明した問題点（{severity}）：{issue.title}"
        if language == "ja"
        else f"Found before the signature ({severity}): {issue.title}"
    )
    return f"{head}\n{issue.note}" if issue.note else head


def _named(id: str, team: Team, language: Language) -> str | None:
    member = team.member(id) if id else None
    return member.named(language) if member else id or None
