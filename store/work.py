"""How is it written down who has something to do now? As rows, of which a turn writes those that differ."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from domain.attention import OpenWork
from store.rows import Row, as_rows, put
from store.tables import open_work, registers

OF_IT = select(open_work).where(open_work.c.onboarding == bindparam("onboarding"))
TASKS = select(registers.c.key, registers.c.title, registers.c.data).where(
    registers.c.onboarding == bindparam("onboarding"),
    registers.c.kind.in_(("task", "correction")),
    registers.c.key.in_(bindparam("keys", expanding=True)),
)
NAMED_BY = ("kind", "key", "person")
DONE = delete(open_work).where(
    open_work.c.onboarding == bindparam("of"), *(open_work.c[name] == bindparam(f"of_{name}") for name in NAMED_BY)
)


def write_work(
    connection: Connection, onboarding: str, work: Sequence[OpenWork], *, owner: str, as_of: datetime
) -> None:
    """Make that the only work of the onboarding. What has no date keeps the one that it came with."""
    stored = {_name(row): row for row in as_rows(connection.execute(OF_IT, {"onboarding": onboarding}))}
    rows: dict[tuple[str, ...], Row] = {}
    for one in _with_tasks(connection, onboarding, work, owner=owner):
        row = {"onboarding": onboarding, "owner": owner, **one.model_dump()}
        before = stored.get(_name(row))
        if row["due"] is None:
            row["due"] = before["due"] if before else one.since or as_of
        rows[_name(row)] = row
    put(connection, open_work, [row for name, row in rows.items() if stored.get(name) != row])
    if done := [name for name in stored if name not in rows]:
        given = [
            dict(zip(("of", *(f"of_{part}" for part in NAMED_BY)), (onboarding, *name), strict=True)) for name in done
        ]
        connection.execute(DONE, given)


def _with_tasks(connection: Connection, onboarding: str, work: Sequence[OpenWork], *, owner: str) -> Sequence[OpenWork]:
    """The same work; who has a task, and what it is called, is read from the register."""
    keys = [one.key for one in work if one.kind == "task"]
    if not keys:
        return work
    found = {row.key: row for row in connection.execute(TASKS, {"onboarding": onboarding, "keys": keys})}
    return [_as_registered(one, found.get(one.key), owner) if one.kind == "task" else one for one in work]


def _as_registered(task: OpenWork, row: Any, owner: str) -> OpenWork:
    person = (row.data.get("owner") if row else None) or task.person or owner
    return task.model_copy(update={"person": str(person), "title": (row.title if row else "") or task.title})


def _name(row: Any) -> tuple[str, ...]:
    return tuple(row[name] for name in NAMED_BY)
