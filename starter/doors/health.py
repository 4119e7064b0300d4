"""How does a customer of ours do? Score, targets, indicators and red flags, read from what the store has."""

from datetime import datetime, timedelta

from sqlalchemy import Engine

from domain.clock import DAY
from domain.measure.evaluation import evaluate
from domain.measure.flags import FlagUp
from domain.measure.health import Health, not_scored
from domain.measure.targets import IndicatorSeen, TargetSeen
from store.customers import SqlCustomers
from store.evaluations import EvaluatedWeek, SqlEvaluations

WEEKS_SHOWN = 26
"""Half a year: what a review looks back on."""


class Outlook(Health):
    """The score, with targets and weeks of the playbook, and the flags that are up; `alarm` says if they are one."""

    targets: tuple[TargetSeen, ...] = ()
    indicators: tuple[IndicatorSeen, ...] = ()
    flags: tuple[FlagUp, ...] = ()
    alarm: bool = False
    history: tuple[EvaluatedWeek, ...] = ()


def outlook_of(
    engine: Engine, onboarding: str, *, now: datetime, day_length: timedelta = DAY, language: str = "en"
) -> Outlook:
    """How that onboarding's customer does. Raises UnknownOnboarding, and Refused where its playbook has no score.

    `now` is wall time; on a compressed clock, whose `day_length` is shorter, the onboarding's own time counts.
    """
    evaluation = evaluate(SqlCustomers(engine, day_length=day_length).one(onboarding, now=now), language=language)
    if evaluation.score is None:
        raise not_scored(evaluation.playbook)
    return Outlook(
        **dict(evaluation.score),
        targets=evaluation.targets,
        indicators=evaluation.weeks,
        flags=evaluation.flags,
        alarm=evaluation.alarm,
        history=tuple(SqlEvaluations(engine).history(onboarding, most=WEEKS_SHOWN)),
    )
