"""What did customers buy it for? Their goals as agreed: those of the sale, replaced by what people said since."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, func, select

from domain.deal import SuccessMetric
from domain.measure.goals import NONE_YET, Goal, GoalGiven, SaidOtherwise, checked_goal, goals_of_sale
from domain.trouble import UnknownOnboarding
from domain.wire import Wire
from store.engine import read_connection, write_transaction
from store.evaluations import remember_news
from store.rows import add, as_rows
from store.tables import deals, goals

SAID = set(GoalGiven.model_fields)
SAID_OF = (
    select(goals)
    .where(goals.c.onboarding.in_(bindparam("ids", expanding=True)))
    .order_by(goals.c.key, goals.c.revision)
)


class _Sold(Wire):
    success_metrics: tuple[SuccessMetric, ...] = ()


class SqlGoals:
    """The goals of customers, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def define(
        self,
        onboarding: str,
        given: GoalGiven,
        *,
        by: str | None,
        origin: str,
        at: datetime,
        revision: int | None = None,
    ) -> Goal:
        """Say a goal, or say it otherwise; what was said before stays on record.

        `revision` is the one that was read (NONE_YET where there was none), where that is to hold: then the same person
        saying the same again changes nothing. Raises UnknownOnboarding, SaidOtherwise, and Refused naming the field
        where it could not be computed.
        """
        with write_transaction(self._engine) as connection:
            hold_goals(connection, onboarding)
            if revision is not None:
                now = {goal.key: goal for goal in goals_of(connection, [onboarding])[onboarding]}
                there = now.get(given.key)
                if there is not None and there.by == by and given.model_dump() == there.model_dump(include=SAID):
                    return there
                if revision != (there.revision if there else NONE_YET):
                    raise SaidOtherwise("was said otherwise since it was read", field="revision")
            return say_goal(connection, onboarding, given, by=by, origin=origin, at=at)

    def of(self, onboarding: str) -> tuple[Goal, ...]:
        """The goals of that customer as they are agreed now. Raises UnknownOnboarding."""
        with read_connection(self._engine) as connection:
            found = goals_of(connection, [onboarding])
        if onboarding not in found:
            raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")
        return found[onboarding]

    def said_before(self, onboarding: str, key: str) -> tuple[Goal, ...]:
        """That goal as people have said it, the first version first."""
        of_it = select(goals).where(goals.c.onboarding == onboarding, goals.c.key == key).order_by(goals.c.revision)
        with read_connection(self._engine) as connection:
            return tuple(Goal.model_validate(row) for row in connection.execute(of_it).mappings())


def hold_goals(connection: Connection, onboarding: str) -> None:
    """Keep others from saying goals of it until the end of the transaction. Raises UnknownOnboarding.

    Two who read the same newest revision would both write the next one, and that of the second would be lost.
    """
    of_it = select(deals.c.run).where(deals.c.onboarding == onboarding)
    if connection.scalar(of_it.with_for_update(key_share=True)) is None:
        raise UnknownOnboarding(f"there is no onboarding {onboarding!r}")


def say_goal(
    connection: Connection, onboarding: str, given: GoalGiven, *, by: str | None, origin: str, at: datetime
) -> Goal:
    """Say a goal in the caller's transaction, which holds the goals. Raises Refused naming the field."""
    checked_goal(given)
    same = (goals.c.onboarding == onboarding) & (goals.c.key == given.key)
    before = connection.scalar(select(func.max(goals.c.revision)).where(same)) or 0
    said = {**given.model_dump(), "origin": origin, "by": by, "at": at, "revision": before + 1}
    add(connection, goals, [{"onboarding": onboarding, **said}])
    remember_news(connection, [onboarding])
    return Goal.model_validate(said)


def goals_of(connection: Connection, wanted: Collection[str]) -> Mapping[str, tuple[Goal, ...]]:
    """The goals of each of those onboardings that is there."""
    ids = list(wanted)
    sold = connection.execute(select(deals.c.onboarding, deals.c.body).where(deals.c.onboarding.in_(ids))).all()
    return with_what_was_said(connection, {row.onboarding: row.body for row in sold})


def with_what_was_said(connection: Connection, deals_of: Mapping[str, object]) -> Mapping[str, tuple[Goal, ...]]:
    """The goals by the deals of onboardings, and by what people said since."""
    by_sale = {
        id: {goal.key: goal for goal in goals_of_sale(_Sold.model_validate(body, extra="ignore").success_metrics)}
        for id, body in deals_of.items()
    }
    for row in as_rows(connection.execute(SAID_OF, {"ids": list(deals_of)})):
        by_sale[row["onboarding"]][row["key"]] = Goal.model_validate(row)
    return {id: tuple(of_it.values()) for id, of_it in by_sale.items()}
