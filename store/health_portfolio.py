"""How healthy are all customers, and what has changed since the look before? The least healthy first, page by page."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.sql.elements import TextClause

from domain.measure.health import Band
from domain.record import RegisterRow
from domain.wire import Instant, Wire
from store.engine import read_connection
from store.evaluations import UNSCORED, FlagSince
from store.portfolio import COUNTED
from store.tables import HAS_NEW_FLAGS, IS_AN_ALARM, NOT_ENDED, evaluation_weeks, evaluations, onboardings, registers

MOVED = 5.0
"""Points from week to week that are a change: half a feature in use moves a score by two or three."""
MOST_CHANGED = 10
"""Customers that each list of changes names: whoever has more of them reads the whole list."""


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
_PLACE = evaluations.c.place


def page(engine: Engine, *, owner: str = "", band: str = "", limit: int, after: str = "") -> HealthPage:
    """Up to `limit` customers under way, the least healthy first; those without a score at the end."""
    order = (_PLACE, evaluations.c.onboarding)
    wanted = [*_of_band(band)]
    if place := _place(after):
        score, onboarding = place
        wanted.append(tuple_(*order) > tuple_(literal(score), literal(onboarding)))
    query = _first(limit + 1, owner, *wanted, by=order)
    with read_connection(engine) as connection:
        rows = connection.execute(query.add_columns(_PLACE)).mappings().all()
    shown = [HealthLine.model_validate(row) for row in rows[:limit]]
    return HealthPage(shown, _cursor(rows[limit - 1]) if len(rows) > limit else "")


def changes(engine: Engine, *, owner: str = "") -> Changes:
    """What has changed since the look before, the greatest change first."""
    moved = evaluations.c.moved
    down = _first(MOST_CHANGED, owner, moved <= -MOVED, by=(moved,))
    up = _first(MOST_CHANGED, owner, moved >= MOVED, by=(moved.desc(),))
    flagged = _first(MOST_CHANGED, owner, HAS_NEW_FLAGS, by=(_PLACE,))
    with read_connection(engine) as connection:
        each = (
            [HealthLine.model_validate(row) for row in connection.execute(query).mappings()]
            for query in (down, up, flagged)
        )
        return Changes(*each)


def counts(engine: Engine, *, owner: str = "") -> Mapping[str, int]:
    """How many customers there are of each band, of `none`, and with an `alarm`: each up to `COUNTED`."""
    whose = select(literal(1)).join_from(evaluations, onboardings, onboardings.c.onboarding == evaluations.c.onboarding)
    whose = whose.where(*_under_way(owner)).limit(literal_column(str(COUNTED)))
    # In the order of its index: else PostgreSQL goes through all customers by id until it has met enough of a band.
    some = {band: whose.where(*_of_band(band)).order_by(_PLACE) for band in ("red", "amber", "green", "none")}
    some["alarm"] = whose.where(IS_AN_ALARM)
    counted = (select(func.count()).select_from(one.subquery()).scalar_subquery() for one in some.values())
    with read_connection(engine) as connection:
        row = connection.execute(select(*counted)).one()
    return dict(zip(some, row, strict=True))


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


def _first(
    count: int, owner: str, *wanted: ColumnElement[bool] | TextClause, by: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """The first lines in that order, of those who are wanted.

    Who they are is found first, and their weeks are read then: with those of customers who have ended, of whom there
    are more each year, this took most of the time. The count is a number in the statement: PostgreSQL plans by it, once
    for all.
    """
    whose = evaluations.join(onboardings, onboardings.c.onboarding == evaluations.c.onboarding)
    first = select(evaluations.c.onboarding).select_from(whose).where(*_under_way(owner), evaluations.c.at.is_not(None))
    first = first.where(*wanted).order_by(*by).limit(literal_column(str(count)))
    return _lines().where(evaluations.c.onboarding.in_(first)).order_by(*by)


def _lines() -> Select[Any]:
    told = [onboardings.c[name] for name in ("onboarding", "account", "owner")]
    looked = [_NOW.c[name] for name in ("playbook_hash", "at", "day", "score", "band", "known", "alarm", "flags")]
    before = [_BEFORE.c[name].label(label) for name, label in OF_BEFORE.items()]
    last = evaluation_weeks.alias("last")
    of_last = select(func.max(last.c.week)).where(last.c.onboarding == _NOW.c.onboarding, last.c.week < _NOW.c.week)
    earlier = and_(_BEFORE.c.onboarding == _NOW.c.onboarding, _BEFORE.c.week == of_last.scalar_subquery())
    return select(*told, *looked, *before).select_from(_looked().outerjoin(_BEFORE, earlier))


def _looked() -> FromClause:
    """Onboardings with their last evaluation, as the row of its week has it."""
    of_week = and_(_NOW.c.onboarding == evaluations.c.onboarding, _NOW.c.week == evaluations.c.week)
    return onboardings.join(evaluations, evaluations.c.onboarding == onboardings.c.onboarding).join(_NOW, of_week)


def _of_band(band: str) -> Sequence[ColumnElement[bool]]:
    """Those of that band, or those without a score; of all where none is named."""
    if not band:
        return ()
    return (_PLACE == UNSCORED,) if band == "none" else (evaluations.c.band == band,)


def _under_way(owner: str) -> list[ColumnElement[bool] | TextClause]:
    return [NOT_ENDED, *([onboardings.c.owner == owner] if owner else [])]


def _cursor(row: RowMapping) -> str:
    """Where the page after that row begins: by its place, which after a look of an older worker is not its score."""
    place = UNSCORED if row["place"] is None else row["place"]
    return f"{place!r}/{row['onboarding']}"


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
