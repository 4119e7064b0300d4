"""Which records of a CRM are behind their onboardings, and how did writing each of them go?"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, case, func, select, update

from domain.write_back import Seen, WriteBackLine, WriteBackState
from store.engine import read_connection, read_transaction, wall_clock, write_transaction
from store.rows import add
from store.tables import IS_BEHIND, deals, milestones, onboardings, stages, write_backs

OF_ONE = select(write_backs).where(write_backs.c.onboarding == bindparam("onboarding"))


class SqlWriteBacks:
    """The write-backs of `activities.ports`, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def moved(self, source: str, *, most: int) -> Sequence[Seen]:
        """Up to `most` onboardings of the source that have changed since `judge` last looked at them, by id."""
        joined = deals.join(onboardings, onboardings.c.onboarding == deals.c.onboarding)
        joined = joined.outerjoin(write_backs, write_backs.c.onboarding == deals.c.onboarding)
        fresh = write_backs.c.judged_as_of.is_(None) | (onboardings.c.as_of > write_backs.c.judged_as_of)
        wanted = (deals.c.source == source) & onboardings.c.as_of.is_not(None) & fresh
        query = select(deals.c.onboarding).select_from(joined).where(wanted)
        with read_transaction(self._engine) as connection:
            ids = connection.scalars(query.order_by(deals.c.onboarding).limit(most)).all()
            return [onboarding for id in ids if (onboarding := _seen(connection, id)) is not None]

    def judge(self, seen: Seen, source: str, *, differs: bool, now: datetime) -> None:
        """Remember that the onboarding was looked at; where its record `differs`, a write-back waits from now on."""
        blank = {"source": source, "state": "written", "reason": "", "not_before": now}
        judged: dict[str, Any] = {"judged_as_of": seen.as_of}
        if differs:
            # A worker of the version before does not clear `behind_since` when it has written.
            still = case((write_backs.c.state != "written", write_backs.c.behind_since))
            since = func.coalesce(still, seen.as_of)
            judged |= {"state": "waiting", "reason": "", "not_before": now, "behind_since": since}
        of_it = write_backs.c.onboarding == seen.onboarding
        with write_transaction(self._engine) as connection:
            add(connection, write_backs, [{"onboarding": seen.onboarding, **blank, "judged_as_of": seen.as_of}])
            connection.execute(update(write_backs).where(of_it).values(judged))

    def ready(self, source: str, *, now: datetime, most: int) -> Sequence[int]:
        """The ids of up to `most` write-backs that may be written now, oldest first; refused ones once a day."""
        may = (write_backs.c.source == source) & IS_BEHIND & (write_backs.c.not_before <= now)
        oldest = select(write_backs.c.id).where(may).order_by(write_backs.c.not_before, write_backs.c.id).limit(most)
        with read_transaction(self._engine) as connection:
            return connection.scalars(oldest).all()

    def next_ready(self, source: str, *, after: datetime) -> datetime | None:
        """The next moment after `after` from which a write-back may be written; None when there is none."""
        later = IS_BEHIND & (write_backs.c.not_before > after)
        with read_transaction(self._engine) as connection:
            soonest: datetime | None = connection.scalar(
                select(func.min(write_backs.c.not_before)).where(write_backs.c.source == source, later)
            )
        return soonest

    def take(self, id: int) -> Seen | None:
        """The onboarding, read right before it is written; None when there is nothing to write any more."""
        with read_transaction(self._engine) as connection:
            behind = (write_backs.c.id == id) & (write_backs.c.state != "written")
            onboarding = connection.scalar(select(write_backs.c.onboarding).where(behind))
            return None if onboarding is None else _seen(connection, onboarding)

    def wrote(self, id: int, written: dict[str, str], *, as_of: datetime) -> None:
        """Record that the CRM has these values, as of that business time; later changes are looked at again."""
        self._settle(id, state="written", reason="", written=written, judged_as_of=as_of, behind_since=None)

    def waits(self, id: int, *, reason: str, not_before: datetime) -> None:
        """Record that it cannot be written now, and why; it waits until `not_before`."""
        self._settle(id, state="waiting", reason=reason, not_before=not_before)

    def refused(self, id: int, *, reason: str, not_before: datetime, as_of: datetime) -> None:
        """Record that a person has to do something first; it is tried again at `not_before`.

        Changes after `as_of` are looked at again.
        """
        self._settle(id, state="refused", reason=reason, not_before=not_before, judged_as_of=as_of)

    def of(self, onboarding: str) -> WriteBackLine | None:
        """The write-back of that onboarding; None where nothing is written back."""
        with read_connection(self._engine) as connection:
            row = connection.execute(OF_ONE, {"onboarding": onboarding}).mappings().one_or_none()
        return None if row is None else WriteBackLine.model_validate(row)

    def _settle(self, id: int, *, state: WriteBackState, **values: Any) -> None:
        with write_transaction(self._engine) as connection:
            of_it = update(write_backs).where(write_backs.c.id == id)
            connection.execute(of_it.values(state=state, at=self._clock(), **values))


def _seen(connection: Connection, onboarding: str) -> Seen | None:
    of_it = onboardings.c.onboarding == onboarding
    columns = (onboardings, deals.c.deal_id, write_backs.c.written)
    joined = onboardings.join(deals, deals.c.onboarding == onboardings.c.onboarding)
    joined = joined.outerjoin(write_backs, write_backs.c.onboarding == onboardings.c.onboarding)
    row = connection.execute(select(*columns).select_from(joined).where(of_it)).mappings().one_or_none()
    if row is None or row["as_of"] is None:
        return None
    opened = select(stages.c.title).where(stages.c.onboarding == onboarding, stages.c.status == "open")
    theirs = select(milestones).where(milestones.c.onboarding == onboarding).order_by(milestones.c.position)
    return Seen.model_validate(
        {
            **row,
            "open_stages": connection.scalars(opened.order_by(stages.c.position)).all(),
            "milestones": connection.execute(theirs).mappings().all(),
        }
    )
