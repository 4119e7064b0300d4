"""How are rows written that may be there already? The one place where the two SQL dialects differ."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Column, Connection, Dialect, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that are new by every unique key; the others stay as they are."""
    if rows:
        connection.execute(_adding_rows(connection.dialect.name, table), rows)


def add_tuples(
    connection: Connection,
    table: Table,
    rows: Sequence[tuple[Any, ...]],
    *,
    otherwise: str = "DO NOTHING",
) -> None:
    """The same for very many rows: tuples in the order of the columns, of what the driver takes without conversion.

    `otherwise` is what becomes of rows that are there, in the SQL of both databases.
    """
    if not rows:
        return
    filled = list(table.columns)
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


def add_texts(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same for many rows of the same columns, all of which are texts or made of a text; one row at least.

    They go as one JSON document that the database takes apart. With a parameter for each value, or an array for each
    column, the driver spends several times what the database does, in Python, while everybody else waits for it.
    """
    connection.exec_driver_sql(_adding(connection.dialect, table, tuple(rows[0])), (to_json(rows).decode(),))


@cache
def _adding(dialect: Dialect, table: Table, names: tuple[str, ...]) -> str:
    """The statement of `add_texts`; made once, since that takes longer than to have a row written."""
    if dialect.name == "sqlite":
        values = [f"json_extract(value, '$.{name}')" for name in names]
        source = "json_each(?)"
    else:
        values = [f"{name}::{table.c[name].type.compile(dialect)}" for name in names]
        source = f"json_to_recordset(%s) AS one({', '.join(f'{name} text' for name in names)})"
    into = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} FROM {source}"
    # Without WHERE, SQLite takes ON for that of a join.
    return f"{into} WHERE true ON CONFLICT DO NOTHING"


def for_the_driver(connection: Connection, column: Column[Any], value: Any) -> Any:
    """The value of that column as the driver takes it without conversion."""
    processor = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return processor(value) if processor else value


@cache
def _adding_rows(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, or replace what stands under their primary key. All rows have the same columns."""
    if not rows:
        return
    connection.execute(_putting_rows(connection.dialect.name, table, tuple(rows[0])), rows)


@cache
def _putting_rows(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    keys = [column.name for column in table.primary_key]
    insert = _insert(dialect, table)
    replaced = {name: insert.excluded[name] for name in names if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=replaced)


def replace_all(connection: Connection, table: Table, onboarding: str, rows: Sequence[Row]) -> None:
    """Make the rows the only ones of the onboarding. Put is what differs from what is there: one or two of thirty.

    The table's key is the onboarding and `key`.
    """
    found = connection.execute(select(table).where(table.c.onboarding == onboarding)).mappings()
    there = {row["key"]: dict(row) for row in found}
    put(connection, table, [row for row in rows if there.pop(row["key"], None) != row])
    if there:
        connection.execute(delete(table).where(table.c.onboarding == onboarding, table.c.key.in_(there)))


def insert_into(connection: Connection, table: Table) -> Insert:
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
