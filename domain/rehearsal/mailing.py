"""Which mails do people get, on which day of theirs? Notices that reached somebody, as a story tells of them."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from domain.notice import Notice
from domain.record import Dossier
from domain.rehearsal.story import HELD_ON_A_DAY, Mail
from domain.rules.casting import staff_person
from domain.team import Team


def mails_of(notices: Iterable[Notice], dossier: Dossier, team: Team) -> tuple[Mail, ...]:
    """The notices in the order of their moments, each counted among those of its kind, person and subject."""
    closed_on = dossier.calendar.day_of(dossier.deal.closed_at)
    counts: dict[tuple[str, str, str], int] = {}
    mails: list[Mail] = []
    for notice in sorted(notices, key=lambda one: one.not_before):
        member = team.member(notice.to)
        person = staff_person(member, "en") if member else dossier.person(notice.to)
        assert person is not None, "nobody else is written to"
        same = (notice.kind, notice.to, notice.about)
        counts[same] = counts.get(same, 0) + 1
        on = notice.not_before.astimezone(ZoneInfo(person.time_zone)).date()
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
                held_on=date.fromisoformat(notice.facts["on"]) if notice.kind in HELD_ON_A_DAY else None,
            )
        )
    return tuple(mails)
