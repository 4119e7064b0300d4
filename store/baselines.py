"""Which plan was agreed to? The latest agreement of the journal, and the plan that was written with it or before."""

from sqlalchemy import BindParameter, Engine, and_, bindparam, select

from domain.baseline import AGREED_BY, Baseline, makes_firm
from domain.plan import Plan
from domain.playbook import Playbook
from store.engine import read_connection
from store.tables import journal, plans

OF_IT: BindParameter[str] = bindparam("onboarding")
AGREED = (
    select(journal.c.at, journal.c.recorded_at)
    .where(journal.c.onboarding == OF_IT, journal.c.kind.in_(AGREED_BY), journal.c.about == bindparam("about"))
    .order_by(journal.c.seq.desc())
    .limit(1)
    .subquery()
)
# Plan and journal of one turn are written at one moment.
AGREED_PLAN = (
    select(AGREED.c.at, plans.c.revision, plans.c.body)
    .join(plans, and_(plans.c.onboarding == OF_IT, plans.c.written_at <= AGREED.c.recorded_at))
    .order_by(plans.c.revision.desc())
    .limit(1)
)


def baseline(engine: Engine, onboarding: str, playbook: Playbook) -> Baseline | None:
    """The onboarding's plan as it was agreed to last; None while nobody has agreed."""
    with read_connection(engine) as connection:
        given = {"onboarding": onboarding, "about": makes_firm(playbook) or ""}
        row = connection.execute(AGREED_PLAN, given).one_or_none()
    return row and Baseline(agreed_at=row.at, revision=row.revision, plan=Plan.model_validate(row.body))
