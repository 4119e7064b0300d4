"""How is a customer described by hand, for a health score without a server? As one JSON object."""

from typing import Any

from pydantic import Field, ValidationError

from domain.measure.figures import checked
from domain.measure.health import HealthFacts, Measured
from domain.playbook import Playbook
from domain.refusal import Refused, what_is_wrong
from domain.wire import Instant, Line, Slug, StrictWire

IN_USE, RATE = "core_features_in_use", "core_features_rate"


class GivenFigure(StrictWire):
    """A figure with its moment and origin."""

    value: float
    at: Instant | None = None
    origin: Line = "given"


class GivenCustomer(StrictWire):
    """A customer as somebody writes them down."""

    customer: Line | None = Field(None, description="their name, shown with the score")
    playbook: Slug | None = Field(None, description="whose score is computed")
    day: int = Field(ge=0, le=36_500, description="days since the close of the deal")
    settled: dict[Slug, int] = Field(
        default_factory=dict, description="milestones that are reached, each with its day after the close"
    )
    figures: dict[Slug, float | GivenFigure] = Field(
        default_factory=dict, description="what is known, by figure: a number, or value, at and origin"
    )
    core_features: int = Field(10, ge=1, le=1000, description="how many core features the product has")
    critical_issues: int = Field(0, ge=0, le=1000, description="critical issues that are open")


def read_customer(raw: Any) -> GivenCustomer:
    """The customer in that JSON object. Raises Refused naming the field."""
    try:
        return GivenCustomer.model_validate(raw)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=field) from None


def facts_of(given: GivenCustomer, playbook: Playbook) -> HealthFacts:
    """What the score is computed from. Raises Refused naming the field: figures and milestones that are not there."""
    for milestone, day in given.settled.items():
        if playbook.milestone(milestone) is None:
            raise Refused(f"{playbook.key} has no milestone {milestone!r}", field=f"settled.{milestone}")
        if not 0 <= day <= given.day:
            raise Refused(f"is {day}, and today is day {given.day}", field=f"settled.{milestone}")
    figures = {metric: _measured(metric, figure) for metric, figure in given.figures.items()}
    if IN_USE in figures:
        figures[RATE] = _rate(figures, of=given.core_features)
    wanted = [part.metric for part in playbook.score.parts] if playbook.score else []
    for metric in given.figures:
        if playbook.score is not None and metric not in (*wanted, IN_USE):
            what = f"no part of the score of {playbook.key}: it looks at {', '.join(wanted)}"
            raise Refused(f"is {what}", field=f"figures.{metric}")
    return HealthFacts(day=given.day, settled=given.settled, figures=figures, critical_issues=given.critical_issues)


def _measured(metric: str, figure: float | GivenFigure) -> Measured:
    given = figure if isinstance(figure, GivenFigure) else GivenFigure(value=figure)
    try:
        checked(metric, given.value)
    except Refused as refusal:
        raise Refused(refusal.reason, field=f"figures.{metric}") from None
    return Measured(value=given.value, at=given.at, origin=given.origin)


def _rate(figures: dict[str, Measured], *, of: int) -> Measured:
    in_use = figures[IN_USE]
    if RATE in figures:
        raise Refused(f"say it once: by {IN_USE} or by {RATE}", field=f"figures.{IN_USE}")
    if in_use.value > of:
        raise Refused(f"is {in_use.value:g}, of {of} that there are (core_features)", field=f"figures.{IN_USE}")
    return in_use.model_copy(update={"value": 100 * in_use.value / of})
