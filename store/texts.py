"""How is what people write stored apart from Temporal, and read back by the references that stand for it?"""

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy import Engine, delete, select

from domain.news import short
from domain.texts import REFERENCE, reference
from store.engine import read_connection, single_writes, wall_clock
from store.rows import insert_into
from store.tables import texts

TOKEN_BYTES = 12
"""Two to the power of 96: nobody guesses one, and no two are alike."""


class SqlTexts:
    """The texts of `activities.ports`, in SQL. May be shared by threads. `clock` gives wall time."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime] = wall_clock) -> None:
        self._engine = engine
        self._writes = single_writes(engine)
        self._clock = clock

    def keep(self, workflow: str, news_id: str, written: Mapping[str, str], *, call: str) -> str:
        """Store the texts of a piece of news, each by its place; returns the token that refers to them.

        The same texts under the same news id are stored once, and belong to the `call` that brought them last.
        """
        content = json.dumps(dict(written), sort_keys=True).encode()
        row = {
            "workflow": workflow,
            "token": secrets.token_hex(TOKEN_BYTES),
            "news": short(news_id),
            "digest": hashlib.sha256(content).hexdigest(),
            "body": dict(written),
            "call": call,
            "kept_at": self._clock(),
        }
        with self._writes.connect() as connection:
            kept = insert_into(connection, texts).values(row)
            ours = kept.on_conflict_do_update(
                index_elements=["workflow", "news", "digest"], set_={"call": kept.excluded.call}
            )
            return str(connection.execute(ours.returning(texts.c.token)).scalar_one())

    def read(self, workflow: str, references: Collection[str]) -> Mapping[str, str]:
        """The texts of that workflow by their references; without those that stand for none."""
        tokens = {found[1] for one in references if (found := REFERENCE.fullmatch(one))}
        if not tokens:
            return {}
        of_them = select(texts.c.token, texts.c.body).where(texts.c.workflow == workflow, texts.c.token.in_(tokens))
        with read_connection(self._engine) as connection:
            rows = connection.execute(of_them).all()
        return {reference(row.token, place): text for row in rows for place, text in row.body.items()}

    def drop(self, workflow: str, token: str, *, call: str) -> None:
        """Delete the texts, unless another call has brought the same ones meanwhile."""
        its_own = (texts.c.workflow == workflow) & (texts.c.token == token) & (texts.c.call == call)
        with self._writes.connect() as connection:
            connection.execute(delete(texts).where(its_own))
