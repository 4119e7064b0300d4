"""How do the teams of a customer use the product, and who stands on a list of its users? In SQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from domain.deal import DealClosed
from domain.measure.teams import UseByTeam, use_by_team
from domain.playbook import Playbook
from domain.usage import EPOCH, LISTED, TRAITS, Described, Said, Trait, groups_of, milliseconds, number_of, own_group
from store.engine import read_transaction, write_transaction
from store.usage_traits import Whose, counted_by, describe, listed, week_before
from store.usage_weeks import bits_of, monday_of

A_DAY = timedelta(days=1)


class UserListed(NamedTuple):
    """A user of the customer's, by the id that the product sends; what `traits` does not name stays as it was."""

    user: str
    traits: Mapping[Said, str]


class ListKept(NamedTuple):
    """What a list of users came to: how many stand on it, how many are new there, and how many no longer are."""

    users: int
    new: int
    left: int


class SqlTeams:
    """Reads the use of the product by team, and keeps lists of users. May be shared by threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, deal: DealClosed, playbook: Playbook, *, now: datetime) -> Mapping[Trait, UseByTeam]:
        """By team and by role, as of the last Sunday before that of `now`, which is wall time."""
        until = last_sunday(now)
        # On a compressed clock the close may lie ahead of the wall's: then it bounds nothing.
        whose = Whose(groups_of(deal), deal.closed_at.date() if deal.closed_at <= now else None)
        with read_transaction(self._engine) as connection:
            core = bits_of(connection, playbook)
            return {
                trait: use_by_team(
                    trait,
                    counted_by(connection, whose, trait, until=until, core=core),
                    week_before(connection, whose, trait, until=until),
                    until=until,
                    core=len(core),
                )
                for trait in TRAITS
            }

    def keep_list(self, deal: DealClosed, users: Sequence[UserListed], *, at: datetime) -> ListKept:
        """Keep who the users of that deal's customer are. The list is whole: who is not on it has left it.

        Of a user who stands there twice the later line holds.
        """
        group, moment = own_group(deal), milliseconds(at)
        on_it = {number_of(one.user): one.traits for one in users}
        with write_transaction(self._engine) as connection:
            before = listed(connection, group)
            said = [Described(person, group, moment, {**traits, LISTED: "yes"}) for person, traits in on_it.items()]
            gone = [Described(person, group, moment, {LISTED: ""}) for person in before - on_it.keys()]
            describe(connection, [*said, *gone])
        return ListKept(users=len(on_it), new=len(on_it.keys() - before), left=len(gone))


def last_sunday(now: datetime) -> date:
    """The Sunday before the running week, in UTC."""
    monday = monday_of((now - EPOCH).days)
    return (EPOCH + timedelta(days=monday)).date() - A_DAY
