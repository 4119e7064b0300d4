"""Which figures were reported about an onboarding? Stores each as it was reported, and says which of them count."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select, update

from domain.clock import DAY
from domain.measure.doubts import why_set_apart
from domain.measure.figures import FIGURES, checked
from domain.measure.goals import LARGEST, OF_A_GOAL, Goal, is_meant
from domain.measure.reported import Reported
from domain.refusal import Refused
from domain.reported import Measurement, SetApart
from domain.trouble import UnknownOnboarding
from domain.wire import Instant, Wire
from store.engine import read_transaction, wall_clock, write_transaction
from store.evaluations import remember_news
from store.goals import goals_of
from store.rows import add
from store.tables import deals, evaluation_weeks, measurements, onboardings

REPORTED = "reported"
COUNTS = and_(
    measurements.c.set_apart.is_(None), measurements.c.replaced_by.is_(None), func.abs(measurements.c.value) <= LARGEST
)
"""Which rows count: what cannot be true, what was corrected, and what was taken before there was a bound and nobody can
mean, stays on record alone."""
COMPARED = 20
"""How many earlier reports a new one is held against."""


class Report(Wire):
    """A report as it is kept; `number` counts those of its metric in the order in which they came.

    One that is `set_apart`, or was `replaced_by` another, does not count. `reason` is that of a correction.
    """

    number: int
    metric: str
    key: str
    at: Instant
    value: float
    origin: str
    by: str | None
    recorded_at: Instant | None
    set_apart: str | None
    replaced_by: int | None
    reason: str | None


class SqlMeasurements:
    """The measurements of `activities.ports`, in SQL. May be shared by threads.

    `day_length` is the wall time of a day of the plans: on a compressed clock an onboarding's own time counts alone.
    """

    def __init__(self, engine: Engine, *, day_length: timedelta = DAY) -> None:
        self._engine = engine
        self._own_time = day_length != DAY

    def keep(
        self,
        onboarding: str,
        measured: Sequence[Measurement],
        *,
        key: str,
        origin: str = REPORTED,
        by: str | None = None,
        now: datetime | None = None,
    ) -> Sequence[SetApart]:
        """Store the measurements; doing so again under the same `key` changes nothing. Returns those that do not count.

        A metric is a figure or the key of a goal. Raises UnknownOnboarding, and Refused for what is no such metric, no
        such value, or a unit that is not the goal's.
        """
        recorded = now or wall_clock()
        apart: list[SetApart] = []
        with write_transaction(self._engine) as connection:
            sold = _sold(connection, onboarding)
            goals = {goal.key: goal for goal in goals_of(connection, [onboarding])[onboarding]}
            for one in measured:
                metric = _named(one, goals)
                before = _before(connection, onboarding, metric, apart_from=key)
                # An onboarding's own time may run ahead of the wall's, and so may its close.
                closed_at, present = min(sold.closed_at, recorded), max(recorded, sold.as_of or recorded)
                if self._own_time:
                    # Its last turn may lie days behind on a compressed clock: nothing can be said to lie ahead.
                    present = max(present, one.at)
                doubt = why_set_apart(metric, one.value, one.at, before=before, closed_at=closed_at, now=present)
                if doubt is not None:
                    apart.append(SetApart(metric=one.metric, value=one.value, reason=doubt))
                row = {"onboarding": onboarding, "metric": metric, "key": key, "at": one.at, "value": one.value}
                row |= {"origin": origin, "by": by, "recorded_at": recorded, "set_apart": doubt}
                add(connection, measurements, [row])
            remember_news(connection, [onboarding])
        return apart

    def present(self, onboarding: str) -> datetime:
        """Now; on a compressed clock the onboarding's last turn, or its end. Raises UnknownOnboarding."""
        now = wall_clock()
        with read_transaction(self._engine) as connection:
            as_of = _sold(connection, onboarding).as_of or now
        return as_of if self._own_time else max(now, as_of)

    def correct(
        self, onboarding: str, metric: str, number: int, value: float, *, reason: str, by: str | None, key: str
    ) -> None:
        """Put another value in the place of a report, or call true what was set apart; the report stays on record.

        The new one counts whatever it is held against: a person has looked. Evaluations of weeks since then keep their
        score and say what was corrected. Raises UnknownOnboarding, and Refused naming the field.
        """
        with write_transaction(self._engine) as connection:
            _sold(connection, onboarding)
            goals = {goal.key: goal for goal in goals_of(connection, [onboarding])[onboarding]}
            metric = _named(Measurement(metric=metric, at=wall_clock(), value=value), goals)
            reports = _reports(connection, onboarding, (metric,))
            wrong = next((row for row in reports if row["number"] == number), None)
            if wrong is None:
                raise Refused(f"is {number}, and there are {len(reports)} reports of {metric}", field="number")
            if wrong["replaced_by"] == key:
                return
            if wrong["replaced_by"] is not None:
                raise Refused(f"is {number}, which was corrected already: correct the later one", field="number")
            row = {"onboarding": onboarding, "metric": metric, "key": key, "at": wrong["at"], "value": value}
            row |= {"origin": "corrected", "by": by, "recorded_at": wall_clock(), "reason": reason}
            add(connection, measurements, [row])
            same = (measurements.c.onboarding == onboarding) & (measurements.c.metric == metric)
            replaced = update(measurements).where(same, measurements.c.key == wrong["key"], measurements.c.key != key)
            connection.execute(replaced.values(replaced_by=key))
            _note(connection, onboarding, since=wrong["at"], what=metric.removeprefix(OF_A_GOAL))
            remember_news(connection, [onboarding])

    def reports(self, onboarding: str, metric: str | None = None) -> Sequence[Report]:
        """Every report of that metric, or of all, with what became of it, in the order in which they came."""
        wanted = None if metric is None else (metric, f"{OF_A_GOAL}{metric}")
        with read_transaction(self._engine) as connection:
            rows = _reports(connection, onboarding, wanted)
        numbers = {(row["metric"], row["key"]): row["number"] for row in rows}
        return [
            Report.model_validate(
                {
                    **row,
                    "metric": row["metric"].removeprefix(OF_A_GOAL),
                    "replaced_by": numbers.get((row["metric"], row["replaced_by"])),
                }
            )
            for row in rows
        ]

    def of_each(self, onboarding: str, metrics: Collection[str], *, most: int = 1_000) -> dict[str, list[Measurement]]:
        """The last measurements of those metrics, up to `most` of each, newest first; none of what has none."""
        of_them = (measurements.c.onboarding == onboarding) & measurements.c.metric.in_(metrics) & COUNTS
        place = func.row_number().over(partition_by=measurements.c.metric, order_by=measurements.c.at.desc())
        placed = select(measurements, place.label("place")).where(of_them).subquery()
        newest = select(placed).where(placed.c.place <= most).order_by(placed.c.at.desc())
        found: dict[str, list[Measurement]] = {}
        with read_transaction(self._engine) as connection:
            for row in connection.execute(newest).mappings():
                found.setdefault(row["metric"], []).append(Measurement.model_validate(row))
        return found


class _Sold(Wire):
    closed_at: Instant
    time_zone: str = "UTC"
    as_of: Instant | None = None


def _sold(connection: Connection, onboarding: str) -> _Sold:
    query = select(deals.c.run, deals.c.body, deals.c.calendar, onboardings.c.as_of)
    query = query.outerjoin(onboardings, onboardings.c.onboarding == deals.c.onboarding)
    row = connection.execute(query.where(deals.c.onboarding == onboarding)).one_or_none()
    if row is None or row.run is None:
        raise UnknownOnboarding(onboarding)
    return _Sold(closed_at=row.body["closed_at"], time_zone=row.calendar["time_zone"], as_of=row.as_of)


def _named(one: Measurement, goals: Mapping[str, Goal]) -> str:
    """The metric as it is kept. Raises Refused naming the field."""
    goal = goals.get(one.metric.removeprefix(OF_A_GOAL))
    if goal is not None:
        if one.unit is not None and goal.unit and one.unit != goal.unit:
            what = f"is {one.unit!r}, and {goal.key} is measured in {goal.unit!r}: convert the value, or define it anew"
            raise Refused(what, field="unit")
        if not is_meant(one.value):
            raise Refused(f"is {one.value:g}, and lies between {-LARGEST:g} and {LARGEST:g}", field="value")
        return f"{OF_A_GOAL}{goal.key}"
    if one.metric not in FIGURES:
        known = f"; goals of this customer are: {', '.join(goals)}" if goals else "; this customer has no goals yet"
        raise Refused(f"is {one.metric!r}, which is no figure of docs/health.md and no goal{known}", field="metric")
    checked(one.metric, one.value)
    return one.metric


def _before(connection: Connection, onboarding: str, metric: str, *, apart_from: str) -> list[Reported]:
    same = (measurements.c.onboarding == onboarding) & (measurements.c.metric == metric)
    query = select(measurements.c.value, measurements.c.at).where(same, COUNTS, measurements.c.key != apart_from)
    rows: Iterable[Any] = connection.execute(query.order_by(measurements.c.at.desc()).limit(COMPARED))
    return [Reported(row.value, row.at) for row in rows]


def _reports(connection: Connection, onboarding: str, metrics: Collection[str] | None) -> list[dict[str, Any]]:
    came = (measurements.c.recorded_at.nulls_first(), measurements.c.at, measurements.c.key)
    number = func.row_number().over(partition_by=measurements.c.metric, order_by=came).label("number")
    of_it = measurements.c.onboarding == onboarding
    query = select(measurements, number).where(of_it if metrics is None else of_it & measurements.c.metric.in_(metrics))
    return [dict(row) for row in connection.execute(query.order_by(measurements.c.metric, "number")).mappings()]


def _note(connection: Connection, onboarding: str, *, since: datetime, what: str) -> None:
    """Say of the weeks that have been evaluated since what was corrected; that which still runs is evaluated again."""
    weeks = (evaluation_weeks.c.onboarding == onboarding) & (evaluation_weeks.c.at >= since)
    known = connection.execute(select(evaluation_weeks.c.week, evaluation_weeks.c.note).where(weeks)).all()
    latest = max((row.week for row in known), default=None)
    for row in known:
        if row.week != latest:
            note = f"{row.note}, {what}" if row.note else f"corrected since: {what}"
            connection.execute(
                update(evaluation_weeks).where(weeks, evaluation_weeks.c.week == row.week).values(note=note)
            )
