"""What did a customer buy it for, and what has it come to? Commands that define metrics, report and correct figures."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter
from rich.console import Console

from domain.measure.goals import Goal, lacking
from domain.refusal import read_as
from starter.cli.answers import answer, day_of, plain, table
from starter.cli.installation import Installation, installation_at
from starter.cli.options import NOWHERE, Numbered, Onboarding, Where
from starter.cli.times import moment

if TYPE_CHECKING:
    from starter.doors.measuring import Measuring, MetricShown
    from store.measurements import Report

BY = "Who says so: a stakeholder's id, a staff handle, or the e-mail address of either."
By = Annotated[str, Parameter(help=BY)]
metric = App(name="metric", help="A customer's business metrics and figures: define, report, correct and list them.")


@metric.command
def define(
    onboarding: Onboarding,
    key: str,
    title: str,
    *,
    unit: Annotated[str, Parameter(help="Of its figures, like days: a report in another unit is refused.")],
    by: By,
    baseline: Annotated[float | None, Parameter(help="How it was before; without it nothing can be computed.")] = None,
    target: Annotated[float | None, Parameter(help="How it should be.")] = None,
    direction: Annotated[str, Parameter(help="Which is better: higher or lower.")] = "higher",
    by_day: Annotated[int | None, Parameter(help="Days after the close by which it should be so.")] = None,
    method: Annotated[str | None, Parameter(help="How it is measured, and who does.")] = None,
    main: Annotated[bool, Parameter(help="It is the one that the plan is held against.", negative="")] = False,
    where: Where = NOWHERE,
) -> None:
    """Say what a business metric is, for the first time or anew; what was said before stays on record.

    Parameters
    ----------
    key
        Of the metric, like cycle_time; metrics of the sale have keys already (`day90 metric list`).
    title
        The metric as people read it.
    """
    from starter.doors.measuring import MetricDefined

    said = {"title": title, "unit": unit, "direction": direction, "baseline": baseline, "target": target}
    defined = read_as(MetricDefined, {**said, "by_day": by_day, "method": method, "main": main, "by": by})
    installation, measuring = _measuring(where)
    goal = measuring.define(installation.meant(onboarding), key, defined, now=datetime.now(UTC))
    words = _defined(goal)
    answer(where.json, goal.model_dump(mode="json"), lambda out: out.print(plain(words), soft_wrap=True))


@metric.command
def report(
    onboarding: Onboarding,
    metric: str,
    value: float,
    *,
    at: Annotated[str | None, Parameter(help="When it was so, like 2026-11-05; by default now.")] = None,
    unit: Annotated[str | None, Parameter(help="Of a business metric: refused where it is another one.")] = None,
    by: Annotated[str | None, Parameter(help=BY)] = None,
    where: Where = NOWHERE,
) -> None:
    """Report a figure. What cannot be true is kept and does not count, with the reason.

    Parameters
    ----------
    metric
        A figure of docs/health.md, or the key of a business metric.
    value
        In the metric's unit.
    """
    from starter.doors.measuring import FigureReported

    installation, measuring = _measuring(where)
    onboarding = installation.meant(onboarding)
    dossier = installation.ledger.dossier(onboarding)
    zone, closed_at, now = dossier.calendar.time_zone, dossier.deal.closed_at, datetime.now(UTC)
    today = measuring.present(onboarding)
    when = None if at is None else moment(at, zone=zone, now=today, closed_at=closed_at)
    figure = read_as(FigureReported, {"metric": metric, "value": value, "at": when, "unit": unit, "by": by})
    kept = measuring.report(onboarding, figure, now=now)
    words = f"{kept.metric} {kept.value:g} as of {day_of(kept.at, zone)}"
    words += f" is kept and does not count: it {kept.set_apart}" if kept.set_apart else " counts"
    answer(where.json, kept.model_dump(mode="json"), lambda out: out.print(plain(words), soft_wrap=True))


@metric.command
def correct(
    onboarding: Onboarding,
    metric: str,
    number: Numbered,
    value: float,
    *,
    reason: Annotated[str, Parameter(help="Why; it stands beside both for ever.")],
    by: By,
    where: Where = NOWHERE,
) -> None:
    """Put another value in the place of a report, or call true what was set apart; the report stays on record.

    Parameters
    ----------
    metric
        A figure of docs/health.md, or the key of a business metric.
    number
        Of the report, as `day90 metric list --of METRIC` shows it.
    value
        What it should have said.
    """
    from starter.doors.measuring import FigureCorrected

    installation, measuring = _measuring(where)
    onboarding = installation.meant(onboarding)
    corrected = read_as(FigureCorrected, {"value": value, "reason": reason, "by": by})
    measuring.correct(onboarding, metric, number, corrected)
    reports = measuring.reports(onboarding, metric)
    shown = [one.model_dump(mode="json") for one in reports]
    answer(where.json, shown, lambda out: _draw_reports(out, reports, zone=installation.zone(onboarding)))


@metric.command(name="list")
def list_metrics(
    onboarding: Onboarding,
    *,
    of: Annotated[str | None, Parameter(help="Every report of this figure or metric, with what became of it.")] = None,
    where: Where = NOWHERE,
) -> None:
    """List the business metrics as they are agreed now, and how far each has come."""
    installation, measuring = _measuring(where)
    onboarding = installation.meant(onboarding)
    zone = installation.zone(onboarding)
    if of is not None:
        reports = measuring.reports(onboarding, of)
        shown = [one.model_dump(mode="json") for one in reports]
        answer(where.json, shown, lambda out: _draw_reports(out, reports, zone=zone))
        return
    metrics = measuring.metrics(onboarding, now=datetime.now(UTC))
    answer(where.json, [one.model_dump(mode="json") for one in metrics], lambda out: _draw(out, metrics, zone=zone))


def _measuring(where: Where) -> "tuple[Installation, Measuring]":
    from starter.doors.measuring import Measuring

    installation = installation_at(where)
    measuring = Measuring(
        engine=installation.engine, staff=installation.staff, via="cli", day_length=installation.day_length
    )
    return installation, measuring


def _defined(goal: Goal) -> str:
    asked_for = lacking(goal)
    return f"{goal.key} is defined, version {goal.revision}" + (
        f"; still to be asked for: {', '.join(asked_for)}" if asked_for else ""
    )


def _draw(out: Console, metrics: "Sequence[MetricShown]", *, zone: str) -> None:
    if not metrics:
        out.print(plain("no business metric is agreed; define one: day90 metric define ONBOARDING KEY TITLE"))
        return
    columns = ("key", "metric", "baseline", "target", "is", "as of", "better by", "of the way expected")
    rows = [
        (
            one.key,
            f"{one.title} (main)" if one.main else one.title,
            _amount(one.baseline, one.unit) or "to be asked for",
            _amount(one.target, one.unit) or "to be asked for",
            _amount(one.value, one.unit),
            day_of(one.value_at, zone) if one.value_at else "",
            _amount(one.improvement_pct, "%", digits=1) or ("" if one.direction else "to be asked for: which way?"),
            _amount(one.on_way_pct, "%", digits=0),
        )
        for one in metrics
    ]
    out.print(table("Business metrics", columns, rows, whole=("key",)))


def _draw_reports(out: Console, reports: "Sequence[Report]", *, zone: str) -> None:
    if not reports:
        out.print(plain("nobody has reported it yet"))
        return
    columns = ("number", "metric", "as of", "value", "from", "by", "counts")
    rows = [
        (f"{one.number}", one.metric, day_of(one.at, zone), f"{one.value:g}", one.origin, one.by or "", _counts(one))
        for one in reports
    ]
    out.print(table("Reports", columns, rows, whole=("number", "metric")))


def _counts(one: "Report") -> str:
    if one.replaced_by is not None:
        return f"no: corrected by number {one.replaced_by}"
    if one.set_apart is not None:
        return f"no: it {one.set_apart}"
    return f"yes: {one.reason}" if one.reason else "yes"


def _amount(value: float | None, unit: str, *, digits: int | None = None) -> str:
    if value is None:
        return ""
    return f"{value:g} {unit}".strip() if digits is None else f"{value:.{digits}f} {unit}"
