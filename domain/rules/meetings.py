"""Who meets whom, about what, and at which hour? What the playbook has of a meeting, and the hours that were agreed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any, NamedTuple

from domain.agenda.state import Fact, SlotState, State
from domain.calendar import OPENING, WorkCalendar
from domain.playbook import Cadence, Culmination
from domain.rules import letters, slots
from domain.rules.briefing import Briefing
from domain.rules.schedule import cadence_days, culminating, notice_moment
from domain.text import Text
from domain.titles import meeting_title_of
from domain.wording import rhythm_in_words

USUAL_MINUTES = 60
"""How long a meeting takes where nobody has said it."""
A_MONTH = timedelta(days=31)


class Meeting(NamedTuple):
    """A meeting as the playbook has it: who takes part, and who of ours leads it. `cadence` is the series it is of."""

    key: str
    title: Text
    minutes: int | None
    people: tuple[str, ...]
    host: str
    agenda: Text | None = None
    cadence: Cadence | None = None


# --- what the playbook has


def of_series(briefing: Briefing, cadence: Cadence, day: date) -> Meeting:
    """The meeting of a series on that day; where it culminates, the larger one."""
    leader = briefing.playing(cadence.led_by)
    people = [*readers(briefing, cadence), *(leader if cadence.copied else [])]
    larger = culminating(cadence, briefing.state, briefing.playbook, briefing.plan, day=day, now=briefing.now)
    if larger is not None and (milestone := briefing.playbook.milestone(larger.milestone)) is not None:
        people += briefing.playing(*milestone.raci.consulted)
    title, minutes = (larger.title, larger.minutes) if larger else (cadence.title, cadence.minutes)
    return Meeting(
        cadence.key,
        title,
        minutes,
        tuple(dict.fromkeys(people)),
        (leader or [briefing.state.owner])[0],
        _agenda(briefing, cadence, day, larger),
        cadence,
    )


def readers(briefing: Briefing, cadence: Cadence) -> list[str]:
    """Ids of those whom a series is for.

    A letter or a webinar for several roles goes to whoever has one of them; who stands in for a role that nobody has
    gets it where nobody has any.
    """
    people = briefing.playing(*cadence.with_)
    if cadence.kind not in ("message", "webinar"):
        return people
    champion = [briefing.deal.champion] if "champion" in cadence.with_ else []
    return [id for id in people if _has_one_of(briefing, id, cadence.with_) or id in champion] or people


def _has_one_of(briefing: Briefing, id: str, roles: Collection[str]) -> bool:
    person = briefing.person(id)
    return person is not None and person.role in roles


def find(briefing: Briefing, key: str, day: date) -> Meeting | None:
    """The meeting of that series or milestone on that day; None where the playbook has none that people come to."""
    cadence = next((cadence for cadence in briefing.playbook.cadences if cadence.key == key), None)
    if cadence is not None:
        return of_series(briefing, cadence, day) if cadence.kind == "meeting" else None
    milestone = briefing.playbook.milestone(key)
    if milestone is None or (milestone.role == "kickoff" and letters.in_writing(briefing)):
        return None
    raci, owner = milestone.raci, briefing.state.owner
    people = [*briefing.playing(raci.responsible, raci.accountable, *raci.consulted), owner]
    if milestone.role == "kickoff":
        people += briefing.playing("project_lead")
    title = meeting_title_of(briefing.playbook, milestone)
    return Meeting(key, title, None, tuple(dict.fromkeys(people)), owner)


def facts_of(briefing: Briefing, meeting: Meeting, day: date, to: str) -> dict[str, Any]:
    """What is said of a meeting to one of those who come."""
    language = briefing.language_of(to)
    return {
        "title": briefing.say(meeting.title, language),
        "on": str(day),
        "minutes": meeting.minutes or "",
        "agenda": briefing.say(meeting.agenda, language),
        "with": [briefing.called([other], language) for other in meeting.people],
        "host": briefing.called([meeting.host], language),
        **_figures(briefing, meeting.cadence, day, to),
    }


def turn(briefing: Briefing, cadence: Cadence, day: date, *, since: datetime | None = None) -> int:
    """The place of a day in its series, counted from 0 and from the first occasion that could be told of.

    Whoever goes live at noon gets the first letter a week later, not the second. With `since` occasions that were told
    of before that moment do not count.
    """
    state = briefing.state
    days = cadence_days(
        cadence, state, briefing.calendar, briefing.calendar.day_of(briefing.deal.closed_at), briefing.plan
    )
    if days is None:
        return 0
    after = [milestone.at for key in cadence.starts.after if (milestone := state.milestone(key)) and milestone.at]
    began = max(filter(None, [briefing.deal.closed_at, *after, state.taken_up_at, since]))
    past = takewhile(lambda before: before < day, days)
    return sum(notice_moment(cadence, briefing.calendar, before) > began for before in past)


def announced_to(briefing: Briefing, cadence: Cadence, day: date, people: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Who of those people hears of that occasion, and with which facts: everybody, unless the series is told of seldom.

    With `announcements` each of the customer's people hears of so many occasions since they take part, and ours as long
    as anybody does. An hour that was chosen for one time has to be asked for again, and so has any after a pause.
    """
    if cadence.announcements is None:
        return {id: {} for id in people}
    counts = {
        id: turn(briefing, cadence, day, since=_asked_since(briefing, cadence, id))
        for id in people
        if briefing.is_customer(id)
    }
    still = {id: count for id, count in counts.items() if count < cadence.announcements}
    is_last = bool(still) and min(still.values()) == cadence.announcements - 1
    return {
        id: {
            "rhythm": rhythm_in_words(
                weeks=cadence.every_weeks, months=cadence.every_months, language=briefing.language_of(id)
            ),
            "last_told": still.get(id) == cadence.announcements - 1 if id in counts else is_last,
        }
        for id in people
        if id in still or (still and id not in counts)
    }


def _asked_since(briefing: Briefing, cadence: Cadence, id: str) -> datetime | None:
    """Since when somebody could hear of a series: they take part, stand in, or chose an hour for one time alone.

    During a pause nobody hears of any, and such an hour is given up with it: they are asked anew.
    """
    joined, slot = _joined(briefing, cadence, id), slot_of(briefing.state, cadence.key)
    moments = [briefing.calendar.at(joined, OPENING)] if joined else []
    moments += [one.until for one in briefing.state.pauses]
    return max([*moments, *([slot.starts_at] if slot else [])], default=None)


def _joined(briefing: Briefing, cadence: Cadence, id: str) -> date | None:
    """The day from which one of the customer's takes part in a series: they came, or stand in for who left.

    None for whoever was there from the beginning, and for our own people.
    """
    stakeholders = briefing.deal.stakeholders
    person = next((one for one in stakeholders if one.id == id), None)
    if person is None:
        return None
    days = [person.since] if person.since else []
    if person.role not in cadence.with_:
        days += [one.until for one in stakeholders if one.role in cadence.with_ and one.until]
    return max(days, default=None)


def since_the_last(cadence: Cadence) -> timedelta:
    """The time between two occasions, at least: months differ, and twice is better than never."""
    return timedelta(weeks=cadence.every_weeks) if cadence.every_weeks else (cadence.every_months or 1) * A_MONTH


def _agenda(briefing: Briefing, cadence: Cadence, day: date, larger: Culmination | None) -> Text | None:
    """What is talked about: by which occasion it is, not by the month. A late kickoff begins with the first topic."""
    topics = cadence.agenda
    if larger is not None or not topics:
        return topics[-1] if topics else None
    ordinary = topics[:-1] if cadence.culminates and len(topics) > 1 else topics
    return ordinary[min(turn(briefing, cadence, day), len(ordinary) - 1)]


def _figures(briefing: Briefing, cadence: Cadence | None, day: date, to: str) -> dict[str, Any]:
    """Where it stands, for a meeting whose invitation says so: with all that was reached since the one before it.

    Who was at none before reads of all that was reached.
    """
    if cadence is None or not cadence.figures:
        return {}
    before, joined = _before(briefing, cadence, day), _joined(briefing, cadence, to)
    met_before = before is not None and (joined is None or joined <= before)
    since = notice_moment(cadence, briefing.calendar, before) if before and met_before else briefing.deal.closed_at
    standing = letters.standing(briefing, briefing.language_of(to), since=briefing.calendar.day_of(since))
    return {"standing": {**standing, "met_before": met_before}}


def _before(briefing: Briefing, cadence: Cadence, day: date) -> date | None:
    """The day of the occasion before that day; None where it is the first.

    A larger meeting may have taken the place of the one before it: then two rhythms lie between them.
    """
    closed_on = briefing.calendar.day_of(briefing.deal.closed_at)
    days = cadence_days(cadence, briefing.state, briefing.calendar, closed_on, briefing.plan)
    before = list(takewhile(lambda one: one < day, days)) if days is not None else []
    return before[-1] if before else None


def not_held(briefing: Briefing, to: str) -> dict[str, Any]:
    """What somebody was told of for a day that lies ahead, as facts of a farewell: it falls away with the onboarding.

    What has an hour is called off by itself (`inviting`), from calendars too.
    """
    closed_on, language = briefing.calendar.day_of(briefing.deal.closed_at), briefing.language_of(to)
    announced = []
    for cadence in (one for one in briefing.playbook.cadences if one.goes_out and one.kind == "meeting"):
        for day in cadence_days(cadence, briefing.state, briefing.calendar, closed_on, briefing.plan) or ():
            if notice_moment(cadence, briefing.calendar, day) > briefing.now:
                break
            if day <= briefing.today or hour_agreed(briefing, cadence, day):
                continue
            meeting = of_series(briefing, cadence, day)
            if to in announced_to(briefing, cadence, day, meeting.people):
                announced.append({"title": briefing.say(meeting.title, language), "on": str(day)})
    return {"not_held": announced} if announced else {}


# --- hours that were agreed


def hour_agreed(briefing: Briefing, cadence: Cadence, day: date) -> bool:
    """Whether that day of the series has an hour: then an invitation says it, and nobody is asked for one."""
    slot = slot_of(briefing.state, cadence.key)
    if slot is None or cadence.kind != "meeting":
        return False
    apart = abs((briefing.calendar.day_of(slot.starts_at) - day).days)
    return is_fixed(slot, cadence) or apart <= since_the_last(cadence).days // 2


def slot_of(state: State, key: str) -> SlotState | None:
    return next((slot for slot in state.slots if slot.key == key), None)


def offered(briefing: Briefing, key: str, day: date, to: str) -> dict[str, Any]:
    """The hours among which one of the customer's people may choose, as facts of a message; nothing to our own."""
    meeting = find(briefing, key, day)
    host = briefing.person(meeting.host) if meeting else None
    if meeting is None or host is None or not briefing.is_customer(to) or slot_of(briefing.state, key):
        return {}
    minutes = meeting.minutes or USUAL_MINUTES
    hours = slots.offers(briefing, host, day, minutes)
    weekly = bool(meeting.cadence and meeting.cadence.every_weeks)
    if not hours:
        return {}
    return {
        "slots": hours,
        "slot_minutes": minutes,
        "slot_weekly": weekly,
        "host_zone": host.time_zone,
        "meeting": key,
        # What a page asks about by the message's link: the agenda of a kickoff has no other name for it.
        "title": briefing.say(meeting.title, briefing.language_of(to)),
    }


def moved_to(state: State, calendar: WorkCalendar, facts: Iterable[Fact]) -> dict[str, date]:
    """New days for milestones whose meeting was agreed for a later day than the plan had."""
    moved = {}
    for fact in facts:
        milestone = state.milestone(fact.about) if fact.kind == "slot_agreed" else None
        day = calendar.day_of(datetime.fromisoformat(fact.data["starts_at"])) if milestone else None
        if milestone is not None and day is not None and day > calendar.day_of(milestone.due):
            moved[milestone.key] = day
    return moved


def is_fixed(slot: SlotState, cadence: Cadence | None) -> bool:
    """Whether the hour holds for every time of a weekly series."""
    return slot.weekly and cadence is not None and bool(cadence.every_weeks)
