"""How do people and systems say what a customer's metrics are and have come to? One way for the CLI and the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field
from sqlalchemy import Engine

from activities.ports import Staff
from domain.clock import DAY
from domain.measure.customer import Customer
from domain.measure.goals import Amount, Goal, GoalGiven, GoalSaid, lacking
from domain.news import short
from domain.refusal import Refused
from domain.reported import Measurement
from domain.wire import Instant, Line, Slug, StrictWire, Wire
from starter.doors.people import person
from starter.trouble import InvalidNews
from store.customers import SqlCustomers
from store.goals import SqlGoals
from store.ledger import SqlLedger
from store.measurements import Report, SqlMeasurements


class MetricDefined(GoalSaid):
    """A business metric as somebody says it; its key stands in the address."""

    by: Line = Field(description="who says so: a stakeholder's id, a staff handle, or the e-mail address of either")


class FigureReported(StrictWire):
    """A figure of docs/health.md, or of a business metric by its key."""

    metric: Slug
    value: Amount
    at: Instant | None = Field(None, description="when it was so; by default now")
    unit: Line | None = Field(None, description="of a business metric: refused where it is another one")
    by: Line | None = Field(None, description="who says so, where that is a person")


class FigureCorrected(StrictWire):
    """What a report should have said."""

    value: Amount
    reason: Line = Field(description="why; it stands beside both for ever")
    by: Line = Field(description="who says so")


class MetricShown(Goal):
    """A business metric and how far it has come; `lacks` is what is still to be asked for.

    `improvement_pct` is against the baseline, `on_way_pct` of what was to be expected by the day of the last report.
    """

    lacks: tuple[str, ...] = ()
    value: float | None = None
    value_at: Instant | None = None
    improvement_pct: float | None = None
    on_way_pct: float | None = None


class Kept(Wire):
    """A report that was taken; it counts unless it was set apart."""

    metric: str
    value: float
    at: Instant
    set_apart: str | None = None


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """The way in for metrics and their figures; `via` is the road by which they come, `now` wall time.

    `day_length` is the wall time of a day of the plans: on a compressed clock an onboarding's own time counts.
    """

    engine: Engine
    staff: Staff
    via: str
    day_length: timedelta = DAY

    def metrics(self, onboarding: str, *, now: datetime) -> Sequence[MetricShown]:
        """The business metrics of that customer as they are agreed now. Raises UnknownOnboarding."""
        return metrics_of(self.customer(onboarding, now=now))

    def customer(self, onboarding: str, *, now: datetime) -> Customer:
        """What is known of that customer. Raises UnknownOnboarding."""
        return SqlCustomers(self.engine, day_length=self.day_length).one(onboarding, now=now)

    def define(
        self, onboarding: str, key: str, defined: MetricDefined, *, now: datetime, revision: int | None = None
    ) -> Goal:
        """Say what a metric is, anew or for the first time; what was said before stays on record.

        `revision` is the one that was read, NONE_YET for none, where that is to hold. Raises UnknownOnboarding,
        SaidOtherwise, and Refused naming the field, also for a person who takes no part.
        """
        by = self._person(defined.by, onboarding)
        given = GoalGiven.model_validate({**defined.model_dump(exclude={"by"}), "key": key})
        goals = SqlGoals(self.engine)
        return goals.define(onboarding, given, by=by, origin=self.via, at=now, revision=revision)

    def said(self, onboarding: str, key: str) -> Sequence[Goal]:
        """What people have said of that metric, the first version first; nothing where it is of the sale alone."""
        return SqlGoals(self.engine).said_before(onboarding, key)

    def present(self, onboarding: str) -> datetime:
        """Now, by the onboarding's own time where the clock is compressed. Raises UnknownOnboarding."""
        return SqlMeasurements(self.engine, day_length=self.day_length).present(onboarding)

    def report(self, onboarding: str, figure: FigureReported, *, now: datetime, key: str = "") -> Kept:
        """Report a figure; saying the same again changes nothing, or doing so under the same `key`.

        Raises UnknownOnboarding, and Refused naming the field.
        """
        by = self._person(figure.by, onboarding) if figure.by else None
        measurements = SqlMeasurements(self.engine, day_length=self.day_length)
        at = figure.at or measurements.present(onboarding)
        one = Measurement(metric=figure.metric, at=at, value=figure.value, unit=figure.unit)
        key = key or f"{self.via}-{short(f'{figure.metric}/{at.isoformat()}/{figure.value!r}/{by}')}"
        apart = measurements.keep(onboarding, [one], key=key, origin=self.via, by=by, now=now)
        return Kept(metric=figure.metric, value=figure.value, at=at, set_apart=apart[0].reason if apart else None)

    def correct(self, onboarding: str, metric: str, number: int, corrected: FigureCorrected) -> None:
        """Put another value in the place of that report; saying the same again changes nothing.

        Raises UnknownOnboarding, and Refused naming the field.
        """
        by = self._person(corrected.by, onboarding)
        key = f"{self.via}-{short(f'{metric}/{number}/{corrected.value!r}')}"
        SqlMeasurements(self.engine).correct(
            onboarding, metric, number, corrected.value, reason=corrected.reason, by=by, key=key
        )

    def reports(self, onboarding: str, metric: str | None = None) -> Sequence[Report]:
        """Every report of that metric, or of all, with what became of it."""
        return SqlMeasurements(self.engine).reports(onboarding, metric)

    def _person(self, named: str, onboarding: str) -> str:
        dossier = SqlLedger(self.engine).dossier(onboarding)
        try:
            return person(named, team=self.staff(), dossier=dossier, onboarding=onboarding)
        except InvalidNews as unknown:
            # Whoever is nobody here may be somebody of another customer: what was sent is as it should be.
            raise Refused(unknown.reason, field=unknown.field) from None


def metrics_of(customer: Customer) -> Sequence[MetricShown]:
    """The business metrics of a customer, and how far each has come."""
    last = customer.last_of_goals
    shown = []
    for goal in customer.goals:
        figure, way = last.get(goal.key), None
        if figure is not None:
            way = {
                "value": figure.value,
                "value_at": figure.at,
                "improvement_pct": goal.improvement(figure.value),
                "on_way_pct": goal.on_way(figure.value, day=figure.day),
            }
        shown.append(MetricShown(**{**dict(goal), "lacks": lacking(goal), **(way or {})}))
    return shown
