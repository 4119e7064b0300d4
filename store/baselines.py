"""Which plan was agreed to? The latest agreement of the journal, and the plan that was written with it or before."""

from sqlalchemy import Engine, select

from domain.baseline import AGREED_BY, Baseline, makes_firm
from domain.plan import Plan
from domain.playbook import Playbook
from store.engine import read_transaction
from store.tables import journal, plans


def baseline(engine: Engine, onboarding: str, playbook: Playbook) -> Baseline | None:
    """The onboarding's plan as it was agreed to last; None while nobody has agreed."""
    agreeing = (journal.c.kind.in_(AGREED_BY)) & (journal.c.about == (makes_firm(playbook) or ""))
    agreed = select(journal.c.at, journal.c.recorded_at).where((journal.c.onboarding == onboarding) & agreeing)
    with read_transaction(engine) as connection:
        row = connection.execute(agreed.order_by(journal.c.seq.desc()).limit(1)).one_or_none()
        if row is None:
            return None
        # Plan and journal of one turn are written at one moment.
        written = (plans.c.onboarding == onboarding) & (plans.c.written_at <= row.recorded_at)
        latest = select(plans.c.revision, plans.c.body).where(written).order_by(plans.c.revision.desc()).limit(1)
        plan = connection.execute(latest).one_or_none()
    if plan is None:
        return None
    return Baseline(agreed_at=row.at, revision=plan.revision, plan=Plan.model_validate(plan.body))
