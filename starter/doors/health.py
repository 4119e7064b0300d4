"""How does a customer of ours do? Score, targets, indicators and red flags, read from what the store has."""

from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Engine

from domain.clock import DAY
from domain.measure.evaluation import evaluate
from domain.measure.flags import FlagUp
from domain.measure.health import Band, Health, not_scored
from domain.measure.targets import IndicatorSeen, TargetSeen
from domain.wire import Instant, Wire
from store.customers import SqlCustomers
from store.evaluations import EvaluatedWeek, Looked, SqlEvaluations

WEEKS_SHOWN = 26
"""Half a year: what a review looks back on."""


class LastLook(Wire):
    """What was kept of the last look; `has_news` says that figures have come since."""

    at: Instant
    score: float | None
    shown: int | None
    band: Band | None
    alarm: bool
    has_news: bool

    @classmethod
    def of(cls, looked: Looked) -> Self:
        """The last look in short; without a score where the playbook had none then."""
        score = looked.evaluation.score
        return cls(
            at=looked.at,
            score=score.score if score else None,
            shown=score.shown if score else None,
            band=score.band if score else None,
            alarm=looked.evaluation.alarm,
            has_news=looked.has_news,
        )


class Outlook(Health):
    """The score, with targets and weeks of the playbook, and the flags that are up; `alarm` says if they are one.

    All of it as of now; `last` is what was kept of the last look, and `history` of the last one in each week.
    """

    targets: tuple[TargetSeen, ...] = ()
    indicators: tuple[IndicatorSeen, ...] = ()
    flags: tuple[FlagUp, ...] = ()
    alarm: bool = False
    last: LastLook | None = None
    history: tuple[EvaluatedWeek, ...] = ()


def outlook_of(
    engine: Engine, onboarding: str, *, now: datetime, day_length: timedelta = DAY, language: str = "en"
) -> Outlook:
    """How that onboarding's customer does. Raises UnknownOnboarding, and Refused where its playbook has no score.

    `now` is wall time; on a compressed clock, whose `day_length` is shorter, the onboarding's own time counts.
    """
    kept = SqlEvaluations(engine)
    evaluation = evaluate(SqlCustomers(engine, day_length=day_length).one(onboarding, now=now), language=language)
    if evaluation.score is None:
        raise not_scored(evaluation.playbook)
    looked = kept.last(onboarding)
    return Outlook(
        **dict(evaluation.score),
        targets=evaluation.targets,
        indicators=evaluation.weeks,
        flags=evaluation.flags,
        alarm=evaluation.alarm,
        last=LastLook.of(looked) if looked else None,
        history=tuple(kept.history(onboarding, most=WEEKS_SHOWN)),
    )
