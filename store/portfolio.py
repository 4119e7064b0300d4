"""Which onboardings need somebody, and how does each stand? Page by page, by an index, and counted up to a hundred."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    RowMapping,
    Select,
    and_,
    exists,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.sql.elements import TextClause

from domain.attention import NEEDS, Need, OpenWork
from domain.wire import Instant, Wire
from store.engine import read_connection
from store.search_texts import has_words
from store.tables import HAS_ENDED, NOT_ENDED, onboardings, people, search_texts, stages

COUNTED = 100
"""Counts end here: whoever reads 99+ knows that it is too many to look at one by one."""
MOST_FOUND = 1_000
"""Customers that a search goes through: what fits more of them is too short."""
SHOWN = (
    "onboarding", "account", "status", "owner", "playbook", "playbook_hash", "opened_at", "closed_at", "late",
    "late_count", "rank", "first", "first_due", "done_until", "ends_by", "go_live_due", "went_live_at",
    "agreed_go_live", "slip", "ending", "ended_at", "as_of",
)  # fmt: skip


class Filter(Wire):
    """Which onboardings are wanted: all that are under way, but for what is named here.

    `version` is the hash of a version of a playbook, or how it begins; `go_live_within` are days.
    With a `text` those that have ended are among them, at the end.
    """

    need: tuple[Need, ...] = ()
    owner: str = ""
    playbook: str = ""
    version: str = ""
    stage: str = ""
    go_live_within: int | None = None
    text: str = ""
    ended: bool = False

    @property
    def counted(self) -> bool:
        """Whether an index knows how many there are."""
        narrowed = self.text or self.stage or self.version or self.ended
        return not (narrowed or self.go_live_within is not None)


class PortfolioLine(Wire):
    """An onboarding as the portfolio shows it. `name` is whom of the customer's its first work waits for."""

    onboarding: str
    account: str
    status: str
    owner: str
    playbook: str
    playbook_hash: str | None
    opened_at: Instant
    closed_at: Instant | None
    late: tuple[str, ...]
    late_count: int
    rank: int | None
    first: OpenWork | None
    first_due: Instant | None
    done_until: Instant | None
    ends_by: Instant | None
    go_live_due: Instant | None
    went_live_at: Instant | None
    agreed_go_live: date | None
    slip: int | None
    ending: str | None
    ended_at: Instant | None
    as_of: Instant | None
    name: str = ""

    @property
    def need(self) -> Need:
        return NEEDS[self.rank] if self.rank is not None else "waits"


class Page(NamedTuple):
    """A page of the portfolio; `after` is the cursor of the next one, empty on the last.

    `too_many` says that a search fits more than are gone through.
    """

    lines: Sequence[PortfolioLine]
    after: str
    too_many: bool = False


class Unreadable(Exception):
    """A cursor that is none of this list. Whoever sent it must act: begin with the first page."""


def page(engine: Engine, wanted: Filter, *, now: datetime, limit: int, after: str = "") -> Page:
    """Up to `limit` onboardings, those that need somebody first. Raises Unreadable.

    By go-live, or the newest first, where those that go live soon or that have ended are wanted.
    """
    order, descending = _order(wanted)
    where = _where(wanted, now)
    if after:
        values = zip(_place(after, order), order, strict=True)
        place = tuple_(*(literal(value, column.type) for value, column in values))
        where.append(tuple_(*order) < place if descending else tuple_(*order) > place)
    query = select(*(onboardings.c[name] for name in SHOWN)).where(*where)
    query = query.order_by(*(column.desc() if descending else column for column in order)).limit(_number(limit + 1))
    with read_connection(engine) as connection:
        if wanted.text:
            query = _narrowed(query, wanted.text, connection.dialect.name)
        rows = connection.execute(query).mappings().all()
        names = _names(connection, rows[:limit])
    lines = [PortfolioLine.model_validate({**row, "name": names.get(_person(row), "")}) for row in rows[:limit]]
    too_many = bool(wanted.text and rows and rows[0]["fitting"] > MOST_FOUND)
    return Page(lines, _cursor(rows[limit - 1], order) if len(rows) > limit else "", too_many)


def _narrowed(query: Select[Any], text: str, dialect: str) -> Select[Any]:
    """The same of the customers whom these words find, with how many these are, `fitting`.

    They are looked for once; one more than are gone through tells that there are too many.
    """
    found = (
        select(search_texts.c.onboarding).where(has_words(text, dialect)).limit(_number(MOST_FOUND + 1)).cte("found")
    )
    fitting = select(func.count()).select_from(found).scalar_subquery().label("fitting")
    gone_through = select(found.c.onboarding).limit(_number(MOST_FOUND))
    return query.add_columns(fitting).where(onboardings.c.onboarding.in_(gone_through))


def _number(limit: int) -> ColumnElement[int]:
    """A limit as it stands in a statement: PostgreSQL plans by a number, and by a parameter only for any."""
    number: ColumnElement[int] = literal_column(str(limit))
    return number


def counts(engine: Engine, wanted: Filter, *, now: datetime) -> Mapping[str, int]:
    """How many there are of each need, `open` altogether and with a `go_live` soon: each up to `COUNTED`.

    Of `wanted` the owner and the playbook count.
    """
    whose = Filter(owner=wanted.owner, playbook=wanted.playbook)
    each: dict[str, Select[Any]] = {"open": _some(_where(whose, now))}
    for number, need in enumerate(NEEDS[:-1]):
        each[need] = _some([*_where(whose, now), onboardings.c.rank == number])
    each["go_live"] = _some(_where(whose.model_copy(update={"go_live_within": SOON}), now))
    counted = (select(func.count()).select_from(some.subquery()).scalar_subquery() for some in each.values())
    with read_connection(engine) as connection:
        row = connection.execute(select(*counted)).one()
    return dict(zip(each, row, strict=True))


SOON = 30
"""Days in which a go-live is soon."""


def count(engine: Engine, wanted: Filter, *, now: datetime) -> int:
    """How many are wanted, up to `COUNTED`; for filters that an index counts."""
    with read_connection(engine) as connection:
        return connection.scalar(select(func.count()).select_from(_some(_where(wanted, now)).subquery())) or 0


def owners(engine: Engine) -> Sequence[str]:
    """The owners of what is under way, by their handles."""
    return _each(engine, onboardings.c.owner)


def playbooks(engine: Engine) -> Sequence[str]:
    """The keys of the playbooks by which anything under way goes."""
    return _each(engine, onboardings.c.playbook)


def _each(engine: Engine, column: Column[str]) -> Sequence[str]:
    """Every value that the column has of what is under way: each found by a step along its index."""
    first = select(func.min(column).label("value")).where(NOT_ENDED).cte("each", recursive=True)
    later = select(func.min(column)).where(NOT_ENDED, column > first.c.value)
    steps = first.union_all(select(later.correlate(first).scalar_subquery()).where(first.c.value.is_not(None)))
    with read_connection(engine) as connection:
        return connection.scalars(select(steps.c.value).where(steps.c.value.is_not(None))).all()


def _order(wanted: Filter) -> tuple[list[Column[Any]], bool]:
    if wanted.ended and not wanted.text:
        return [onboardings.c.ended_at, onboardings.c.onboarding], True
    if wanted.go_live_within is not None and not wanted.text:
        return [onboardings.c.go_live_due, onboardings.c.onboarding], False
    return [onboardings.c.rank, onboardings.c.first_due, onboardings.c.onboarding], False


def _where(wanted: Filter, now: datetime) -> list[ColumnElement[bool] | TextClause]:
    where: list[ColumnElement[bool] | TextClause] = []
    if wanted.ended:
        where.append(HAS_ENDED)
    elif not wanted.text:
        where.append(NOT_ENDED)
    if wanted.need:
        where.append(onboardings.c.rank.in_([NEEDS.index(need) for need in wanted.need]))
    if wanted.owner:
        where.append(onboardings.c.owner == wanted.owner)
    if wanted.playbook:
        where.append(onboardings.c.playbook == wanted.playbook)
    if wanted.version:
        where.append(onboardings.c.playbook_hash.startswith(wanted.version, autoescape=True))
    if wanted.stage:
        of_it = and_(stages.c.onboarding == onboardings.c.onboarding, stages.c.key == wanted.stage)
        where.append(exists().where(of_it, stages.c.status == "open"))
    if wanted.go_live_within is not None:
        where.append(onboardings.c.go_live_due <= now + timedelta(days=wanted.go_live_within))
    return where


def _some(where: Sequence[ColumnElement[bool] | TextClause]) -> Select[Any]:
    return select(literal(1)).select_from(onboardings).where(*where).limit(_number(COUNTED))


def _names(connection: Any, rows: Sequence[RowMapping]) -> Mapping[tuple[str, str], str]:
    """The names of the customers' people for whom these onboardings wait, in one question."""
    asked = [person for row in rows if (person := _person(row))[1]]
    if not asked:
        return {}
    these = select(people.c.onboarding, people.c.id, people.c.name).where(
        people.c.onboarding.in_({onboarding for onboarding, _ in asked}), people.c.id.in_({id for _, id in asked})
    )
    return {(row.onboarding, row.id): row.name for row in connection.execute(these)}


def _person(row: RowMapping) -> tuple[str, str]:
    first = row["first"] or {}
    return row["onboarding"], first.get("person", "") if first.get("side") == "customer" else ""


# --- where the next page begins


def _cursor(row: RowMapping, order: Sequence[Column[Any]]) -> str:
    place = [row[column.name] for column in order]
    written = json.dumps([value.isoformat() if isinstance(value, datetime) else value for value in place])
    return urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _place(after: str, order: Sequence[Column[Any]]) -> Sequence[Any]:
    try:
        values = json.loads(urlsafe_b64decode(after.encode("ascii") + b"=" * (-len(after) % 4)))
        if len(values) != len(order):
            raise ValueError("another order")
        return [_value(value, column) for value, column in zip(values, order, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise Unreadable from None


def _value(value: Any, column: Column[Any]) -> Any:
    if column.name == "rank":
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(NEEDS):
            raise ValueError("no rank")
        return value
    if not isinstance(value, str):
        raise TypeError("no text")
    if column.name == "onboarding":
        return value
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a naive moment")
    return moment
