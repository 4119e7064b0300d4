"""What does a row of somebody's day show? What it is, of which customer, by or since when, and where it leads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from domain.team import Team
from portal.desk.portfolio_lines import name_of, theirs
from portal.desk.titles import Titles
from portal.desk.view import DeskView
from store.risks import RISKS
from store.work_lines import MESSAGE, QUESTION, WorkLine

ICONS = {
    "milestone": "circle-dot",
    "sign_off": "file-signature",
    "ask_again": "rotate-ccw",
    "task": "square-check-big",
    "draft": "mail-open",
    "issue": "bug",
    "scope_change": "git-pull-request",
    "criterion": "clipboard-check",
    "approval": "stamp",
    "hand_off": "flag",
    "pause": "circle-pause",
    "meeting": "calendar",
    RISKS: "shield-alert",
    MESSAGE: "mail",
    QUESTION: "message-circle",
}
READ_AT: dict[str, str] = {
    "issue": "issues",
    QUESTION: "questions",
    RISKS: "risks",
    MESSAGE: "notices",
}
"""The part of a customer's pages where that kind of work is seen; all else on the first of them."""


class ShownWork(NamedTuple):
    """A row, in the reader's language and zone.

    `late` are the working days for which it is overdue, in the customer's calendar, `waited` the days for which
    somebody waits for an answer; `hour` is that of a meeting. `who` is named where it is not the work of the day's
    owner. `acts` is the address of what may be done.
    """

    line: WorkLine
    id: str
    icon: str
    title: str
    path: str
    acts: str
    who: str
    due: date
    late: int
    is_today: bool
    waited: int
    hour: str


class Reading(NamedTuple):
    """Who reads rows of `whose` day, and by what: what work is called, our people, and how late each row is."""

    view: DeskView
    titles: Titles
    team: Team
    whose: str
    late: Mapping[tuple[str, datetime], int]


def shown(lines: Iterable[WorkLine], reading: Reading) -> Sequence[ShownWork]:
    """The rows as they are printed."""
    return [_row(line, reading) for line in lines]


def _row(line: WorkLine, reading: Reading) -> ShownWork:
    view, titles, team, whose, late = reading
    due = view.day_of(line.due)
    since = view.day_of(line.since) if line.since else due
    own = {} if whose == view.staff.handle else {"who": whose}
    named = {"on": line.onboarding, "kind": line.kind, "key": line.key, **own}
    return ShownWork(
        line=line,
        id="-".join(("w", line.kind, line.onboarding, line.key)).replace("/", "-"),
        icon=ICONS[line.kind],
        title=titles.work(line.kind, line.key, line.title, line.playbook_hash),
        path=_path(line),
        acts=f"/desk/work?{urlencode(named)}",
        who=_who(line, team, view, whose),
        due=due,
        late=late.get((line.onboarding, line.due), 0),
        is_today=due == view.today,
        waited=max((view.today - since).days, 0),
        hour=f"{line.due.astimezone(view.zone):%H:%M}",
    )


def _path(line: WorkLine) -> str:
    """The page of the customer on which that is seen."""
    of_it = f"/desk/onboardings/{line.onboarding}"
    if line.kind == "draft":
        return f"{of_it}/notices/draft?{urlencode({'draft': line.key})}"
    return f"{of_it}/{READ_AT[line.kind]}" if line.kind in READ_AT else of_it


def _who(line: WorkLine, team: Team, view: DeskView, whose: str) -> str:
    if line.kind in (MESSAGE, QUESTION) or line.side == "customer":
        return theirs(line.name or line.person, view.language)
    return "" if line.person == whose else name_of(line.person, team, view.language)
