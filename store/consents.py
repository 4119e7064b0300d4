"""Who has agreed to which goal?"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from domain.measure.goals import Goal, GoalGiven, SaidOtherwise
from domain.questions import Told
from domain.record import JournalRow
from domain.refusal import Refused
from domain.room.consents import Consent
from domain.room.deeds import Deed
from domain.trouble import NotFound
from store.engine import read_connection, wall_clock, write_transaction
from store.entries import journal_row
from store.goals import goals_of, hold_goals, say_goal
from store.room_writes import held, tell
from store.rows import add
from store.tables import consents, journal

Word = Callable[[Sequence[Goal], Sequence[Consent]], GoalGiven | None]
"""Decides in which words a goal is kept, given the goals and consents that are there; None keeps nothing."""
Tell = Callable[[Goal, str], Told]
"""Decides who hears of a goal that was proposed, given the onboarding's owner."""


class SqlConsents:
    """The yeses to goals, in SQL. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def agree(
        self, onboarding: str, key: str, deed: Deed, *, revision: int | None = None, note: str | None = None
    ) -> Goal:
        """Say yes to a goal as it stands; `revision` is what was read, where that is to hold.

        While it is compared nobody else can say the goal otherwise. Again it changes nothing. Raises UnknownOnboarding,
        NotFound, SaidOtherwise, and Refused where the goal has no target.
        """
        with write_transaction(self._engine) as connection:
            held(connection, onboarding)
            hold_goals(connection, onboarding)
            goal = next((each for each in goals_of(connection, [onboarding])[onboarding] if each.key == key), None)
            if goal is None:
                raise NotFound(f"{onboarding} has no goal {key!r}")
            if goal.target is None:
                raise Refused("has no target yet, and nobody can agree to that: say one first", field="goal")
            if revision is not None and revision != goal.revision:
                raise SaidOtherwise("was said otherwise since it was read", field="revision")
            _consent(connection, onboarding, goal, deed)
            _note(connection, onboarding, "goal_agreed", goal, deed, note=note)
            return goal

    def propose(
        self, onboarding: str, deed: Deed, *, at: datetime, word: Word, tell_of: Tell, deciders: Collection[str]
    ) -> Goal | None:
        """Say a goal, with its row of the journal and its messages or not at all; None where `word` keeps nothing.

        While `word` decides nobody else can say one. Who of the `deciders` says it has said yes to it, which goes on to
        count when others decide. Raises UnknownOnboarding, and Refused naming the field.
        """
        with write_transaction(self._engine) as connection:
            owner = held(connection, onboarding)
            hold_goals(connection, onboarding)
            given = word(goals_of(connection, [onboarding])[onboarding], _consents(connection, onboarding))
            if given is None:
                return None
            goal = say_goal(connection, onboarding, given, by=deed.by, origin=deed.via, at=at)
            if deed.by in deciders:
                _consent(connection, onboarding, goal, deed)
            _note(connection, onboarding, "goal_proposed", goal, deed)
            tell(connection, onboarding, tell_of(goal, owner))
            return goal

    def of(self, onboarding: str) -> Sequence[Consent]:
        """All of that onboarding's, those to what was said before among them."""
        with read_connection(self._engine) as connection:
            return _consents(connection, onboarding)


def _consents(connection: Connection, onboarding: str) -> Sequence[Consent]:
    wanted = select(consents).where(consents.c.onboarding == onboarding)
    return [Consent.model_validate(dict(row)) for row in connection.execute(wanted).mappings()]


def _consent(connection: Connection, onboarding: str, goal: Goal, deed: Deed) -> None:
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


def _note(
    connection: Connection, onboarding: str, kind: str, goal: Goal, deed: Deed, *, note: str | None = None
) -> None:
    """What a goal says stands in its table: the journal has its key and revision, and who did what."""
    entry = JournalRow(
        key=f"{kind}/{goal.key}/{goal.revision}/{deed.side}",
        at=deed.at,
        kind=kind,
        about=goal.key,
        by=deed.by,
        via=deed.via,
        proved=deed.proved,
        note=note,
        data={"revision": goal.revision},
    )
    add(connection, journal, [journal_row(onboarding, entry, now=wall_clock())])
