"""How do both sides agree on goals? For the room, commands and the API alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from domain.measure.goals import Goal, GoalGiven
from domain.questions import Told
from domain.record import Dossier
from domain.refusal import Refused
from domain.room.consents import Consent, WithConsents, with_consents
from domain.room.consents import Standing as GoalStanding
from domain.room.deeds import Deed
from domain.room.proposals import as_proposed
from domain.rules.addressing import Desk
from domain.rules.goal_notices import goal_proposed, who_decides
from domain.wire import Wire
from store.consents import SqlConsents
from store.goals import SqlGoals

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from activities.ports import Staff
    from store.ledger import SqlLedger


class GoalShown(Wire):
    """A goal as it is said now, and whether both sides have agreed to it."""

    goal: Goal
    standing: GoalStanding
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class GoalDoor:
    """Proposes and agrees to goals. It blocks: call it in a thread. `clock` tells wall time."""

    engine: "Engine"
    ledger: "SqlLedger"
    staff: "Staff"
    clock: Callable[[], datetime] = field(default=partial(datetime.now, UTC))

    def of(self, onboarding: str) -> Sequence[WithConsents]:
        """The goals of that customer, each with who has said yes to it. Raises UnknownOnboarding."""
        return self.by(self.ledger.dossier(onboarding))

    def by(self, dossier: Dossier) -> Sequence[WithConsents]:
        """The same, for who has the dossier already. Raises UnknownOnboarding."""
        goals, yeses = SqlGoals(self.engine).of(dossier.onboarding), SqlConsents(self.engine).of(dossier.onboarding)
        return _with_consents(dossier, goals, yeses)

    def shown(self, onboarding: str) -> Sequence[GoalShown]:
        """The same for programs."""
        of_it = self.of(onboarding)
        return [GoalShown(goal=one.goal, standing=one.standing, consents=one.consents) for one in of_it]

    def agree(
        self, onboarding: str, key: str, deed: Deed, *, revision: int | None = None, note: str | None = None
    ) -> Goal:
        """Say yes to a goal as it stands; `revision` is what was read, where that is to hold. `note` is the journal's.

        Raises UnknownOnboarding, NotFound, SaidOtherwise, and Refused where it has no target, or by who may not decide.
        """
        self._refuse_others(onboarding, deed)
        return SqlConsents(self.engine).agree(onboarding, key, deed, revision=revision, note=note)

    def propose(self, onboarding: str, given: GoalGiven, deed: Deed) -> tuple[Goal | None, Sequence[str]]:
        """Say a goal as somebody of the customer's, anew or for the first time; and the channels by which we are told.

        In the same words again it changes nothing, and there is no goal. Raises UnknownOnboarding, DecidedByOthers,
        TooManyProposed, and Refused naming the field.
        """
        dossier = self.ledger.dossier(onboarding)
        deciders = who_decides(dossier)
        told: list[Told] = []

        def word(goals: Sequence[Goal], yeses: Sequence[Consent]) -> GoalGiven | None:
            return as_proposed(given, _with_consents(dossier, goals, yeses), by=deed.by, deciders=deciders)

        def tell_of(goal: Goal, owner: str) -> Told:
            told.append(goal_proposed(goal, deed.by, Desk(dossier, self.staff(), owner, self.clock())))
            return told[-1]

        goal = SqlConsents(self.engine).propose(
            onboarding, deed, at=self.clock(), word=word, tell_of=tell_of, deciders=deciders
        )
        return goal, tuple({notice.channel for each in told for notice in each.notices})

    def deciders(self, onboarding: str) -> Sequence[str]:
        """The ids of those of the customer's who may agree to goals."""
        return who_decides(self.ledger.dossier(onboarding))

    def _refuse_others(self, onboarding: str, deed: Deed) -> None:
        if deed.side == "customer" and deed.by not in (may := self.deciders(onboarding)):
            raise Refused(f"{deed.by} may not decide on goals; {', '.join(may)} may", field="by")


def _with_consents(dossier: Dossier, goals: Sequence[Goal], yeses: Sequence[Consent]) -> Sequence[WithConsents]:
    contacts = {contact.id for contact in dossier.deal.stakeholders}
    return with_consents(goals, yeses, contacts=contacts, deciders=who_decides(dossier))
