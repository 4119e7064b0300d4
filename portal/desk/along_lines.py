"""What goes along when an onboarding is given to somebody else, as whoever gives it away reads it?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from portal.desk.desk import Desk
from portal.desk.portfolio_lines import name_of
from portal.desk.titles import Titles
from portal.desk.view import DeskView
from store.asked_of_us import ASKED_WITHIN
from store.going_along import Along, going_along
from store.work_lines import WorkLine

NAMED = 5
"""Pieces of open work that are named of an onboarding; of more it is said how many."""


class Pieces(NamedTuple):
    """Pieces of open work in the reader's words: the first of them by name, and how many more there are."""

    titles: Sequence[str]
    more: int


class AlongShown(NamedTuple):
    """What goes along, and what stays with its `owner`, by their name."""

    owner: str
    goes: Pieces
    stays: Pieces


def along_of(desk: Desk, onboarding: str, owner: str, titles: Titles, view: DeskView) -> AlongShown:
    """Of one onboarding, which is that owner's."""
    return all_along(desk, {onboarding: owner}, titles, view)[onboarding]


def all_along(desk: Desk, owners: Mapping[str, str], titles: Titles, view: DeskView) -> Mapping[str, AlongShown]:
    """Of those onboardings, each with its owner, in one look."""
    team, each = desk.parts.staff(), going_along(desk.engine, owners, asked_after=datetime.now(UTC) - ASKED_WITHIN)
    return {
        onboarding: _shown(along, name_of(owners[onboarding], team, view.language), titles)
        for onboarding, along in each.items()
    }


def _shown(along: Along, owner: str, titles: Titles) -> AlongShown:
    return AlongShown(owner, _pieces(along.goes, titles), _pieces(along.stays, titles))


def _pieces(lines: Iterable[WorkLine], titles: Titles) -> Pieces:
    each = list(dict.fromkeys(titles.work(one.kind, one.key, one.title, one.playbook_hash) for one in lines))
    return Pieces(each[:NAMED], max(len(each) - NAMED, 0))
