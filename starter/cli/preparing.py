"""Do the database and Temporal have what this version needs?"""

import asyncio

from rich.console import Console

from runtime.settings import load_settings
from starter.cli.answers import answer, plain
from starter.cli.options import NOWHERE, Where
from starter.trouble import CannotStart


async def migrate(*, where: Where = NOWHERE) -> None:
    """Give the store the tables and Temporal the search attributes that this version needs; safe to repeat.

    A worker does the same when it starts. As a separate step it has succeeded or failed before the first worker of a
    new version takes over.
    """
    settings = load_settings(flags={"data": where.data})
    if settings.database_url is None:
        raise CannotStart("DAY90_DATABASE_URL does not name the database; the embedded stack migrates its own")
    from runtime.connection import connect, register_search_attributes
    from store.engine import migrate as migrate_store
    from workflows.visibility import ALL_KEYS

    await asyncio.to_thread(migrate_store, settings.sql_url)
    client = await connect(address=where.temporal_address)
    await register_search_attributes(client, ALL_KEYS)
    names = sorted(key.name for key in ALL_KEYS)

    def draw(out: Console) -> None:
        out.print("the store has its tables")
        out.print(plain(f"namespace {client.namespace} has the search attributes {', '.join(names)}"))

    answer(where.json, {"store": "ready", "namespace": client.namespace, "search_attributes": names}, draw)
