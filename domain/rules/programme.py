"""What goes on for years after the hand-off? The success programme's own small agenda."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from domain.agenda.occasion import ProgrammeChange, ProgrammeOccasion
from domain.agenda.state import Entry, State
from domain.calendar import OPENING
from domain.notice import Notice, NoticeKind, Person
from domain.playbook import ProgrammeCadence
from domain.record import OF_PROGRAMME, PROGRAMME_ENDED, Dossier, JournalRow, MeetingRow, Writing
from domain.rules import letters
from domain.rules.briefing import Briefing, once_to_each, present
from domain.rules.casting import staff_person
from domain.rules.contacts import as_of
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.inviting import FELL_AWAY, SOON
from domain.rules.meetings import USUAL_MINUTES
from domain.rules.schedule import MEETING_NOTICE, add_months
from domain.team import Team

A_MOMENT = timedelta(seconds=1)


def keep_programme(
    occasion: ProgrammeOccasion,
    dossier: Dossier,
    team: Team,
    *,
    done_before: Collection[str] = (),
    meetings: Sequence[MeetingRow] = (),
    hours: WorkingHours = plain_week,
    ui: str = "",
) -> tuple[list[Entry], Writing]:
    """The next entry of every cadence after `occasion.now`, and what is to be written about those that are due.

    Nobody is told again of entries whose keys are `done_before`. `meetings` are those that have an hour, where it ends:
    what was announced and lies ahead is called off then.
    """
    dossier = as_of(dossier, occasion.now)
    briefing = _table(occasion, dossier, team, hours=hours, ui=ui)
    if occasion.end_moved and occasion.ended is None:
        late = [entry for entry in _let_pass(briefing, occasion) if entry.key not in done_before]
        occasion = occasion.model_copy(update={"due": (*occasion.due, *late)})
    cadences = {cadence.key: cadence for cadence in dossier.playbook.programme.cadences}
    ahead = [_next(briefing, occasion, cadence) for cadence in cadences.values()]
    entries = [entry for entry in ahead if not _is_after_the_end(briefing, occasion, entry)]
    rows = [
        JournalRow(
            key=entry.key, at=occasion.now, kind="programme", about=entry.about, data={"due": entry.due.isoformat()}
        )
        for entry in occasion.due
    ]
    rows += [_changed(change, occasion.now) for change in occasion.changes]
    fresh = [entry for entry in occasion.due if entry.key not in done_before and entry.about in cadences]
    notices = [
        notice
        for entry in fresh
        if not is_contained(briefing, cadences[entry.about], _turn(briefing, occasion, entry, cadences[entry.about]))
        for notice in _announce(briefing, occasion, entry, cadences[entry.about])
    ]
    notices += [
        notice
        for change in occasion.changes
        if _key(change) not in done_before
        for notice in _tell_of_another_owner(briefing, change)
    ]
    fell_away = _ended(briefing, occasion, done_before, meetings)
    told = once_to_each(briefing, [*notices, *fell_away.notices])
    return entries, Writing(
        onboarding=occasion.onboarding,
        journal=(*rows, *fell_away.journal),
        notices=tuple(told),
        people=tuple(_newcomers(briefing, told)),
        meetings=(*_meetings(briefing, fresh, told), *fell_away.meetings),
        # By a real clock it is the wall's time wherever it is asked for.
        lived_until=None if occasion.clock.real else occasion.now,
    )


def _table(
    occasion: ProgrammeOccasion, dossier: Dossier, team: Team, *, hours: WorkingHours = plain_week, ui: str = ""
) -> Briefing:
    held = State(onboarding=occasion.onboarding, clock=occasion.clock, owner=occasion.owner, cast=occasion.cast)
    return Briefing(dossier, held, team, occasion.now, hours=hours, ui=ui)


def keys_of(occasion: ProgrammeOccasion, dossier: Dossier, team: Team) -> list[str]:
    """The journal's keys of all that the occasion is about.

    Where the programme ends, or its end has moved, also of the meetings ahead that may have been announced.
    """
    keys = [*(entry.key for entry in occasion.due), *(_key(change) for change in occasion.changes)]
    briefing = _table(occasion, dossier, team)
    if occasion.ended is not None:
        return [*keys, PROGRAMME_ENDED, *(entry.key for entry in _meetings_ahead(briefing, occasion))]
    return [*keys, *(entry.key for entry in _let_pass(briefing, occasion))] if occasion.end_moved else keys


class _FellAway(NamedTuple):
    """What follows from the end of a programme."""

    journal: list[JournalRow]
    notices: list[Notice]
    meetings: list[MeetingRow]


def _ended(
    briefing: Briefing, occasion: ProgrammeOccasion, done_before: Collection[str], meetings: Sequence[MeetingRow]
) -> _FellAway:
    """The row that it is over, and each announced meeting that lies ahead called off, to all who were told of it.

    One that has an hour is taken back from calendars under the next number of its entry.
    """
    result = _FellAway([], [], [])
    if occasion.ended is None or PROGRAMME_ENDED in done_before:
        return result
    row = JournalRow(key=PROGRAMME_ENDED, at=occasion.now, kind=PROGRAMME_ENDED, data={"reason": occasion.ended})
    result.journal.append(row)
    with_hours = {(row.meeting, row.occasion): row for row in meetings if row.of_programme}
    for entry in _meetings_ahead(briefing, occasion):
        held = with_hours.pop((f"{OF_PROGRAMME}{entry.about}", entry.occurrence), None)
        if held is None and entry.key in done_before:
            _call_off_day(briefing, result, entry)
        elif held is not None:
            _call_off(briefing, result, held)
    for held in with_hours.values():
        _call_off(briefing, result, held)
    return result


def _meetings_ahead(briefing: Briefing, occasion: ProgrammeOccasion) -> list[Entry]:
    """The meetings whose turn to be announced has come, and that are not over: of each cadence the next ones."""
    ahead = []
    start = briefing.calendar.day_of(occasion.since)
    for cadence in (one for one in briefing.playbook.programme.cadences if one.kind == "meeting"):
        turn = 0
        while True:
            day = briefing.calendar.working_day_from(add_months(start, (turn + 1) * cadence.every_months))
            at = told_at(briefing, cadence, day)
            if at > occasion.now:
                break
            if day >= briefing.today and not is_contained(briefing, cadence, turn):
                ahead.append(Entry(f"programme/{cadence.key}", str(day), at, "cadence", cadence.key))
            turn += 1
    return ahead


def _let_pass(briefing: Briefing, occasion: ProgrammeOccasion) -> list[Entry]:
    """The meetings of the days ahead whose turn to be announced may have passed while the end lay before them.

    What is held today is left out: an announcement would come too late for anybody.
    """
    due = {entry.key for entry in occasion.due}
    return [
        entry
        for entry in _meetings_ahead(briefing, occasion)
        if date.fromisoformat(entry.occurrence) > briefing.today
        and not _is_after_the_end(briefing, occasion, entry)
        and entry.key not in due
    ]


def _call_off(briefing: Briefing, result: _FellAway, held: MeetingRow) -> None:
    if held.status == "cancelled" or held.starts_at <= briefing.now:
        return
    called_off = held.model_copy(update={"sequence": held.sequence + 1, "status": "cancelled"})
    starts_at = held.starts_at.isoformat()
    calendar = {
        "uid": held.uid,
        "method": "CANCEL",
        "sequence": called_off.sequence,
        "starts_at": starts_at,
        "minutes": held.minutes,
        "zone": briefing.calendar.time_zone,
    }
    facts = {
        "starts_at": starts_at,
        "on": str(briefing.calendar.day_of(held.starts_at)),
        "minutes": held.minutes,
        "meeting": held.meeting,
        "occasion": held.occasion,
        "calendar": calendar,
    }
    key = held.meeting.removeprefix(OF_PROGRAMME)
    soon = held.starts_at - briefing.now < SOON
    _fell_away(briefing, result, key, facts, people=held.people, sequence=called_off.sequence, urgent=soon)
    result.meetings.append(called_off)


def _call_off_day(briefing: Briefing, result: _FellAway, entry: Entry) -> None:
    """What was announced for its day alone is in no calendar by us."""
    cadence = next(one for one in briefing.playbook.programme.cadences if one.key == entry.about)
    facts = {
        "starts_at": "", "on": entry.occurrence, "minutes": cadence.minutes or "", "occasion": entry.occurrence,
        "meeting": f"{OF_PROGRAMME}{entry.about}",
    }  # fmt: skip
    soon = briefing.calendar.at(date.fromisoformat(entry.occurrence), OPENING) - briefing.now < SOON
    _fell_away(briefing, result, entry.about, facts, people=_people_of(briefing, cadence), sequence=1, urgent=soon)


def _fell_away(
    briefing: Briefing,
    result: _FellAway,
    cadence: str,
    facts: dict[str, Any],
    *,
    people: Iterable[str],
    sequence: int,
    urgent: bool,
) -> None:
    named = next((one.title for one in briefing.playbook.programme.cadences if one.key == cadence), None)
    occasion = f"{facts['meeting']}/{facts['occasion']}/{sequence}"
    result.notices.extend(
        present(
            _notice(
                briefing,
                "meeting_cancelled",
                id,
                occasion,
                {**facts, "title": briefing.say(named, briefing.language_of(id)) or cadence, "agenda": "", "with": []},
                about=cadence,
                urgent=urgent,
            )
            for id in people
        )
    )
    data = {"occasion": facts["occasion"], "starts_at": facts["starts_at"]}
    result.journal.append(
        JournalRow(key=f"{occasion}/{FELL_AWAY}", at=briefing.now, kind=FELL_AWAY, about=cadence, data=data)
    )


def _notice(
    briefing: Briefing,
    kind: NoticeKind,
    to: str,
    occasion: str,
    facts: dict[str, Any],
    *,
    about: str = "",
    urgent: bool = False,
) -> Notice | None:
    """A message to one person that says by itself that it comes of the programme, and of no onboarding any more."""
    return briefing.notice(kind, to, occasion, {**facts, "programme": True}, about=about, urgent=urgent)


def _newcomers(briefing: Briefing, told: Iterable[Notice]) -> list[Person]:
    """Members of staff who are told something and took no part before: who is not written down gets no message."""
    handles = dict.fromkeys(one.to for one in told if briefing.dossier.person(one.to) is None)
    members = [member for handle in handles if (member := briefing.team.member(handle)) is not None]
    return [staff_person(member, briefing.deal.account.language) for member in members]


def _key(change: ProgrammeChange) -> str:
    """Names the change in the journal and in the keys of its notices."""
    return f"programme/changed/{change.news_id}"


def _tell_of_another_owner(briefing: Briefing, change: ProgrammeChange) -> list[Notice]:
    """Both owners hear of it, and whom of the customer they meet."""
    now, before = change.owner, change.before
    if now is None or before in (None, now):
        return []

    def facts(language: str) -> dict[str, Any]:
        return {"before": briefing.name(before, language), "now": briefing.name(now, language)}

    people = dict.fromkeys([now, before, *briefing.playing("project_lead")])
    return present(
        _notice(briefing, "reassigned", to, _key(change), facts(briefing.language_of(to)))
        for to in people
        if not briefing.are_one(to, change.by)
    )


def _changed(change: ProgrammeChange, now: datetime) -> JournalRow:
    return JournalRow(
        key=_key(change),
        at=now,
        kind="programme_changed",
        about=change.owner or "",
        by=change.by,
        via=change.via,
        data=change.model_dump(include={"owner", "project_lead", "executive_sponsor", "hour"}, exclude_none=True),
    )


def _is_after_the_end(briefing: Briefing, occasion: ProgrammeOccasion, entry: Entry) -> bool:
    """Whether the customer will have left by then: nobody is invited to what will not be."""
    if occasion.ends is None:
        return False
    return date.fromisoformat(entry.occurrence) >= briefing.calendar.day_of(occasion.ends.at)


def _next(briefing: Briefing, occasion: ProgrammeOccasion, cadence: ProgrammeCadence) -> Entry:
    start = briefing.calendar.day_of(occasion.since)
    turn = 0
    while True:
        day = briefing.calendar.working_day_from(add_months(start, (turn + 1) * cadence.every_months))
        at = told_at(briefing, cadence, day)
        if at > occasion.now + A_MOMENT and not is_contained(briefing, cadence, turn):
            return Entry(f"programme/{cadence.key}", str(day), at, "cadence", cadence.key)
        turn += 1


def is_contained(briefing: Briefing, cadence: ProgrammeCadence, turn: int) -> bool:
    """Whether a longer meeting falls into the same month, or a rarer letter: it has what the shorter would have had."""
    months = (turn + 1) * cadence.every_months
    return any(
        other.kind == cadence.kind and other.every_months > cadence.every_months and months % other.every_months == 0
        for other in briefing.playbook.programme.cadences
    )


def told_at(briefing: Briefing, cadence: ProgrammeCadence, day: date) -> datetime:
    ahead = MEETING_NOTICE if cadence.kind == "meeting" else 0
    return briefing.calendar.at(briefing.calendar.add_working_days(day, -ahead), OPENING)


def _announce(briefing: Briefing, occasion: ProgrammeOccasion, entry: Entry, cadence: ProgrammeCadence) -> list[Notice]:
    # Since it was planned, its day may have become a holiday. If the new day is announced later, `_next` has it again.
    day = briefing.calendar.working_day_from(date.fromisoformat(entry.occurrence))
    if told_at(briefing, cadence, day) > occasion.now + A_MOMENT:
        return []
    if cadence.kind == "message":
        return _write(briefing, occasion, entry, cadence)
    hour = _hour(briefing, occasion, entry, cadence, day)
    people = _people_of(briefing, cadence)
    return present(
        _notice(
            briefing,
            "programme_meeting",
            id,
            entry.key,
            {
                "title": briefing.say(cadence.title, briefing.language_of(id)),
                "on": str(day),
                "minutes": cadence.minutes or "",
                "starts_at": "",
                "with": [briefing.called([other], briefing.language_of(id)) for other in people],
                **hour,
            },
            about=cadence.key,
        )
        for id in people
    )


def _people_of(briefing: Briefing, cadence: ProgrammeCadence) -> list[str]:
    """Who comes to the meetings of that series."""
    people = [briefing.state.owner, *briefing.playing("project_lead")]
    if cadence.every_months >= letters.QUARTERLY:
        people += briefing.playing("executive_sponsor")
    return list(dict.fromkeys(people))


def _hour(
    briefing: Briefing, occasion: ProgrammeOccasion, entry: Entry, cadence: ProgrammeCadence, day: date
) -> dict[str, Any]:
    """At which hour of that day it begins, and its entry for calendars; nothing where no hour is agreed."""
    if occasion.hour is None:
        return {}
    starts_at = briefing.calendar.at(day, time.fromisoformat(occasion.hour)).isoformat()
    minutes = cadence.minutes or USUAL_MINUTES
    named = f"{occasion.programme}\n{entry.key}"
    uid = hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]
    calendar = {
        "uid": uid,
        "method": "REQUEST",
        "sequence": 0,
        "starts_at": starts_at,
        "minutes": minutes,
        "zone": briefing.calendar.time_zone,
    }
    return {"starts_at": starts_at, "minutes": minutes, "calendar": calendar}


def _meetings(briefing: Briefing, due: Iterable[Entry], told: Iterable[Notice]) -> list[MeetingRow]:
    """The meetings with an hour to which those notices invite, each with all whom they reach."""
    titles = {cadence.key: briefing.say(cadence.title, "en") for cadence in briefing.playbook.programme.cadences}
    meetings = []
    for entry in due:
        invited = [one for one in told if one.about == entry.about and "calendar" in one.facts]
        if not invited:
            continue
        first = invited[0].facts["calendar"]
        meetings.append(
            MeetingRow(
                uid=first["uid"],
                meeting=f"{OF_PROGRAMME}{entry.about}",
                occasion=entry.occurrence,
                title=titles[entry.about],
                starts_at=datetime.fromisoformat(first["starts_at"]),
                minutes=first["minutes"],
                sequence=first["sequence"],
                status="agreed",
                people=tuple(one.to for one in invited),
            )
        )
    return meetings


def _write(briefing: Briefing, occasion: ProgrammeOccasion, entry: Entry, cadence: ProgrammeCadence) -> list[Notice]:
    """Letters in place of a meeting; the owner gets the quarterly ones, as a reason to look at this customer."""
    people = briefing.playing("project_lead")
    if cadence.every_months >= letters.QUARTERLY:
        people += [*briefing.playing("executive_sponsor"), briefing.state.owner]
    editions = [edition for edition in cadence.editions if edition.ready]
    if cadence.editions and not editions:
        return []
    before = _turn(briefing, occasion, entry, cadence)
    sent = sum(not is_contained(briefing, cadence, turn) for turn in range(before))
    edition = editions[sent % len(editions)] if editions else None
    return present(
        _notice(
            briefing,
            "programme_message",
            id,
            entry.key,
            letters.edition(briefing, cadence.title, edition, briefing.language_of(id)),
            about=cadence.key,
        )
        for id in dict.fromkeys(people)
    )


def _turn(briefing: Briefing, occasion: ProgrammeOccasion, entry: Entry, cadence: ProgrammeCadence) -> int:
    """Which occurrence of its cadence an entry is, counted from 0; put off to a working day it keeps its place."""
    since, day = briefing.calendar.day_of(occasion.since), date.fromisoformat(entry.occurrence)
    turn = 0
    while add_months(since, (turn + 2) * cadence.every_months) <= day:
        turn += 1
    return turn
