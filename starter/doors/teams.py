"""How do a customer's teams use the product, and who are its users? Reads figures by team, takes whole lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from domain.measure.teams import UseByTeam
from domain.record import Dossier
from domain.refusal import Refused
from domain.usage import Said, Trait, read_id, trait_word
from starter.trouble import InvalidNews
from store.teams import ListKept, SqlTeams, UserListed

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from store.ledger import SqlLedger

MOST_LISTED = 100_000
"""Lines of one list: more than any customer here has users, and read in a few seconds."""


class UserLine(NamedTuple):
    """A line of a list of users, as it was given: by the `user` id that the product sends.

    None says nothing of a trait; an empty word that they have none any more. `place` says where it stands in the list.
    """

    place: str
    user: str
    team: str | None = None
    role: str | None = None


@dataclass(frozen=True, kw_only=True)
class TeamDoor:
    """Tells use by team, and keeps lists of users. It blocks: call it in a thread. `clock` tells wall time."""

    engine: "Engine"
    ledger: "SqlLedger"
    clock: Callable[[], datetime] = field(default=partial(datetime.now, UTC))

    def of(self, dossier: Dossier) -> Mapping[Trait, UseByTeam]:
        """By team and by role, as of the last whole week."""
        return SqlTeams(self.engine).of(dossier.deal, dossier.playbook, now=self.clock())

    def keep_list(self, onboarding: str, lines: Sequence[UserLine]) -> ListKept:
        """Keep that list as the whole one. Raises UnknownOnboarding, and InvalidNews naming the first wrong line.

        Nothing of a list is kept where one line is wrong. A list of nobody is refused: it is an export that failed, and
        would take everybody off.
        """
        if not lines:
            raise InvalidNews("names nobody; a list is whole, and this one would take every user off", field="users")
        if len(lines) > MOST_LISTED:
            raise InvalidNews(f"at most {MOST_LISTED} lines are taken", field="users")
        deal = self.ledger.dossier(onboarding).deal
        users = [_read(line) for line in lines]
        return SqlTeams(self.engine).keep_list(deal, users, at=self.clock())


def _read(line: UserLine) -> UserListed:
    said: dict[Trait, str | None] = {"team": line.team, "role": line.role}
    try:
        user = read_id(line.user, field=f"{line.place}.user")
        if not user:
            raise Refused("is missing", field=f"{line.place}.user")
        traits: dict[Said, str] = {
            trait: trait_word(word, field=f"{line.place}.{trait}") for trait, word in said.items() if word is not None
        }
    except Refused as refusal:
        raise InvalidNews(refusal.reason, field=refusal.field) from None
    return UserListed(user, traits)
