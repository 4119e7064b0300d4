"""Which reminders has their reader put off, and until when? They get one message then, and none before."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, select

from domain.record import JournalRow
from domain.rules.hearing import SUPPRESSED
from domain.rules.offering import REMINDERS
from store.engine import wall_clock, write_transaction
from store.entries import journal_row
from store.preferences import VIA
from store.rows import add
from store.tables import IS_WAITING, journal, milestones, notices, registers

MARK = "/put_off/"
"""Stands in the key of a reminder that was put off, before its day."""
_SAME = [notices.c[name] == bindparam(name) for name in ("onboarding", "person", "kind", "about")]
# Asked for every reminder; built once.
LATER = (
    select(notices.c.key)
    .where(*_SAME, IS_WAITING, notices.c.not_before > bindparam("now"))
    .where(notices.c.key.contains(MARK, autoescape=True))
    .order_by(notices.c.not_before.desc())
    .limit(1)
)


class SqlReminders:
    """Reminders that people put off, in SQL. May be shared by threads. `clock` tells wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._clock = clock

    def put_off(self, notice: int, *, until: datetime, not_before: datetime) -> None:
        """Remind the reader of that notice again at that moment, and not before; again it changes nothing.

        `until` is business time, `not_before` the same moment by the wall's clock. The date of what it is about stays
        as it is, and so does who else hears of it.
        """
        now = self._clock()
        with write_transaction(self._engine) as connection:
            row = connection.execute(select(notices).where(notices.c.id == notice)).one()
            key = f"{row.key.partition(MARK)[0]}{MARK}{until:%Y-%m-%d}"
            again = {name: row._mapping[name] for name in ("onboarding", "channel", "kind", "person", "about")}
            again |= {"key": key, "while_open": row.while_open, "collapses": row.collapses, "state": "waiting"}
            again |= {"facts": {**row.facts, "put_off": True, "of_date": _date(connection, row)}}
            add(connection, notices, [{**again, "not_before": not_before, "created_at": now}])
            entry = JournalRow(
                key=f"reminder_put_off/{key}",
                at=now,
                kind="reminder_put_off",
                about=row.about,
                by=row.person,
                via=VIA,
                data={"until": until.isoformat()},
            )
            add(connection, journal, [journal_row(row.onboarding, entry, now=now)])


def put_off_by_its_reader(connection: Connection, row: Row[Any], *, now: datetime) -> str | None:
    """Why a reminder does not go that its reader has put off, or whose date has moved since; None where it may."""
    if row.kind not in REMINDERS or row.onboarding is None:
        return None
    if row.facts.get("put_off"):
        return f"{SUPPRESSED}its date has moved" if row.facts["of_date"] != _date(connection, row) else None
    same = {name: getattr(row, name) for name in ("onboarding", "person", "kind", "about")}
    key = connection.scalar(LATER, {**same, "now": now})
    return None if key is None else f"{SUPPRESSED}its reader wants to be reminded on {key.partition(MARK)[2]}"


def _date(connection: Connection, row: Row[Any]) -> str:
    """When the milestone or task is due that the notice is about; empty where nobody knows."""
    if row.kind == "reminder":
        of_milestone = (milestones.c.onboarding == row.onboarding) & (milestones.c.key == row.about)
        due = connection.scalar(select(milestones.c.due).where(of_milestone))
        return due.isoformat() if due else ""
    of_task = (registers.c.onboarding == row.onboarding) & (registers.c.key == row.about)
    data = connection.scalar(select(registers.c.data).where(of_task, registers.c.kind == "task"))
    return str((data or {}).get("due") or "")
