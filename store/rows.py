"""How are rows written that may be there already? The one place where the two SQL dialects differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that are new by every unique key; the others stay as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, or replace what stands under their primary key. All rows have the same columns."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    insert = _insert(connection, table)
    replaced = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=replaced), rows)


def replace_all(connection: Connection, table: Table, onboarding: str, rows: Sequence[Row]) -> None:
    """Make the rows the only ones of the onboarding. Put is what differs from what is there: one or two of thirty.

    The table's key is the onboarding and `key`.
    """
    found = connection.execute(select(table).where(table.c.onboarding == onboarding)).mappings()
    there = {row["key"]: dict(row) for row in found}
    put(connection, table, [row for row in rows if there.pop(row["key"], None) != row])
    if there:
        connection.execute(delete(table).where(table.c.onboarding == onboarding, table.c.key.in_(there)))


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
