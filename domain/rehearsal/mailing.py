"""Which mails do people get, on which day of theirs? Notices that reached somebody, as a story tells of them."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from domain.rehearsal.outbox import Readers, Sent
from domain.rehearsal.story import HELD_ON_A_DAY, Mail


def mails_of(sent: Iterable[Sent], readers: Readers) -> tuple[Mail, ...]:
    """The notices in the order of their moments, each counted among those of its kind, person and subject."""
    closed_on = readers.dossier.calendar.day_of(readers.dossier.deal.closed_at)
    counts: dict[tuple[str, str, str], int] = {}
    mails: list[Mail] = []
    for notice, at, joined in sorted(sent, key=lambda one: one.at):
        person = readers.person(notice.to)
        same = (notice.kind, notice.to, notice.about)
        counts[same] = counts.get(same, 0) + 1
        on = at.astimezone(ZoneInfo(person.time_zone)).date()
        mails.append(
            Mail(
                kind=notice.kind,
                to=notice.to,
                role=person.role,
                side=person.side,
                about=notice.about,
                on=on,
                week=max(0, (on - closed_on).days) // 7 + 1,
                nth=counts[same],
                joined=joined,
                held_on=date.fromisoformat(notice.facts["on"]) if notice.kind in HELD_ON_A_DAY else None,
            )
        )
    return tuple(mails)
