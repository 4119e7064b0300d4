"""Who has agreed to which goal?"""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from domain.measure.goals import Goal
from domain.questions import Told
from domain.record import JournalRow
from domain.room.consents import Consent
from domain.room.deeds import Deed
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.room_writes import held, tell
from store.rows import add
from store.tables import consents, journal


class SqlConsents:
    """The yeses to goals, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def agree(self, onboarding: str, goal: Goal, deed: Deed) -> None:
        """Say yes to a goal as it stands. Again it changes nothing. Raises UnknownOnboarding."""
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            row = {
                "onboarding": onboarding,
                "goal": goal.key,
                "revision": goal.revision,
                "side": deed.side,
                "by": deed.by,
                "at": deed.at,
                "recorded_at": wall_clock(),
            }
            add(connection, consents, [row])
            _note(connection, onboarding, "goal_agreed", goal, deed)

    def proposed(self, onboarding: str, goal: Goal, deed: Deed, told: Told) -> None:
        """Tell that somebody has said a goal: in the journal, and to those messages' readers."""
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            _note(connection, onboarding, "goal_proposed", goal, deed)
            tell(connection, onboarding, told)

    def of(self, onboarding: str) -> Sequence[Consent]:
        """All of that onboarding's, those to what was said before among them."""
        wanted = select(consents).where(consents.c.onboarding == onboarding)
        with read_connection(self._engine) as connection:
            return [Consent.model_validate(dict(row)) for row in connection.execute(wanted).mappings()]


def _note(connection: Connection, onboarding: str, kind: str, goal: Goal, deed: Deed) -> None:
    """What a goal says stands in its table: the journal has its key and revision, and who did what."""
    entry = JournalRow(
        key=f"{kind}/{goal.key}/{goal.revision}/{deed.side}",
        at=deed.at,
        kind=kind,
        about=goal.key,
        by=deed.by,
        via=deed.via,
        proved=deed.proved,
        data={"revision": goal.revision},
    )
    add(connection, journal, [journal_row(onboarding, entry, now=wall_clock())])
