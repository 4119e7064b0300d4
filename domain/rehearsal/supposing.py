"""What would follow if something were so? A supposition, tried on copies of a running onboarding."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import Field

from domain import agenda
from domain.agenda.milestones import known
from domain.calendar import WorkCalendar
from domain.news import KINDS, Replanned
from domain.plan import PlannedStage
from domain.refusal import Refused
from domain.rehearsal.difference import MailChange, mail_changes
from domain.rehearsal.forking import Fork
from domain.rehearsal.moving import MovedDate, moved_between
from domain.rehearsal.reasons import Reasons
from domain.rehearsal.story import ESCALATIONS
from domain.wire import Instant, Slug, StrictWire, Wire

AHEAD, FURTHEST_AHEAD = 7, 60
"""Days for which mails are shown: the week that people look at. In two months somebody reports something, and whoever
supposes that nobody does learns little."""
SPAN = re.compile(r"([1-9]\d{0,2})d")
SAID = "what if it came later?"
"""The reason of a date that is only supposed; it reaches nobody."""
LAST_MINUTE = time(23, 59)


class Supposition(StrictWire):
    """A milestone that slips by working days or `to` a day, or any update with its `news`."""

    milestone: Slug | None = Field(None, description="the milestone that comes on another day")
    slips: str | None = Field(None, description="working days that it comes later, like 10d", max_length=20)
    to: date | None = Field(None, description="the day on which it comes instead")
    update: Slug | None = Field(None, description="any update, in place of a milestone that slips")
    news: dict[str, Any] | None = Field(None, description="the fields of that update")
    days: int = Field(AHEAD, ge=0, le=FURTHEST_AHEAD, description="for how many days mails are shown")


class Shift(Wire):
    """A day as it is, and as it would be; null where it is none."""

    was: date | None
    now: date | None


class WhatIf(Wire):
    """What would follow. Mails are those until that day if nobody reports anything, beside those that come anyway."""

    onboarding: str
    update: str
    now: Instant
    until: date
    moved: tuple[MovedDate, ...] = Field(description="dates that would move, with the reasons")
    go_live: Shift = Field(description="the go-live, while it lies ahead")
    hand_off_from: Shift
    hand_off_by: Shift
    stages: tuple[PlannedStage, ...] = Field((), description="when each stage would open and close")
    ending: str | None = Field(None, description="the ending that it would lead to by that day")
    mails: tuple[MailChange, ...] = Field(description="mails that would come newly, no longer, or on another day")
    same: int = Field(description="mails that come as they would anyway")
    escalations: tuple[MailChange, ...] = Field(description="those of `mails` that escalate something")


def told(supposition: Supposition, fork: Fork) -> tuple[str, dict[str, Any]]:
    """The update that says what is supposed, and its fields. Raises Refused naming the field."""
    if supposition.update is not None:
        return _any_update(supposition)
    if supposition.news is not None:
        raise Refused(f"is missing: say which update has that news: {', '.join(KINDS)}", field="update")
    if supposition.milestone is None:
        raise Refused("is missing: name the milestone that slips, or an update", field="milestone")
    if (supposition.slips is None) == (supposition.to is None):
        field = "slips" if supposition.to is None else "to"
        raise Refused("give either slips, like 10d, or to, like 2027-01-29", field=field)
    calendar, today = fork.driver.dossier.calendar, fork.driver.dossier.calendar.day_of(fork.driver.now)
    # Whether it can move at all is asked before the day, which is asked of its own day.
    may_move = Replanned(milestone=supposition.milestone, to=today, reason=SAID)
    agenda.check(fork.driver.state, may_move, fork.driver.now)
    to = supposition.to or _later(supposition, fork, calendar, today)
    if to < today:
        raise Refused(f"{to} is past: name today, {today}, or a later day", field="to")
    if why := calendar.why_not(to):
        raise Refused(f"{to} is {why}: the next working day is {calendar.working_day_from(to)}", field="to")
    return Replanned.update, {"milestone": supposition.milestone, "to": str(to), "reason": SAID}


def _any_update(supposition: Supposition) -> tuple[str, dict[str, Any]]:
    update = str(supposition.update)
    if update not in KINDS:
        raise Refused(f"{update!r} is no update; there are: {', '.join(KINDS)}", field="update")
    for name in ("milestone", "slips", "to"):
        if getattr(supposition, name) is not None:
            raise Refused(f"with an update its fields stand in news: leave {name} out", field=name)
    return update, dict(supposition.news or {})


def _later(supposition: Supposition, fork: Fork, calendar: WorkCalendar, today: date) -> date:
    """The day that lies so many working days after the milestone's own. Raises Refused where it would be past."""
    span = SPAN.fullmatch(str(supposition.slips))
    if span is None:
        raise Refused(f"{supposition.slips!r} is no number of working days like 10d, at most 999d", field="slips")
    milestone = known(fork.driver.state, str(supposition.milestone))
    due = calendar.day_of(milestone.due)
    to = calendar.add_working_days(due, int(span[1]))
    if to < today:
        least = calendar.working_days_between(due, calendar.working_day_from(today))
        raise Refused(f"{milestone.key} was due on {due}, so {to} is past: say at least {least}d", field="slips")
    return to


def what_if(fork: Fork, kind: str, news: dict[str, Any], *, days: int) -> WhatIf:
    """What would follow from that news, in `fork` and in the days ahead. Raises Refused, NeverAtRest."""
    driver, asked_at = fork.driver, fork.driver.now
    calendar, playbook = driver.dossier.calendar, driver.dossier.playbook
    until = calendar.day_of(asked_at) + timedelta(days=days)
    other = fork.fork()
    other.told(kind, news)
    was, now = fork.plan, other.plan
    dates = _dates(fork), _dates(other)
    end = calendar.at(until, LAST_MINUTE)
    moved = moved_between(was, now, playbook, asked=news.get("milestone") if kind == Replanned.update else None)
    reasons = Reasons(playbook, playbook, {one.milestone: (one.was, one.now) for one in moved})
    mails, same = mail_changes(fork.until(end), other.until(end), reasons)
    return WhatIf(
        onboarding=driver.id,
        update=kind,
        now=asked_at,
        until=until,
        moved=moved,
        **{name: Shift(was=dates[0][name], now=dates[1][name]) for name in dates[0]},
        stages=now.stages,
        ending=other.driver.state.ending,
        mails=mails,
        same=same,
        escalations=tuple(mail for mail in mails if mail.kind in ESCALATIONS),
    )


def _dates(fork: Fork) -> dict[str, date | None]:
    state, calendar = fork.driver.state, fork.driver.dossier.calendar
    go_live = state.playing("go_live")
    moments: dict[str, datetime | None] = {
        "go_live": go_live.due if go_live and not go_live.settled else None,
        "hand_off_from": state.hand_off_from,
        "hand_off_by": state.hand_off_by,
    }
    return {name: moment and calendar.day_of(moment) for name, moment in moments.items()}
