"""What does the store know of customers? Read for hundreds of onboardings at once, in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, Engine, Select, bindparam, func, or_, select

from domain.clock import DAY
from domain.deal import BusySeason
from domain.measure.customer import OF_THE_JOURNAL, PAUSED, RESUMED, Customer, Happening, Step
from domain.measure.engagement import Ask
from domain.measure.reported import Reported
from domain.news import HANDED_OVER
from domain.playbook import Playbook
from domain.trouble import UnknownOnboarding
from domain.wire import Instant, Wire
from store.engine import read_transaction
from store.goals import with_what_was_said
from store.measurements import COUNTS
from store.rows import Row, as_rows
from store.tables import deals, journal, measurements, milestones, onboardings, people, playbooks, registers
from store.usage_weeks import UsedBy, used_by
from store.versions import KEPT_VERSION

REMEMBERED_PLAYBOOKS = 64
MOST_OF_A_FIGURE = 400
"""Reports of one figure that are looked at, the newest: more than one a day for a year."""

# Every look at the figures runs these; built once, like those in store/ledger.py.
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
OF_A_LINE = ("waiting_for", "ending", "ended_at", "as_of", "first_value_at", "days_to_first_value")
LINES = (
    select(
        deals.c.onboarding,
        deals.c.body,
        deals.c.calendar,
        KEPT_VERSION.label("hashed"),
        *(onboardings.c[name] for name in OF_A_LINE),
    )
    .join(onboardings, onboardings.c.onboarding == deals.c.onboarding)
    .where(deals.c.onboarding.in_(IDS))
)
ROLES = select(people.c.onboarding, people.c.id, people.c.role).where(
    people.c.onboarding.in_(IDS), people.c.side == "customer"
)
STEPS = (
    select(*(milestones.c[name] for name in ("onboarding", "key", "status", "due", "at")))
    .where(milestones.c.onboarding.in_(IDS))
    .order_by(milestones.c.position)
)
HAPPENED = (
    select(*(journal.c[name] for name in ("onboarding", "kind", "by", "at")))
    .where(
        journal.c.onboarding.in_(IDS),
        or_(journal.c.kind.in_([*OF_THE_JOURNAL, PAUSED, RESUMED]), journal.c.by.is_not(None)),
    )
    .order_by(journal.c.seq)
)
REGISTERED = select(*(registers.c[name] for name in ("onboarding", "kind", "status", "at", "data"))).where(
    registers.c.onboarding.in_(IDS), registers.c.kind.in_(("win", "issue", "task"))
)


def _newest_reports() -> Select[Any]:
    of_each = (measurements.c.onboarding, measurements.c.metric)
    place = func.row_number().over(partition_by=of_each, order_by=measurements.c.at.desc()).label("place")
    read = (measurements.c[name] for name in ("onboarding", "metric", "value", "at", "origin", "key"))
    placed = select(*read, place).where(measurements.c.onboarding.in_(IDS), COUNTS).subquery()
    return select(placed).where(placed.c.place <= MOST_OF_A_FIGURE).order_by(placed.c.at, placed.c.key)


NEWEST_REPORTS = _newest_reports()


class _Sold(Wire):
    """What matters of a deal."""

    closed_at: Instant
    seats: int | None = None
    busy_seasons: tuple[BusySeason, ...] = ()


class _Registered(NamedTuple):
    """A row of a register."""

    kind: str
    status: str
    at: datetime
    data: Mapping[str, Any]


class SqlCustomers:
    """Reads what scores, targets and flags are computed from. May be shared by threads.

    `day_length` is the wall time of a day of the plans: on a compressed clock an onboarding's own time counts alone.
    """

    def __init__(self, engine: Engine, *, day_length: timedelta = DAY) -> None:
        self._engine = engine
        self._own_time = day_length != DAY
        self._playbook = lru_cache(REMEMBERED_PLAYBOOKS)(self._read_playbook)

    def one(self, onboarding: str, *, now: datetime) -> Customer:
        """That onboarding's customer. Raises UnknownOnboarding."""
        found = self.all([onboarding], now=now)
        if onboarding not in found:
            raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
        return found[onboarding]

    def all(self, wanted: Collection[str], *, now: datetime) -> Mapping[str, Customer]:
        """Those of the wanted onboardings that are there, by id.

        `now` is wall time, which goes before an onboarding's last turn where no clock is compressed. Who was handed
        over goes on; any other ending is the last moment.
        """
        ids = list(wanted)
        with read_transaction(self._engine) as connection:
            lines = _lines(connection, ids)
            roles = _roles(connection, ids)
            steps = _steps(connection, ids)
            happened = _happened(connection, ids)
            registered = _registered(connection, ids)
            reported = _reported(connection, ids)
            goals = with_what_was_said(connection, {row["onboarding"]: row["body"] for row in lines})
            sold = {row["onboarding"]: _Sold.model_validate(row["body"], extra="ignore") for row in lines}
            # By wall time: on a compressed clock the close may lie ahead of it.
            since = [UsedBy(id, min(one.closed_at, now).date()) for id, one in sold.items()]
            used = used_by(connection, since, now=now)
        customers = {}
        for row in lines:
            id, zone = row["onboarding"], row["calendar"]["time_zone"]
            customers[id] = Customer(
                onboarding=id,
                playbook=self._playbook(row["hashed"]),
                hashed=row["hashed"],
                now=self._present(row, now),
                handed_over_at=row["ended_at"] if row["ending"] in HANDED_OVER else None,
                closed_at=sold[id].closed_at,
                time_zone=zone,
                seats=sold[id].seats,
                roles=roles[id],
                milestones=steps[id],
                waiting_for=row["waiting_for"],
                happened=happened[id],
                wins=sum(one.kind == "win" for one in registered[id]),
                critical_issues=sum(map(_is_critical, registered[id])),
                reported=reported[id],
                first_value=_first_value(row),
                used=used[id],
                used_until=now,
                goals=goals[id],
                busy=[(one.first, one.last) for one in sold[id].busy_seasons],
                tasks=_tasks(registered[id], roles[id], closed_at=sold[id].closed_at, zone=zone),
            )
        return customers

    def _present(self, row: Row, now: datetime) -> datetime:
        """The moment at which it stands: its end, unless the customer was handed over and goes on."""
        if row["ending"] is not None and row["ending"] not in HANDED_OVER:
            ended: datetime = row["ended_at"]
            return ended
        as_of: datetime | None = row["as_of"]
        if as_of is None:
            return now
        return as_of if self._own_time else max(now, as_of)

    def _read_playbook(self, hashed: str) -> Playbook:
        with read_transaction(self._engine) as connection:
            body = connection.scalar(select(playbooks.c.body).where(playbooks.c.hash == hashed))
        return Playbook.model_validate(body, extra="ignore")


def _lines(connection: Connection, ids: Sequence[str]) -> Sequence[Row]:
    return as_rows(connection.execute(LINES, {"ids": ids}))


def _roles(connection: Connection, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    roles: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for onboarding, id, role in connection.execute(ROLES, {"ids": ids}):
        roles[onboarding][id] = role
    return roles


def _steps(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[Step]]:
    return _by_onboarding((row[0], Step(*row[1:])) for row in connection.execute(STEPS, {"ids": ids}))


def _happened(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[Happening]]:
    return _by_onboarding((row[0], Happening(*row[1:])) for row in connection.execute(HAPPENED, {"ids": ids}))


def _registered(connection: Connection, ids: Sequence[str]) -> Mapping[str, list[_Registered]]:
    return _by_onboarding((row[0], _Registered(*row[1:])) for row in connection.execute(REGISTERED, {"ids": ids}))


def _reported(connection: Connection, ids: Sequence[str]) -> Mapping[str, dict[str, list[Reported]]]:
    """The reports of each figure, by onboarding and metric; of one moment the one with the last key comes last."""
    reported: defaultdict[str, dict[str, list[Reported]]] = defaultdict(dict)
    for row in connection.execute(NEWEST_REPORTS, {"ids": ids}):
        reported[row.onboarding].setdefault(row.metric, []).append(Reported(row.value, row.at, row.origin))
    return reported


def _by_onboarding(rows: Iterable[tuple[str, Any]]) -> defaultdict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for onboarding, row in rows:
        found[onboarding].append(row)
    return found


def _first_value(row: Row) -> tuple[int, datetime | None] | None:
    days = row["days_to_first_value"]
    return None if days is None else (days, row["first_value_at"])


def _is_critical(row: _Registered) -> bool:
    return row.kind == "issue" and row.status != "resolved" and row.data.get("severity") == "critical"


def _tasks(rows: Iterable[_Registered], customers: Collection[str], *, closed_at: datetime, zone: str) -> list[Ask]:
    """The tasks of the customer's people that have a day."""
    closed = closed_at.astimezone(ZoneInfo(zone)).date()
    asks = []
    for row in rows:
        due = row.data.get("due")
        if row.kind != "task" or row.status == "cancelled" or due is None or row.data.get("owner") not in customers:
            continue
        done = None if row.status == "open" else (row.at.astimezone(ZoneInfo(zone)).date() - closed).days
        asks.append(Ask((datetime.fromisoformat(str(due)).date() - closed).days, done))
    return asks
