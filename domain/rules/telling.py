"""Who hears of what has happened? From every fact to the notices that follow from it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from domain.agenda.state import Fact
from domain.calendar import CLOSING
from domain.deal import missing_from_hand_off
from domain.news import HANDED_OVER, VENDOR_ONLY
from domain.notice import Notice, NoticeKind
from domain.playbook import Cadence, Milestone
from domain.rules import attendance, corrections, letters, meetings, plan_letter, tasks
from domain.rules.briefing import Briefing, present
from domain.rules.casting import concerns_customer
from domain.rules.digests import A_WEEKS_LETTER
from domain.rules.previewing import if_it_takes
from domain.rules.record_keeping import merged, registers
from domain.rules.schedule import cadence_days, deadline, notice_moment, service_level
from domain.titles import meeting_title

Notices = list[Notice]


def tell(briefing: Briefing, fact: Fact, *, before: dict[str, str]) -> Notices:
    """The notices for one fact; `before` has the milestones' days as they were before this occasion, by key."""
    teller = TELLERS.get(fact.kind)
    return teller(briefing, fact, before) if teller else []


def _to_each(
    briefing: Briefing,
    kind: NoticeKind,
    people: Iterable[str],
    fact: Fact,
    facts: Callable[[str], dict[str, Any]],
    **more: Any,
) -> Notices:
    """One notice of the fact to each of the people, in their language; nobody hears of what they did themselves."""
    receivers = [id for id in dict.fromkeys(people) if not briefing.are_one(id, fact.by)]
    occasion = fact.key
    return present(
        briefing.notice(kind, id, occasion, facts(briefing.language_of(id)), about=fact.about, **more)
        for id in receivers
    )


def _with_our_reason(
    briefing: Briefing, kind: NoticeKind, people: Iterable[str], fact: Fact, facts: Callable[[str], dict[str, Any]]
) -> Notices:
    """Notices to both sides, with the reason to ours alone: it was written for us, often about the customer."""
    people = list(people)
    ours = [id for id in people if (person := briefing.person(id)) and person.side == "vendor"]
    theirs = [id for id in people if id not in ours]
    reason = fact.data.get("reason") or ""
    notices = _to_each(briefing, kind, ours, fact, lambda lang: {**facts(lang), "reason": reason})
    return notices + _to_each(briefing, kind, theirs, fact, lambda lang: {**facts(lang), "reason": ""})


def _opened(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    owner = briefing.state.owner
    notices = _to_each(
        briefing, "assigned", [owner], fact, lambda lang: letters.hand_off_record(briefing, lang), urgent=True
    )
    waits = briefing.state.draft("introduction") is not None
    if briefing.playbook.draft("introduction") is None:
        notices += present(
            briefing.notice("introduction", to, fact.key, letters.introduction_to(briefing, to), about=fact.about)
            for to in briefing.rollout
        )
    if missing_from_hand_off(briefing.deal):
        notices += _to_each(
            briefing, "hand_off_gaps", ["seller"], fact, lambda lang: letters.hand_off_gaps(briefing, lang)
        )
    if not waits:
        notices += _kickoff_agenda(briefing, fact.key, about=fact.about, follows=True)
    if late := letters.overdue(briefing, briefing.language_of(owner)):
        facts = {
            "day": fact.data.get("day", 0),
            "overdue": late,
            "next": letters.upcoming(briefing, briefing.language_of(owner)),
        }
        notices += _to_each(briefing, "taken_up", [owner], fact, lambda _: facts)
    return notices


AGENDA_FOLLOWS = 3
"""Office hours of the reader between the introduction and the agenda: nobody is greeted and asked in one minute."""
INTRODUCED = "introduced"
"""Once in an onboarding: by a message that was sent, or by people who have done it themselves."""


def _draft_sent(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    """Nobody is asked to a kickoff by people who have not been introduced: that follows the introduction."""
    return _kickoff_agenda(briefing, INTRODUCED, follows=True) if fact.data["message"] == "introduction" else []


def _introduced(briefing: Briefing, fact: Fact) -> Notices:
    """What follows where the teams were introduced otherwise than by the message that waited."""
    draft = briefing.playbook.draft("introduction")
    return _kickoff_agenda(briefing, INTRODUCED) if draft is not None and draft.reaches == fact.about else []


def _kickoff_agenda(briefing: Briefing, occasion: str, *, about: str = "", follows: bool = False) -> Notices:
    """The agenda to those who lead; where it `follows` the introduction, some office hours after that."""
    kickoff, leads = briefing.state.playing("kickoff"), briefing.playing("project_lead")
    if kickoff is None or kickoff.settled:
        return []
    people = leads if letters.in_writing(briefing) else [*leads, briefing.state.owner]
    until = _agenda_at(briefing, kickoff.key, leads) if follows else None
    notices = [
        briefing.notice(
            "kickoff_agenda", to, occasion,
            {**_kickoff(briefing, kickoff.key, briefing.language_of(to)), **_hours(briefing, kickoff.key, to)},
            about=about,
            until=until,
            while_open=kickoff.key,
        )
        for to in people
    ]  # fmt: skip
    return present(notices)


def _agenda_at(briefing: Briefing, kickoff: str, leads: Sequence[str]) -> datetime | None:
    """When the agenda goes that follows the introduction; None where there is no time for that.

    Our own people hear of it no sooner than those who get it: they read that it has been sent.
    """
    later = max((briefing.after_office_hours(id, briefing.now, AGENDA_FOLLOWS) for id in leads), default=None)
    return later if later is not None and later < briefing.plan.milestone(kickoff).due else None


def _hours(briefing: Briefing, key: str, to: str) -> dict[str, Any]:
    """The hours that are offered for the kickoff."""
    return meetings.offered(briefing, key, briefing.plan.milestone(key).on, to)


def _kickoff(briefing: Briefing, key: str, language: str) -> dict[str, Any]:
    return {
        "title": briefing.say(meeting_title(briefing.playbook, key), language),
        "due": briefing.due_on(key),
        "late": briefing.is_past(key),
        "agenda": [briefing.say(text, language) for text in briefing.playbook.kickoff.agenda],
        "questions": [briefing.say(text, language) for text in briefing.playbook.kickoff.questions],
        "in_writing": letters.in_writing(briefing),
    }


def _reached(briefing: Briefing, fact: Fact, before: dict[str, str]) -> Notices:
    milestone = briefing.playbook.milestone(fact.about)
    if milestone is None:
        return []
    on = str(briefing.calendar.day_of(fact.at))
    if milestone.role == "go_live":
        return _live(briefing, fact, on)
    notices: Notices = []
    if milestone.role == "kickoff":
        notices += _plan(briefing, fact) + _begun_late(briefing, fact, before)
    informed = _informed(briefing, milestone)
    if milestone.sign_off is not None:
        others = [id for id in _signers(briefing, fact) if id not in informed]
        others = others if milestone.announced else _unreported(briefing, fact, others)
        notices += _decided(briefing, fact, others, decision="approved")
    notices += _introduced(briefing, fact)
    return notices + _to_each(
        briefing,
        "milestone_reached",
        informed,
        fact,
        lambda lang: {"title": briefing.title(fact.about, lang), "at": on, "by": briefing.called([fact.by], lang)},
        until=None if milestone.announced else briefing.now + A_WEEKS_LETTER,
    )


def _informed(briefing: Briefing, milestone: Milestone) -> list[str]:
    """Who is told that it is reached; what the playbook does not announce is no message to a customer.

    It stands in the report of whoever gets one, and in the room.
    """
    informed = briefing.playing(*milestone.raci.informed) if milestone.raci.informed else []
    # Those who have the message itself that reaches it need no second one.
    have_it = any(draft.reaches == milestone.key for draft in briefing.playbook.drafts)
    if have_it or not concerns_customer(milestone):
        return [id for id in informed if not briefing.is_customer(id)]
    if not milestone.announced:
        reported = _reported_soon(briefing)
        return [id for id in informed if not briefing.is_customer(id) and id not in reported]
    reads_it_soon = set() if milestone.optional else _met_soon(briefing)
    return [id for id in informed if id not in reads_it_soon]


def _reported_soon(briefing: Briefing) -> set[str]:
    """Those of ours who read it in their copy of a report before news of it would go: in one message it stood twice."""
    reports = {one.key: one for one in briefing.playbook.cadences if one.kind == "status_report" and one.copied}
    soon = [
        reports[entry.about]
        for entry in briefing.state.entries
        if entry.rule == "cadence" and entry.about in reports and entry.due <= briefing.now + A_WEEKS_LETTER
    ]
    return {id for one in soon for id in briefing.playing(one.led_by)}


def _met_soon(briefing: Briefing) -> set[str]:
    """Those at the customer's whom we meet in the next days, with the figures, or announce that to on the next day.

    They would hear of it twice, on one morning or on two in a row: they read it there, and else when we meet.
    """
    soon = briefing.calendar.at(briefing.calendar.add_working_days(briefing.today, 1), CLOSING)
    meets = [one for one in briefing.playbook.cadences if one.kind == "meeting" and one.figures]
    soon_met = [one for one in meets if _is_met(briefing, one, soon)]
    return {id for one in soon_met for id in briefing.playing(*one.with_) if briefing.is_customer(id)}


def _is_met(briefing: Briefing, cadence: Cadence, soon: datetime) -> bool:
    """Whether a meeting of the series lies ahead that is announced by that moment."""
    calendar = briefing.calendar
    closed_on = calendar.day_of(briefing.deal.closed_at)
    days = cadence_days(cadence, briefing.state, calendar, closed_on, briefing.plan)
    ahead = next((day for day in days if day >= briefing.today), None) if days is not None else None
    return ahead is not None and notice_moment(cadence, calendar, ahead) <= soon


def _unreported(briefing: Briefing, fact: Fact, signers: Iterable[str]) -> list[str]:
    """Those of the signers who do not read it in their report, and whoever was overruled."""
    reported, overruled = letters.reported_to(briefing), fact.data.get("overruled", [])
    return [id for id in signers if id in overruled or id not in reported]


def _signers(briefing: Briefing, fact: Fact) -> list[str]:
    milestone = briefing.state.milestone(fact.about)
    return list(milestone.signers) if milestone else []


def _decided(briefing: Briefing, fact: Fact, people: Iterable[str], *, decision: str) -> Notices:
    """What one signer has decided, for the other signers: they need not ask, or wait, or answer any more."""
    people, missing = list(people), fact.data.get("missing", [])
    asked, others = [id for id in people if id in missing], [id for id in people if id not in missing]

    def facts(lang: str) -> dict[str, Any]:
        return {
            "what": briefing.signed(fact.about, lang),
            "by": briefing.called([fact.by], lang),
            "at": str(briefing.calendar.day_of(fact.at)),
            "decision": decision,
            "reasons": list(fact.data.get("reasons", [])),
            "missing": [briefing.called([id], lang) for id in missing],
            "overruled": [briefing.called([id], lang) for id in fact.data.get("overruled", [])],
        }

    return [
        *_to_each(briefing, "sign_off_decided", asked, fact, lambda lang: {**facts(lang), "yours": True}),
        *_to_each(briefing, "sign_off_decided", others, fact, lambda lang: {**facts(lang), "yours": False}),
    ]


def _given(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    people = [*_signers(briefing, fact), briefing.state.owner]
    return _decided(briefing, fact, people, decision="given")


def _plan(briefing: Briefing, fact: Fact) -> Notices:
    """The plan to its readers; only those whose sign-off waits for nothing else are asked to agree to it.

    Nobody gets it here where it waits for one of ours to read it.
    """
    if plan_letter.waits(briefing):
        return []
    waiting = [m for m in briefing.state.milestones if not m.settled and briefing.state.needs(m) == [fact.about]]
    signers = {id for milestone in waiting for id in milestone.signers}
    # Who is asked to agree to it at this moment gets it with the request.
    have_it = {id for milestone in waiting if milestone.of_plan and milestone.asked for id in milestone.deciders}
    readers = [id for id in plan_letter.readers(briefing) if id not in have_it]
    asked, others = [id for id in readers if id in signers], [id for id in readers if id not in signers]

    def document(language: str) -> dict[str, Any]:
        late_by = plan_letter.kickoff_late_by(briefing, fact.about, fact.at)
        return {**letters.plan_document(briefing, language), "late_by": late_by}

    return [
        *_to_each(briefing, "plan", asked, fact, lambda lang: {**document(lang), "sign_off": True}),
        *_to_each(briefing, "plan", others, fact, lambda lang: {**document(lang), "sign_off": False}),
    ]


def _begun_late(briefing: Briefing, fact: Fact, before: dict[str, str]) -> Notices:
    """Which dates a late kickoff has moved, for our side, and also for who recorded it; the customer gets the plan."""
    late = plan_letter.kickoff_late_by(briefing, fact.about, fact.at)
    if not late:
        return []
    return present(
        briefing.notice(
            "replanned", id, fact.key,
            {
                "reason": "",
                "moved": _moved(briefing, before, briefing.language_of(id)),
                "hand_off_by": "",
                "late_kickoff": late,
            },
            about=fact.about,
        )
        for id in dict.fromkeys([briefing.state.owner, *briefing.managers])
    )  # fmt: skip


def _live(briefing: Briefing, fact: Fact, on: str) -> Notices:
    """To everybody who runs the onboarding, also to who has said it: how soon faults are answered is news to them.

    A sponsor who is nothing else hears whom faults go through, and is not asked to report them.
    """
    reporters = briefing.playing("project_lead", "technical_lead", "champion")
    return present(
        briefing.notice(
            "went_live", id, fact.key,
            {
                **_launch(briefing, on),
                "reports": not briefing.is_customer(id) or id in reporters,
                "leads": briefing.called(briefing.playing("project_lead"), briefing.language_of(id)),
            },
            about=fact.about,
        )
        for id in dict.fromkeys([*briefing.rollout, briefing.state.owner])
        if briefing.is_customer(id) or not briefing.are_one(id, fact.by)
    )  # fmt: skip


def _launch(briefing: Briefing, on: str) -> dict[str, Any]:
    closing = briefing.state.playing("hypercare_end")
    return {
        "at": on,
        "hypercare_until": briefing.due_on(closing.key) if closing else "",
        "levels": [level.model_dump() for level in briefing.playbook.hypercare.levels],
    }


def _reopened(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    milestone = briefing.playbook.milestone(fact.about)
    people = briefing.playing(milestone.raci.responsible) if milestone else []
    return _to_each(
        briefing, "milestone_reopened", [*people, briefing.state.owner], fact,
        lambda lang: {
            "title": briefing.title(fact.about, lang), "reason": fact.data["reason"], "due": briefing.due_on(fact.about)
        },
    )  # fmt: skip


def _sign_off_asked(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    state, definition = briefing.state.milestone(fact.about), briefing.playbook.milestone(fact.about)
    if state is None or definition is None or state.settled:
        return []
    if state.of_plan and plan_letter.waits(briefing):
        return []
    if state.of_plan:
        late_by = plan_letter.late_by(briefing)
        return _to_each(
            briefing, "plan", state.deciders, fact,
            lambda lang: {
                **letters.plan_document(briefing, lang), "sign_off": True, "late_by": late_by,
                "due": plan_letter.room_to_sign(briefing, fact.about),
                "deliverables": plan_letter.deliverables(briefing, fact.about, lang),
                **_since_rejection(briefing, fact, lang),
            },
            while_open=fact.about,
        )  # fmt: skip
    return _to_each(
        briefing, "sign_off_request", state.deciders, fact,
        lambda lang: {
            "title": briefing.signed(fact.about, lang),
            "milestone": fact.about,
            "due": plan_letter.room_to_sign(briefing, fact.about),
            "done_when": briefing.say(definition.done_when, lang),
            "deliverables": plan_letter.deliverables(briefing, fact.about, lang),
            **_since_rejection(briefing, fact, lang),
        },
        while_open=fact.about,
    )  # fmt: skip


def ask_newcomers(briefing: Briefing, asked: Mapping[str, Sequence[str]], fact: Fact) -> Notices:
    """What is asked of others already, for those who sign it only now, by the milestones' keys."""
    return [
        notice
        for key, people in asked.items()
        if people
        for notice in _sign_off_asked(briefing, fact.model_copy(update={"about": key, "data": {}, "note": None}), {})
        if notice.to in people
    ]


def _since_rejection(briefing: Briefing, fact: Fact, language: str) -> dict[str, Any]:
    """How often it was rejected, and what has been done since: reached again, new dates, or what somebody says."""
    state = briefing.state.milestone(fact.about)
    why = fact.data.get("why", "")
    done = [
        {"title": briefing.title(key, language), "at": str(briefing.calendar.day_of(other.at))}
        for key in (state.reopens if state and why == "worked_on" else ())
        if (other := briefing.state.milestone(key)) and other.at
    ]
    return {"again": state.rejections if state else 0, "why": why, "done": done, "note": fact.note or ""}


def _rejected(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    reopened = fact.data["reopened"]
    doers = [m.raci.responsible for key in reopened if (m := briefing.playbook.milestone(key))]
    mending = [briefing.state.owner, *(briefing.playing(*doers) if doers else [])]
    others = [id for id in _signers(briefing, fact) if id not in mending]
    return _decided(briefing, fact, others, decision="rejected") + _to_each(
        briefing, "sign_off_rejected", mending, fact,
        lambda lang: {
            "title": briefing.signed(fact.about, lang),
            "milestone": fact.about,
            "by": briefing.called([fact.by], lang),
            "reasons": fact.data["reasons"],
            "reopened": [{"title": briefing.title(key, lang), "due": briefing.due_on(key)} for key in reopened],
            "due": briefing.due_on(fact.about),
        },
        urgent=True,
    )  # fmt: skip


def _issue_raised(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    level = service_level(briefing.playbook, fact.data["severity"])
    by = {"respond": "", "resolve": ""}
    if level is not None:
        for what, hours in (("respond", level.respond), ("resolve", level.resolve)):
            by[what] = deadline(level, hours, fact.at, briefing.calendar).isoformat()
    critical = fact.data["severity"] == "critical"
    people = [briefing.state.owner, *briefing.playing("technical_resource"), *(briefing.managers if critical else [])]
    facts = {"issue": fact.about, "title": fact.data["title"], "severity": fact.data["severity"]}
    facts |= {"respond_by": by["respond"], "resolve_by": by["resolve"], "again": fact.kind == "issue_not_solved"}
    facts["note"] = fact.note or ""
    notices = _to_each(briefing, "issue_raised", people, fact, lambda _: facts, urgent=critical, while_open=fact.about)
    return notices + _receipt(briefing, fact, facts, heard={notice.to for notice in notices}, urgent=critical)


def _receipt(briefing: Briefing, fact: Fact, facts: dict[str, Any], *, heard: set[str], urgent: bool) -> Notices:
    """That it was taken, with its times: at once to who raised it, and to the project lead (SUP-2).

    Who raised it gets it although they brought the news: it is the answer to it.
    """
    raiser = str(fact.data.get("raised_by") or fact.by or "")
    raisers = [raiser] if raiser and briefing.is_customer(raiser) else []
    # Nobody at the customer's has said what one of ours has written down.
    ours = briefing.colleague(raiser) is not None
    people = [id for id in dict.fromkeys([*raisers, *briefing.playing("project_lead")]) if id not in heard]
    return present(
        briefing.notice(
            "issue_raised",
            id,
            fact.key,
            {**facts, "yours": id in raisers, "ours": ours},
            about=fact.about,
            urgent=urgent or id in raisers,
        )
        for id in people
    )


def _issue_resolved(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    facts = {
        "issue": fact.about,
        "title": fact.data["title"],
        "severity": fact.data["severity"],
        "note": fact.note or "",
    }
    raised_by = fact.data.get("raised_by")
    raiser = [raised_by] if raised_by and briefing.person(raised_by) else []
    people = [briefing.state.owner, *briefing.playing("project_lead"), *raiser]
    return _to_each(briefing, "issue_resolved", people, fact, lambda _: facts)


def _prolonged(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    issues = [
        {"issue": issue.key, "title": issue.title}
        for issue in briefing.state.issues
        if issue.key in fact.data["issues"]
    ]
    facts = {"issues": issues, "planned_end": str(briefing.calendar.day_of(fact.at))}
    people = [briefing.state.owner, *briefing.managers, *briefing.playing("project_lead")]
    return _to_each(briefing, "hypercare_prolonged", people, fact, lambda _: facts)


def _both_sides(briefing: Briefing) -> list[str]:
    return [briefing.state.owner, *briefing.managers, *briefing.playing("project_lead", "executive_sponsor")]


def _paused(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    longest = briefing.playbook.pausing.longest_days
    facts = {"reason": fact.data["reason"], "until": fact.data.get("until") or "", "longest_days": longest}
    return _to_each(briefing, "paused", _both_sides(briefing), fact, lambda _: facts)


def _moved(
    briefing: Briefing, before: dict[str, str], language: str, *, hidden: Collection[str] = ()
) -> list[dict[str, str]]:
    return [
        {"title": briefing.title(m.key, language), "was": before[m.key], "now": briefing.due_on(m.key)}
        for m in briefing.state.milestones
        if not m.settled and before.get(m.key, briefing.due_on(m.key)) != briefing.due_on(m.key)
        if m.key not in hidden
    ]


def _resumed(briefing: Briefing, fact: Fact, before: dict[str, str]) -> Notices:
    days = (briefing.calendar.day_of(fact.at) - date.fromisoformat(fact.data["since"][:10])).days
    go_live = briefing.state.playing("go_live")
    due = briefing.due_on(go_live.key) if go_live and not go_live.settled else ""
    return _of_dates(briefing, "resumed", fact, before, {"paused_days": days, "go_live_due": due})


def _replanned(briefing: Briefing, fact: Fact, before: dict[str, str]) -> Notices:
    """Notices of dates that moved; none where a date was set to what it was already."""
    hand_off_by = str(briefing.calendar.day_of(briefing.plan.hand_off_by)) if fact.data.get("hand_off_by") else ""
    facts = {"reason": fact.data["reason"], "hand_off_by": hand_off_by}
    return _of_dates(briefing, "replanned", fact, before, facts, only_if_moved=not hand_off_by)


def _of_dates(
    briefing: Briefing,
    kind: NoticeKind,
    fact: Fact,
    before: dict[str, str],
    facts: dict[str, Any],
    *,
    only_if_moved: bool = False,
) -> Notices:
    """Notices of dates to both sides; the customer's people read of no milestone that is among us."""
    people, hidden = _both_sides(briefing), letters.among_us(briefing)
    ours = [id for id in people if not briefing.is_customer(id)]
    theirs = [id for id in people if id not in ours]
    if only_if_moved:
        ours = ours if _moved(briefing, before, "en") else []
        theirs = theirs if _moved(briefing, before, "en", hidden=hidden) else []
    return [
        *_to_each(briefing, kind, ours, fact, lambda lang: {**facts, "moved": _moved(briefing, before, lang)}),
        *_to_each(
            briefing, kind, theirs, fact,
            lambda lang: {**facts, "moved": _moved(briefing, before, lang, hidden=hidden)},
        ),
    ]  # fmt: skip


def _reassigned(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    if briefing.team.member(fact.about) is None:
        return []
    before, now = fact.data["before"], fact.about
    # Whoever is introduced only now never knew the one before.
    met = briefing.state.draft("introduction") is None
    people = [now, before, *(briefing.playing("project_lead") if met else [])]
    return _with_our_reason(
        briefing, "reassigned", people, fact,
        lambda lang: {"before": briefing.name(before, lang), "now": briefing.name(now, lang)},
    )  # fmt: skip


def _scope_requested(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    facts = {"request": fact.about, "title": fact.data["title"], "effort_days": fact.data["effort_days"] or ""}
    facts["note"] = fact.note or ""
    return _to_each(
        briefing, "scope_change_requested", [*briefing.managers, briefing.state.owner], fact,
        lambda lang: {**facts, "asked_by": briefing.called([fact.by], lang, among_us=True)},
    )  # fmt: skip


def _scope_decided(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    owner, leads, effort = briefing.state.owner, briefing.playing("project_lead"), _effort(briefing, fact)
    facts = {"request": fact.about, "title": fact.data["title"], "decision": fact.data["decision"]}
    facts |= {"reason": fact.data["reason"] or "", "effort_days": effort or ""}
    approved = fact.data["decision"] == "approve"
    return [
        *_to_each(
            briefing, "scope_change_decided", [owner], fact,
            lambda lang: {**facts, **(_to_plan_in(briefing, effort, lang) if approved else {})},
        ),
        *_to_each(briefing, "scope_change_decided", leads, fact, lambda _: facts),
    ]  # fmt: skip


def _effort(briefing: Briefing, fact: Fact) -> float | None:
    """Days of work that were named with the request; None where nobody has said."""
    rows = merged([*briefing.registers, *registers(briefing.state.pending)])
    return next((r.data.get("effort_days") for r in rows if (r.kind, r.key) == ("scope_change", fact.about)), None)


def _to_plan_in(briefing: Briefing, effort: float | None, language: str) -> dict[str, Any]:
    """What the owner is asked to re-plan for an approved change, and what that would move."""
    preview = if_it_takes(briefing, effort or 0)
    if preview is None:
        return {"milestone": "", "milestone_title": "", "to": "", "moved": []}
    was = {milestone.key: milestone.on for milestone in briefing.plan.milestones}
    settled = {milestone.key for milestone in briefing.state.milestones if milestone.settled}
    return {
        "milestone": preview.milestone,
        "milestone_title": briefing.title(preview.milestone, language),
        "to": str(preview.to) if effort else "",
        "moved": [
            {"title": briefing.title(then.key, language), "was": str(was[then.key]), "now": str(then.on)}
            for then in preview.plan.milestones
            if then.key not in settled and then.on != was[then.key]
        ],
    }


def _ending_announced(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    """To our side alone, at once: who decided it may have meant another customer, and the others may object."""
    ahead = briefing.state.ending_ahead
    if ahead is None or ahead.until is None:
        # Taken back in the same breath: nobody has to hear of either.
        return []
    facts = {
        "ending": fact.data["ending"],
        "reason": fact.data.get("reason") or "",
        "ends_at": ahead.until.isoformat(),
    }
    # Who gets the message to the customer to read learns there when it goes.
    reads = any(draft.goes_with_the_ending for draft in briefing.state.drafts)
    people = [*([] if reads else [briefing.state.owner]), *briefing.managers]
    return _to_each(briefing, "ending_announced", people, fact, lambda _: facts, urgent=True)


def _ending_taken_back(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    facts = {"ending": fact.data["ending"], "reason": fact.data.get("reason") or ""}
    people = [briefing.state.owner, *briefing.managers]
    return _to_each(briefing, "ending_taken_back", people, fact, lambda _: facts, urgent=True)


def _ended(briefing: Briefing, fact: Fact, _: dict[str, str]) -> Notices:
    ending = fact.data["ending"]
    # Where it waited for one of ours, they have decided whether the customer is told, and in which words.
    decided = bool(fact.data.get("message"))
    if ending in HANDED_OVER:
        people = [*([] if decided else briefing.rollout), briefing.state.owner]
        return present(
            briefing.notice(
                "hand_off",
                id,
                fact.key,
                {**letters.hand_off_to(briefing, id), **meetings.not_held(briefing, id)},
                about=fact.about,
            )
            for id in dict.fromkeys(people)
            if not briefing.are_one(id, fact.by)
        )
    people = [briefing.state.owner, *briefing.managers]
    if ending not in VENDOR_ONLY and not decided:
        people += briefing.playing("project_lead")
    return _with_our_reason(briefing, "ended", people, fact, lambda _: {"ending": ending})


TELLERS: dict[str, Callable[[Briefing, Fact, dict[str, str]], Notices]] = {
    "opened": _opened,
    "milestone_reached": _reached,
    "milestone_waived": lambda briefing, fact, _: _introduced(briefing, fact),
    "milestone_reopened": _reopened,
    "sign_off_asked": _sign_off_asked,
    "sign_off_rejected": _rejected,
    "sign_off_given": _given,
    "issue_raised": _issue_raised,
    "issue_judged_anew": _issue_raised,
    "issue_not_solved": _issue_raised,
    "issue_resolved": _issue_resolved,
    "hypercare_prolonged": _prolonged,
    "paused": _paused,
    "resumed": _resumed,
    "replanned": _replanned,
    "reassigned": _reassigned,
    "scope_change_requested": _scope_requested,
    "scope_change_decided": _scope_decided,
    "draft_sent": _draft_sent,
    "attendance_told": attendance.told,
    "ending_announced": _ending_announced,
    "ending_taken_back": _ending_taken_back,
    "task_added": tasks.given,
    "task_changed": tasks.given,
    "flag_raised": corrections.raised,
    "flag_lowered": corrections.lowered,
    "correction_opened": corrections.opened,
    "correction_changed": corrections.changed,
    "correction_escalated": corrections.escalated,
    "correction_closed": corrections.closed,
    "ended": _ended,
}
