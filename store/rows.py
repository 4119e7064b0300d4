"""How are rows written that may be there already? The one place where the two SQL dialects differ."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that are new by every unique key; the others stay as they are."""
    if rows:
        connection.execute(insert_into(connection, table).on_conflict_do_nothing(), rows)


def add_tuples(
    connection: Connection,
    table: Table,
    rows: Sequence[tuple[Any, ...]],
    *,
    columns: Sequence[str] = (),
    otherwise: str = "DO NOTHING",
) -> None:
    """The same for very many rows: tuples in the order of the columns, of what the driver takes without conversion.

    `columns` are all of the table's where none are named. `otherwise` is what becomes of rows that are there, in the
    SQL of both databases.
    """
    if not rows:
        return
    filled = [table.c[name] for name in columns] if columns else list(table.columns)
    into = f"INSERT INTO {table.name} ({', '.join(column.name for column in filled)})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(filled))
        connection.exec_driver_sql(f"{into} VALUES ({marks}) ON CONFLICT {otherwise}", list(rows))
        return
    # One statement with an array for each column: one for each row is mostly protocol.
    types = [column.type.compile(connection.dialect) for column in filled]
    arrays = ", ".join(f"%s::{type}[]" for type in types)
    values = tuple(list(column) for column in zip(*rows, strict=True))
    connection.exec_driver_sql(f"{into} SELECT * FROM unnest({arrays}) ON CONFLICT {otherwise}", values)


def for_the_driver(connection: Connection, column: Column[Any], value: Any) -> Any:
    """The value of that column as the driver takes it without conversion."""
    processor = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return processor(value) if processor else value


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, or replace what stands under their primary key. All rows have the same columns."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    insert = insert_into(connection, table)
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


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
