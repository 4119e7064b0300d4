"""Where are plans of changes kept until they are applied, and by whom is one applied?"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, delete, select, update

from domain.rehearsal.planning import PlanOfChange
from store.engine import read_connection, wall_clock, write_transaction
from store.rows import insert_into
from store.tables import change_plans

KEPT_FOR = timedelta(days=30)
"""How long a plan is kept: by then hardly one onboarding is what it was."""
TAKEN_FOR = timedelta(seconds=30)
"""How long a plan counts as being applied after its process last said so. A process that was killed says nothing."""


class KeptPlan(NamedTuple):
    """A plan of a change, and when it was made."""

    plan: PlanOfChange
    made_at: datetime


class SqlChangePlans:
    """Plans of changes, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def keep(self, plan: PlanOfChange) -> None:
        """Keep that plan under its hash, and forget those that are old."""
        now = self._clock()
        body = {"playbook": plan.playbook, "made_at": now, "body": plan}
        with write_transaction(self._engine) as connection:
            connection.execute(delete(change_plans).where(change_plans.c.made_at < now - KEPT_FOR))
            insert = insert_into(connection, change_plans).values(hash=plan.hash, **body)
            connection.execute(insert.on_conflict_do_update(index_elements=["hash"], set_=body))

    def beginning(self, hashed: str) -> Sequence[KeptPlan]:
        """The kept plans whose hash begins like that."""
        alike = change_plans.c.hash.startswith(hashed, autoescape=True)
        with read_connection(self._engine) as connection:
            rows = connection.execute(select(change_plans).where(alike).order_by(change_plans.c.hash)).all()
        return [KeptPlan(PlanOfChange.model_validate(row.body, extra="ignore"), row.made_at) for row in rows]

    def take(self, plan: PlanOfChange, by: str) -> str | None:
        """Take the plan to apply it, or go on having it. None if that is so, else the hash of the one that is applied.

        Of the plans of one playbook one is applied at a time.
        """
        now, of_it = self._clock(), change_plans.c.playbook == plan.playbook
        with write_transaction(self._engine) as connection:
            rows = connection.execute(select(change_plans).where(of_it).order_by("hash").with_for_update()).all()
            for row in rows:
                if row.taken_by not in (None, by) and row.taken_until > now:
                    return str(row.hash)
            taken = {"taken_by": by, "taken_until": now + TAKEN_FOR}
            connection.execute(update(change_plans).where(change_plans.c.hash == plan.hash).values(taken))
        return None

    def release(self, plan: PlanOfChange, by: str) -> None:
        """Let others take it."""
        ours = (change_plans.c.hash == plan.hash) & (change_plans.c.taken_by == by)
        with write_transaction(self._engine) as connection:
            connection.execute(update(change_plans).where(ours).values(taken_by=None, taken_until=None))
