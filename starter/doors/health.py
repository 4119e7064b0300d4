"""How healthy is a customer of ours? Read from the store: figures, milestones and issues as they stand."""

from datetime import datetime

from sqlalchemy import Engine

from domain.measure.health import Health, HealthFacts, Measured, health
from domain.playbook import content_hash
from domain.record import RegisterRow
from store import reads
from store.ledger import SqlLedger

FIRST_VALUE = "days_to_first_value"


def health_of(engine: Engine, ledger: SqlLedger, onboarding: str, *, now: datetime, language: str = "en") -> Health:
    """The score of that onboarding's customer. Raises UnknownOnboarding, and Refused where its playbook has no score.

    `now` is wall time; on a compressed clock the onboarding's own time, which runs ahead of it, counts.
    """
    dossier, stands = ledger.dossier(onboarding), reads.one(engine, onboarding)
    calendar = dossier.calendar
    closed = calendar.day_of(dossier.deal.closed_at)
    days = {one.key: (calendar.day_of(one.at) - closed).days for one in stands.milestones if one.at is not None}
    figures = {
        metric: Measured(value=figure.value, at=figure.at, origin=figure.origin)
        for metric, figure in ledger.figures(onboarding).items()
    }
    if stands.days_to_first_value is not None:
        reached = Measured(value=stands.days_to_first_value, at=stands.first_value_at, origin="milestones")
        figures[FIRST_VALUE] = reached
    today = calendar.day_of(stands.ended_at or max(now, stands.as_of or now))
    facts = HealthFacts(
        day=max(0, (today - closed).days),
        settled=days,
        figures=figures,
        critical_issues=sum(map(_is_critical, stands.registers)),
    )
    return health(dossier.playbook, facts, hashed=content_hash(dossier.playbook), language=language)


def _is_critical(row: RegisterRow) -> bool:
    return row.kind == "issue" and row.status != "resolved" and row.data.get("severity") == "critical"
