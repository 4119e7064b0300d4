"""How are rows written that may exist already? The one place where the two SQL dialects differ."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import (
    ARRAY,
    CTE,
    Column,
    Connection,
    CursorResult,
    Dialect,
    Table,
    cast,
    column,
    func,
    literal,
    select,
    values,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

Row = Mapping[str, Any]
Insert = postgresql.Insert | sqlite.Insert


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that are new by every unique key; rows that exist stay as they are."""
    if rows:
        connection.execute(_adding_rows(connection.dialect.name, table), rows)


def add_tuples(
    connection: Connection,
    table: Table,
    rows: Sequence[tuple[Any, ...]],
    *,
    otherwise: str = "DO NOTHING",
    columns: Sequence[str] = (),
) -> None:
    """Insert very many rows: tuples in the order of the columns, of values that the driver takes without conversion.

    `otherwise` is what is done for rows that exist, in SQL that both databases understand; by default they stay as they
    are. `columns` are those that the tuples fill; by default all.
    """
    if not rows:
        return
    filled = [table.c[name] for name in columns] or list(table.columns)
    into = f"INSERT INTO {table.name} ({', '.join(column.name for column in filled)})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(filled))
        connection.exec_driver_sql(f"{into} VALUES ({marks}) ON CONFLICT {otherwise}", list(rows))
        return
    # One statement with an array for each column: with one statement for each row most of the time goes into protocol.
    types = [column.type.compile(connection.dialect) for column in filled]
    arrays = ", ".join(f"%s::{type}[]" for type in types)
    values = tuple(list(column) for column in zip(*rows, strict=True))
    connection.exec_driver_sql(f"{into} SELECT * FROM unnest({arrays}) ON CONFLICT {otherwise}", values)


def add_texts(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows that are new; those that exist stay as they are. Needs one row at least.

    All rows have the same columns, and every value is a text or can be made from one. They go as one JSON document that
    the database takes apart. With a parameter for each value, or an array for each column, the driver needs several
    times as long as the database, in Python, while everything else in the process waits for it.
    """
    connection.exec_driver_sql(_adding(connection.dialect, table, tuple(rows[0])), (to_json(rows).decode(),))


@cache
def _adding(dialect: Dialect, table: Table, names: tuple[str, ...]) -> str:
    """The statement of `add_texts`; built once, since building it takes longer than writing a row."""
    if dialect.name == "sqlite":
        values = [f"json_extract(value, '$.{name}')" for name in names]
        source = "json_each(?)"
    else:
        values = [f"{name}::{table.c[name].type.compile(dialect)}" for name in names]
        source = f"json_to_recordset(%s) AS one({', '.join(f'{name} text' for name in names)})"
    into = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} FROM {source}"
    # Without WHERE, SQLite reads ON as that of a join.
    return f"{into} WHERE true ON CONFLICT DO NOTHING"


def as_table(
    connection: Connection, name: str, columns: Mapping[str, TypeEngine[Any]], rows: Sequence[tuple[Any, ...]]
) -> CTE:
    """Rows of the program as a table of that name, for a statement to join with. Needs one row at least.

    On PostgreSQL they go as one array for each column. With a parameter for each value the statement is a new one for
    every number of rows, and building it takes longer than running it.
    """
    named = [column(key, type_) for key, type_ in columns.items()]
    if connection.dialect.name == "sqlite":
        return values(*named).data(rows).cte(name)
    arrays = [
        cast(literal(list(of_all), ARRAY(type_)), ARRAY(type_))
        for type_, of_all in zip(columns.values(), zip(*rows, strict=True), strict=True)
    ]
    return select(func.unnest(*arrays).table_valued(*named).render_derived(name=f"{name}_rows")).cte(name)


def for_the_driver(connection: Connection, column: Column[Any], value: Any) -> Any:
    """The value of that column as the driver takes it without conversion."""
    processor = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return processor(value) if processor else value


@cache
def _adding_rows(dialect: str, table: Table) -> Insert:
    return _insert(dialect, table).on_conflict_do_nothing()


def put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, or replace those with the same primary key. All rows have the same columns."""
    if not rows:
        return
    connection.execute(_putting_rows(connection.dialect.name, table, tuple(rows[0])), rows)


@cache
def _putting_rows(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    keys = [column.name for column in table.primary_key]
    insert = _insert(dialect, table)
    replaced = {name: insert.excluded[name] for name in names if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=replaced)


def as_rows(result: CursorResult[Any]) -> list[Row]:
    """The rows of a result by the names of their columns.

    Made of the result's own mappings they take six times as long: those look up the names anew for each value.
    """
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def insert_into(connection: Connection, table: Table) -> Insert:
    """An INSERT in the dialect of the connection, which has `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return _insert(connection.dialect.name, table)


def _insert(dialect: str, table: Table) -> Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
