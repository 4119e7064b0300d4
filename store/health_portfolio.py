"""How healthy are all customers, and what has changed since the look before? The least healthy first, page by page."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.sql.elements import TextClause

from domain.measure.health import Band
from domain.record import RegisterRow
from domain.wire import Instant, Wire
from store.engine import read_connection
from store.evaluations import FlagSince
from store.tables import NOT_ENDED, evaluation_weeks, evaluations, onboardings, registers

UNSCORED = 1_000.0
"""Where those without a score stand: behind all that have one."""
MOVED = 5.0
"""Points from week to week that are a change: half a feature in use moves a score by two or three."""
MOST_CHANGED = 10
"""Customers that each list of changes names: whoever has more of them reads the whole list."""
MOST_FLAGGED = 500
"""Customers with flags that are looked through for new ones, those with the lowest score first."""


class HealthLine(Wire):
    """A customer at their last look, and at the last one of an earlier week, `before_at`: of the week before, unless
    nobody looked at this customer then. `flags` are those that were up.
    """

    onboarding: str
    account: str
    owner: str
    playbook_hash: str
    at: Instant
    day: int
    score: float | None
    band: Band | None
    known: float | None
    alarm: bool
    flags: tuple[FlagSince, ...]
    before_at: Instant | None
    before: float | None
    flags_before: tuple[FlagSince, ...] | None

    @property
    def change(self) -> float | None:
        """Points since the look before; None where one of both is not known."""
        return None if self.score is None or self.before is None else self.score - self.before

    @property
    def new_flags(self) -> tuple[FlagSince, ...]:
        """The flags that were not up at the look before."""
        before = {flag.key for flag in self.flags_before or ()}
        return tuple(flag for flag in self.flags if flag.key not in before)


class HealthPage(NamedTuple):
    """Customers by health; `after` says where the next page begins, empty on the last."""

    lines: Sequence[HealthLine]
    after: str


class Changes(NamedTuple):
    """What has changed since the look before: whose score fell, whose rose, and who has a new flag."""

    down: Sequence[HealthLine]
    up: Sequence[HealthLine]
    flagged: Sequence[HealthLine]


OF_BEFORE = {"at": "before_at", "score": "before", "flags": "flags_before"}
"""Columns of the look before, and how a line calls them."""
_NOW, _BEFORE = evaluation_weeks.alias("now"), evaluation_weeks.alias("before")
_PLACE = func.coalesce(_NOW.c.score, UNSCORED)


def page(engine: Engine, *, owner: str = "", band: str = "", limit: int, after: str = "") -> HealthPage:
    """Up to `limit` customers under way, the least healthy first; those without a score at the end."""
    query = _lines(owner).order_by(_PLACE, onboardings.c.onboarding).limit(limit + 1)
    if band:
        query = query.where(_NOW.c.score.is_(None) if band == "none" else _NOW.c.band == band)
    if place := _place(after):
        score, onboarding = place
        query = query.where(tuple_(_PLACE, onboardings.c.onboarding) > tuple_(literal(score), literal(onboarding)))
    with read_connection(engine) as connection:
        lines = [HealthLine.model_validate(row) for row in connection.execute(query).mappings()]
    shown = lines[:limit]
    return HealthPage(shown, f"{_score(shown[-1])!r}/{shown[-1].onboarding}" if len(lines) > limit else "")


def changes(engine: Engine, *, owner: str = "") -> Changes:
    """What has changed since the look before, the greatest change first."""
    moved = _NOW.c.score - _BEFORE.c.score
    down = _lines(owner).where(moved <= -MOVED).order_by(moved).limit(MOST_CHANGED)
    up = _lines(owner).where(moved >= MOVED).order_by(moved.desc()).limit(MOST_CHANGED)
    # An empty list is two characters in both databases.
    flagged = _lines(owner).where(func.length(cast(_NOW.c.flags, Text)) > 2).order_by(_PLACE).limit(MOST_FLAGGED)
    with read_connection(engine) as connection:
        fell, rose, up_now = (
            [HealthLine.model_validate(row) for row in connection.execute(query).mappings()]
            for query in (down, up, flagged)
        )
    return Changes(fell, rose, [line for line in up_now if line.new_flags][:MOST_CHANGED])


def counts(engine: Engine, *, owner: str = "") -> Mapping[str, int]:
    """How many customers there are of each band, of `none`, and with an `alarm`."""
    query = select(_NOW.c.band, func.count(), func.count().filter(_NOW.c.alarm)).select_from(_looked())
    query = query.where(*_under_way(owner)).group_by(_NOW.c.band)
    with read_connection(engine) as connection:
        rows = connection.execute(query).all()
    counted = {band or "none": number for band, number, _ in rows}
    return {"red": 0, "amber": 0, "green": 0, "none": 0, **counted, "alarm": sum(alarms for *_, alarms in rows)}


def open_corrections(engine: Engine, wanted: Collection[str]) -> Mapping[str, Sequence[RegisterRow]]:
    """The open course corrections of those onboardings, by id."""
    named = [registers.c[name] for name in ("kind", "key", "title", "status", "at", "data")]
    query = select(registers.c.onboarding, *named).where(
        registers.c.onboarding.in_(list(wanted)), registers.c.kind == "correction", registers.c.status == "open"
    )
    found: dict[str, list[RegisterRow]] = {}
    with read_connection(engine) as connection:
        for row in connection.execute(query.order_by(registers.c.at)).mappings():
            values = {name: value for name, value in row.items() if name != "onboarding"}
            found.setdefault(row["onboarding"], []).append(RegisterRow.model_validate(values))
    return found


def alarms(engine: Engine, owners: Collection[str], *, limit: int) -> Sequence[HealthLine]:
    """Up to `limit` customers under way of those owners with an alarm, the lowest score first."""
    with read_connection(engine) as connection:
        rows = connection.execute(ALARMS, {"owners": list(owners), "limit": limit}).mappings().all()
    return [HealthLine.model_validate({**row, "before": None, "before_at": None, "flags_before": None}) for row in rows]


def _lines(owner: str) -> Select[Any]:
    told = [onboardings.c[name] for name in ("onboarding", "account", "owner")]
    looked = [_NOW.c[name] for name in ("playbook_hash", "at", "day", "score", "band", "known", "alarm", "flags")]
    before = [_BEFORE.c[name].label(label) for name, label in OF_BEFORE.items()]
    last = evaluation_weeks.alias("last")
    of_last = select(func.max(last.c.week)).where(last.c.onboarding == _NOW.c.onboarding, last.c.week < _NOW.c.week)
    earlier = and_(_BEFORE.c.onboarding == _NOW.c.onboarding, _BEFORE.c.week == of_last.scalar_subquery())
    query = select(*told, *looked, *before).select_from(_looked().outerjoin(_BEFORE, earlier))
    return query.where(*_under_way(owner))


def _looked() -> FromClause:
    """Onboardings with their last evaluation, as the row of its week has it."""
    of_week = and_(_NOW.c.onboarding == evaluations.c.onboarding, _NOW.c.week == evaluations.c.week)
    return onboardings.join(evaluations, evaluations.c.onboarding == onboardings.c.onboarding).join(_NOW, of_week)


def _under_way(owner: str) -> list[ColumnElement[bool] | TextClause]:
    return [NOT_ENDED, *([onboardings.c.owner == owner] if owner else [])]


def _score(line: HealthLine) -> float:
    return UNSCORED if line.score is None else line.score


def _place(after: str) -> tuple[float, str] | None:
    """Where a page begins; None for the first one, and for what nobody has sent out."""
    score, _, onboarding = after.partition("/")
    try:
        return (float(score), onboarding) if onboarding else None
    except ValueError:
        return None


# Asked at every look at a manager's day, and built once.
ALARMS = (
    select(
        *(onboardings.c[name] for name in ("onboarding", "account", "owner")),
        *(_NOW.c[name] for name in ("playbook_hash", "at", "day", "score", "band", "known", "alarm", "flags")),
    )
    .select_from(_looked())
    .where(NOT_ENDED, onboardings.c.owner.in_(bindparam("owners", expanding=True)), evaluations.c.alarm)
    .order_by(_PLACE, onboardings.c.onboarding)
    .limit(bindparam("limit"))
)
