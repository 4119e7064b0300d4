"""What does a row of the portfolio show? Who, how late, what waits for whom, and the go-live with its slip."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from domain.attention import Need, OpenWork, shown_state
from domain.team import Team
from domain.text import Language
from portal.desk.lateness import Due, Lateness
from portal.desk.titles import Titles
from portal.desk.view import DeskView
from store.portfolio import COUNTED, PortfolioLine


class ShownLine(NamedTuple):
    """An onboarding in the portfolio, in the reader's language and zone.

    `state` is the key of its word, and `drawn` that of its icon. `done`, `today` and `live` are places on the line
    from the close to the end, in per cent; None where it has none. `late` are the working days, in the customer's
    calendar, for which `work` is overdue.
    """

    line: PortfolioLine
    path: str
    state: str
    drawn: str
    playbook: str
    day: int
    days: int | None
    done_day: int
    done: float | None
    today: float | None
    live: float | None
    work: str
    who: str
    late: int
    due: date | None
    live_on: date | None
    is_live: bool
    owner: str


class Reading(NamedTuple):
    """Who reads rows of the portfolio, and by what: what work is called, our people, and how late something is."""

    view: DeskView
    titles: Titles
    team: Team
    lateness: Lateness


def shown(lines: Sequence[PortfolioLine], reading: Reading) -> Sequence[ShownLine]:
    """The rows as they are printed."""
    view = reading.view
    nows = {line.onboarding: max(view.now, line.as_of) if line.as_of else view.now for line in lines}
    dues = [
        Due(line.onboarding, line.first.due, nows[line.onboarding])
        for line in lines
        if line.first and line.first.due and not line.ending
    ]
    late = reading.lateness.days(dues)
    return [_row(line, reading, now=nows[line.onboarding], late=late) for line in lines]


def _row(
    line: PortfolioLine, reading: Reading, *, now: datetime, late: Mapping[tuple[str, datetime], int]
) -> ShownLine:
    view, titles, team, _ = reading
    began, ends = line.closed_at or line.opened_at, line.ends_by
    first, today = line.first, view.day_of(line.ended_at or now)
    due = view.day_of(first.due) if first and first.due else None
    # Where nothing is open any more, all of it is done.
    done = line.done_until or ends
    live = line.went_live_at or line.go_live_due
    return ShownLine(
        line=line,
        path=f"/desk/onboardings/{line.onboarding}",
        state=_state(line),
        drawn=DRAWN.get(_state(line), line.need),
        playbook=titles.of(line.playbook, line.playbook_hash),
        day=(today - view.day_of(began)).days,
        days=(view.day_of(ends) - view.day_of(began)).days if ends else None,
        done_day=(view.day_of(done) - view.day_of(began)).days if done else 0,
        done=_place(done, began, ends),
        today=_place(line.ended_at or now, began, ends),
        live=_place(live, began, ends),
        work=titles.work(first.kind, first.key, first.title, line.playbook_hash) if first else "",
        who=_who(first, line, team, view.language) if first else "",
        late=late.get((line.onboarding, first.due), 0) if first and first.due else 0,
        due=due,
        live_on=view.day_of(live) if live else None,
        is_live=line.went_live_at is not None,
        owner=name_of(line.owner, team, view.language),
    )


DRAWN = {"paused": "paused", "ending": "ended", "ended": "ended", "waits": "soon", "opening": "soon", "failed": "stuck"}
"""Icons of states that are not called as the need is."""


def grouped(lines: Iterable[ShownLine]) -> Sequence[tuple[Need, Sequence[ShownLine]]]:
    """The rows by how much they need somebody, in their order."""
    return [(need, list(of_it)) for need, of_it in groupby(lines, lambda one: one.line.need)]


def name_of(handle: str, team: Team, language: str) -> str:
    """What one of ours is called; their handle where the staff directory has them no more."""
    member = team.member(handle)
    return member.named(language) if member else handle


def capped(count: int) -> str:
    """A count as it is shown: whoever reads 99+ knows that it is too many to look at one by one."""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


def _state(line: PortfolioLine) -> str:
    return "ended" if line.ending else shown_state(line.rank, line.status, None)


def _who(first: OpenWork, line: PortfolioLine, team: Team, language: Language) -> str:
    if first.side == "customer":
        return theirs(line.name or first.person, language)
    return name_of(first.person, team, language)


def theirs(name: str, language: Language) -> str:
    """Somebody of the customer's as one of ours reads it: with 様 in Japanese, which a message may have put there."""
    return f"{name.removesuffix('様')}様" if language == "ja" else name


def _place(at: datetime | None, began: datetime, ends: datetime | None) -> float | None:
    if at is None or ends is None or ends <= began:
        return None
    return round(min(max((at - began) / (ends - began), 0), 1) * 100, 1)
