"""How are the migrations run? In the one transaction that `store.engine.migrating` has begun."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from store.tables import metadata


def _plain_type(kind: str, part: Any, _: object) -> str | Literal[False]:
    """Name the plain type in a new script: what our own types do may change, an old migration may not."""
    if kind == "type" and isinstance(part, TypeDecorator):
        return f"sa.{part.impl_instance!r}"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_plain_type,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
