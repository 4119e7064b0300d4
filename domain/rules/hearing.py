"""Does a person want to hear this, and may it reach them now? What follows from the preferences that they chose."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.notice import NOT_ESSENTIAL, NoticeKind
from domain.preferences import Hears, Preferences

SUPPRESSED = "suppressed: "
"""How the reason of a notice begins that its receiver's own choice held back."""
REPORT: NoticeKind = "status_report"
INFORMING: frozenset[NoticeKind] = NOT_ESSENTIAL | {"milestone_reached", "went_live", REPORT}
"""What only tells how it goes. All else asks something of its reader, answers them, moves a date of theirs, or ends it:
that is essential, and cannot be refused."""
UNWANTED: Mapping[Hears, frozenset[NoticeKind]] = {
    "everything": frozenset(),
    "no_letters": NOT_ESSENTIAL,
    "weekly": INFORMING - {REPORT},
    "essential": INFORMING,
}
BREAKS_QUIET: frozenset[NoticeKind] = frozenset({"service_level_missed", "room_entry"})
"""What waits for no quiet hours, beside anything about something critical: their reader waits for it."""
LOOKS_AHEAD = 9
"""Days: a week of which one day is not quiet, and one more on either side for the nights of daylight saving."""


def unwanted(preferences: Preferences, kind: str) -> str | None:
    """Why a person does not get a notice of that kind, in words for its receipt; None where they do."""
    if kind not in UNWANTED[preferences.hears]:
        return None
    return f"{SUPPRESSED}the reader hears {preferences.hears.replace('_', ' ')}"


def breaks_quiet(kind: str, facts: Mapping[str, Any]) -> bool:
    """Whether a notice goes at any hour."""
    return kind in BREAKS_QUIET or facts.get("severity") == "critical"


def loud_from(preferences: Preferences, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The first moment at which the person may be written to again; None where they may be now."""
    if not is_quiet(preferences, zone, now):
        return None
    return next(moment for moment in _ends(preferences, zone, now) if not is_quiet(preferences, zone, moment))


def is_quiet(preferences: Preferences, zone: ZoneInfo, at: datetime) -> bool:
    """Whether that moment lies in the quiet hours or on a quiet day of the person."""
    there = at.astimezone(zone)
    if there.weekday() in preferences.quiet_days:
        return True
    begins, ends, clock = preferences.quiet_from, preferences.quiet_until, there.time()
    if begins is None or ends is None:
        return False
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


def _ends(preferences: Preferences, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    """The moments after `now` at which quiet hours or a quiet day may end, in order."""
    today = now.astimezone(zone).date()
    clocks = sorted({time(), preferences.quiet_until or time()})
    for ahead in range(LOOKS_AHEAD):
        for clock in clocks:
            moment = datetime.combine(today + timedelta(days=ahead), clock, tzinfo=zone).astimezone(UTC)
            if moment > now:
                yield moment
