"""How were trainings rated? One row a person and session; the newest counts."""

from collections.abc import Sequence

from sqlalchemy import Engine, select

from domain.record import JournalRow
from domain.room.deeds import Deed
from domain.training import Rating
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.room_writes import held
from store.rows import add, insert_into
from store.tables import journal, training_ratings


class SqlTraining:
    """The ratings of trainings, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rate(self, onboarding: str, session: str, rating: int, text: str, deed: Deed) -> None:
        """Keep how somebody rates a session, in the place of what they said before. Raises UnknownOnboarding."""
        values = {"rating": rating, "text": text, "at": deed.at, "recorded_at": wall_clock()}
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            row = {"onboarding": onboarding, "session": session, "by": deed.by, **values}
            rated = insert_into(connection, training_ratings).values(row)
            keys = ["onboarding", "session", "by"]
            connection.execute(rated.on_conflict_do_update(index_elements=keys, set_=values))
            # What they say of it stands in the table alone.
            entry = JournalRow(
                key=f"training_rated/{deed.key}",
                at=deed.at,
                kind="training_rated",
                about=session,
                by=deed.by,
                via=deed.via,
                proved=deed.proved,
                data={"rating": rating},
            )
            add(connection, journal, [journal_row(onboarding, entry, now=wall_clock())])

    def of(self, onboarding: str) -> Sequence[Rating]:
        """All ratings of that onboarding, the oldest first."""
        wanted = select(training_ratings).where(training_ratings.c.onboarding == onboarding)
        with read_connection(self._engine) as connection:
            rows = connection.execute(wanted.order_by(training_ratings.c.recorded_at)).mappings()
            return [Rating.model_validate(dict(row)) for row in rows]
