"""Which risks are to be looked at again, and which quick win is to be chosen or is missing? Asked once a week."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from domain.agenda.state import Entry
from domain.calendar import WorkCalendar
from domain.deal import QuickWinCandidate
from domain.notice import Notice
from domain.playbook import Playbook, QuickWinSlot, ShippedRisk
from domain.record import RegisterRow
from domain.rules.briefing import Briefing, present
from domain.rules.letters import risk_title

A_WEEK = timedelta(weeks=1)
REVIEWED_EVERY = ShippedRisk.model_fields["review_days"].default
"""Days between looks at a risk that the playbook does not have, as for one of which it says nothing."""
ASKED_AGAIN = 14
"""Days after which one is reminded again of a risk that was to be looked at: a third of a month, not every week."""
CHOSEN_AHEAD = timedelta(days=21)
"""How long before a quick win is to be seen it is asked for: a small change takes two weeks, choosing it one."""


def at_look(briefing: Briefing, entry: Entry) -> list[Notice]:
    """What the people of ours are asked at a weekly look, each once."""
    return [*_risks(briefing, entry), *_wins(briefing, entry)]


# --- risks


def _risks(briefing: Briefing, entry: Entry) -> list[Notice]:
    by_owner: dict[str, list[RegisterRow]] = {}
    for row in _to_review(briefing):
        by_owner.setdefault(_owner(briefing, row), []).append(row)
    return present(
        briefing.notice(
            "risk_review", id, entry.key, {"risks": [_risk(briefing, row, briefing.language_of(id)) for row in rows]}
        )
        for id, rows in by_owner.items()
    )


def _to_review(briefing: Briefing) -> list[RegisterRow]:
    """The open risks whose day has come since the last look, the gravest first."""
    open_ones = [row for row in briefing.registers if row.kind == "risk" and row.status == "open"]
    ripe = [row for row in open_ones if any(has_come(briefing, day) for day in _asked_on(briefing, row))]
    return sorted(ripe, key=lambda row: (-int(row.data.get("score") or 0), row.key))


def _asked_on(briefing: Briefing, row: RegisterRow) -> Iterator[date]:
    """The days from which one is asked to look at the risk: that of its review, and every so many days after it."""
    day = review_day(
        row.data.get("review_on"), shipped_as(briefing.playbook, row.key), last=briefing.calendar.day_of(row.at)
    )
    while day <= briefing.today:
        yield day
        day += timedelta(days=ASKED_AGAIN)


def review_day(named: object, shipped: ShippedRisk | None, *, last: date) -> date:
    """The day on which a risk is to be looked at again: the one that people `named`, else so many days after the last.

    `last` is the day on which it was recorded last. `shipped` is None of a risk that the playbook does not have.
    """
    day = date.fromisoformat(str(named)) if named else last
    if day > last:
        return day
    # It was looked at since that day, and nobody has named another.
    return last + timedelta(days=shipped.review_days if shipped else REVIEWED_EVERY)


def shipped_as(playbook: Playbook, key: str) -> ShippedRisk | None:
    """The risk of that key as the playbook has it; None where somebody of ours has recorded it."""
    return next((risk for risk in playbook.risks if risk.key == key), None)


def _risk(briefing: Briefing, row: RegisterRow, language: str) -> dict[str, Any]:
    shipped, data = shipped_as(briefing.playbook, row.key), row.data
    against = [str(data["mitigation"])] if data.get("mitigation") else []
    if shipped and not against:
        against = [briefing.say(step, language) for step in shipped.mitigation]
    return {
        "risk": row.key,
        "title": risk_title(briefing, row, language),
        **{name: int(data.get(name) or 0) for name in ("probability", "impact", "score")},
        "at": "" if _as_it_opened(briefing, row) else str(briefing.calendar.day_of(row.at)),
        "mitigation": against,
    }


def _as_it_opened(briefing: Briefing, row: RegisterRow) -> bool:
    """Whether nobody has looked at the risk yet: it stands as the playbook had it when the onboarding opened.

    All of the playbook's were written down at that moment. Where a single one has the earliest, nothing tells whether
    somebody has recorded it since.
    """
    shipped = [one.at for one in briefing.registers if one.kind == "risk" and shipped_as(briefing.playbook, one.key)]
    return shipped_as(briefing.playbook, row.key) is not None and row.at == min(shipped) and shipped.count(row.at) > 1


def _owner(briefing: Briefing, row: RegisterRow) -> str:
    """Whoever of ours watches the risk; the onboarding's owner where that is nobody of ours."""
    named = str(row.data.get("owner") or "")
    if briefing.team.member(named) is not None:
        return named
    shipped = shipped_as(briefing.playbook, row.key)
    people = briefing.playing(shipped.owner) if shipped and named in ("", shipped.owner) else []
    return next((id for id in people if not briefing.is_customer(id)), briefing.state.owner)


# --- quick wins


def _wins(briefing: Briefing, entry: Entry) -> list[Notice]:
    closed_on = briefing.calendar.day_of(briefing.deal.closed_at)
    shown = won(briefing.playbook, briefing.calendar, closed_on, briefing.registers)
    is_first = briefing.state.looked_at is None
    notices: list[Notice | None] = []
    for slot in briefing.playbook.quick_wins:
        due = seen_by(slot, briefing.calendar, closed_on)
        ask_on = due - CHOSEN_AHEAD
        # The first look may come more than a week after that day: nobody has asked before it.
        comes = has_come(briefing, ask_on) or (is_first and ask_on <= briefing.today)
        asks = comes and briefing.today < due
        if slot.day not in shown and (asks or has_come(briefing, due)):
            owner = briefing.state.owner
            facts = _win(briefing, slot, briefing.language_of(owner), due=due, asks=asks)
            notices.append(briefing.notice("win_asked", owner, f"{entry.key}/{slot.day}", facts))
    return present(notice for notice in notices if notice is not None)


def seen_by(slot: QuickWinSlot, calendar: WorkCalendar, closed_on: date) -> date:
    """The day by which the customer is to see the win of that slot: a working day of theirs."""
    return calendar.working_day_from(closed_on + timedelta(days=slot.day))


def won(playbook: Playbook, calendar: WorkCalendar, closed_on: date, registers: Iterable[RegisterRow]) -> set[int]:
    """The slots that have a win, by their days.

    A win that names none is that of the slot which was asked for last by then, if that has none yet.
    """
    wins = sorted((row for row in registers if row.kind == "win"), key=lambda row: row.at)
    shown = {int(row.data["slot"]) for row in wins if row.data.get("slot")}
    for row in wins:
        if row.data.get("slot"):
            continue
        on = calendar.day_of(row.at)
        asked = [slot.day for slot in playbook.quick_wins if seen_by(slot, calendar, closed_on) - CHOSEN_AHEAD <= on]
        # The first one may come before anybody has asked for it.
        shown.add(max(asked, default=min((slot.day for slot in playbook.quick_wins), default=0)))
    return shown


def _win(briefing: Briefing, slot: QuickWinSlot, language: str, *, due: date, asks: bool) -> dict[str, Any]:
    candidates = ranked(_still_to_win(briefing, slot))
    return {
        "ask": asks,
        "slot": slot.day,
        "title": briefing.say(slot.title, language),
        "due": str(due),
        "candidates": [one.model_dump(include={"what", "visibility", "effort"}) for one in candidates],
        "examples": [] if candidates else [briefing.say(example, language) for example in slot.examples],
        "how": [briefing.say(line, language) for line in slot.how] if asks else [],
    }


def ranked(candidates: Iterable[QuickWinCandidate]) -> list[QuickWinCandidate]:
    """The most visible for the least effort first; of equals, in the order of the hand-off."""
    return sorted(candidates, key=lambda one: one.effort - one.visibility)


def _still_to_win(briefing: Briefing, slot: QuickWinSlot) -> Sequence[QuickWinCandidate]:
    """What the hand-off names for that slot and is not won; of all slots where it names nothing for this one."""
    won = {row.title.casefold() for row in briefing.registers if row.kind == "win"}
    ahead = [one for one in briefing.deal.quick_wins if one.what.casefold() not in won]
    return [one for one in ahead if one.slot == slot.day] or ahead


def has_come(briefing: Briefing, day: date) -> bool:
    """Whether that day has come since the last look; before the first one, in the week that has gone by."""
    last = briefing.state.looked_at
    since = briefing.calendar.day_of(last) if last else briefing.today - A_WEEK
    return since < day <= briefing.today
