"""How is the product used in each team of a customer's, and in each role? Figures of groups, and never of a person.

A team of fewer than five people has no figures: they would point at somebody. Such teams are counted together, with
whoever has no team; and where even these are too few, with the smallest team that would have been shown, since what is
left over could be subtracted from the whole. Teams stand in the order of their names: nobody is ranked.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from domain.deal import CustomerRole
from domain.measure.use import ENOUGH_USERS, share
from domain.usage import Trait
from domain.wire import Wire

FEWEST = 5
"""People whose use is told together. Of four, three who compare notes know all about the fourth; and many a works
council asks for five."""
MOST_SHOWN = 100
"""Teams with a line of their own: the largest. Whoever reads more of them wants a file."""
REPORTED_TO: tuple[CustomerRole, ...] = ("manager", "project_lead", "executive_sponsor")
"""Who of the customer's reads it: those who answer for others' work, or for the whole."""
WEEKS_SEEN = 13
"""Whoever has not used it for a quarter of a year, and stands on no list, counts as gone."""
WEEKS_BEFORE = 4
"""How far back a week is that the last one is held against."""


class Counted(NamedTuple):
    """What the `people` of a team did: how many `ever` used it, how many in the last whole `week` and the last four.

    Those four are the `month`. `features` are the users of each core feature in it; `begun` says how many first used
    the product so many days after the close.
    """

    word: str
    people: int
    ever: int
    week: int
    month: int
    features: Mapping[str, int]
    begun: Mapping[int, int]


class Before(NamedTuple):
    """What a team did in one whole week, some weeks ago."""

    word: str
    people: int
    week: int


class UseOfTeam(Wire):
    """How the `people` of one team use the product; in `team` their role where people are told apart by role.

    `team` is empty where several are counted together.

    `weekly_pct` is the share that used it in the last whole week, `before_pct` in that four weeks earlier (None where
    the team was too small then), `activated_pct` that ever used it. `core_features` were used by three of them in four
    weeks; `features_per_user` is an average over the users of these weeks. Half of those who ever used it had begun by
    `begun_day`, counted from the close. Both are None where they would be of fewer than five people.
    """

    team: str
    people: int
    weekly_users: int
    weekly_pct: float
    before_pct: float | None = None
    activated_pct: float
    core_features: int
    features_per_user: float | None = None
    begun_day: int | None = None


class UseByTeam(Wire):
    """How a customer's `people` use the product, by `trait`, as of the Sunday `until`.

    `all` is None where they are too few for any figure. `teams` are those with figures of their own, `others` everybody
    else: `counted_together` teams, and the `without` whose team nobody has said.
    """

    trait: Trait
    until: date
    people: int
    without: int
    counted_together: int
    core_features: int
    all: UseOfTeam | None = None
    teams: tuple[UseOfTeam, ...] = ()
    others: UseOfTeam | None = None

    @property
    def is_told_apart(self) -> bool:
        """Whether anything is known of who is in which team."""
        return self.without < self.people


def use_by_team(
    trait: Trait, counted: Iterable[Counted], before: Iterable[Before], *, until: date, core: int
) -> UseByTeam:
    """What those counts come to, where each is of another team; the empty word is of people without one."""
    each = _folded(counted)
    nobodys = each.pop("", None)
    earlier = {_fold(word): (people, users) for word, people, users in _added(before)}
    shown, together = _told_apart(list(each.values()), nobodys)
    everybody = _sum([*shown, *together, *([nobodys] if nobodys else [])])
    rest = _sum([*together, *([nobodys] if nobodys else [])])
    return UseByTeam(
        trait=trait,
        until=until,
        people=everybody.people,
        without=nobodys.people if nobodys else 0,
        counted_together=len(together),
        core_features=core,
        all=_figures(everybody._replace(word=""), None) if everybody.people >= FEWEST else None,
        teams=tuple(
            _figures(one, earlier.get(_fold(one.word))) for one in sorted(shown, key=lambda one: _fold(one.word))
        ),
        others=_figures(rest._replace(word=""), None) if shown and rest.people else None,
    )


def _told_apart(teams: Sequence[Counted], nobodys: Counted | None) -> tuple[list[Counted], list[Counted]]:
    """The teams that are shown, and those that are counted together."""
    by_size = sorted(teams, key=lambda one: (-one.people, _fold(one.word)))
    shown = [one for one in by_size if one.people >= FEWEST][:MOST_SHOWN]
    together = by_size[len(shown) :]
    rest = sum(one.people for one in together) + (nobodys.people if nobodys else 0)
    while shown and 0 < rest < FEWEST:
        together.append(shown.pop())
        rest += together[-1].people
    return shown, together


def _figures(one: Counted, before: tuple[int, int] | None) -> UseOfTeam:
    per_user = sum(one.features.values()) / one.month if one.month >= FEWEST and one.features else None
    return UseOfTeam(
        team=one.word,
        people=one.people,
        weekly_users=one.week,
        weekly_pct=share(one.week, one.people),
        before_pct=share(before[1], before[0]) if before and before[0] >= FEWEST else None,
        activated_pct=share(one.ever, one.people),
        core_features=sum(users >= ENOUGH_USERS for users in one.features.values()),
        features_per_user=round(per_user, 1) if per_user is not None else None,
        begun_day=_median(one.begun) if sum(one.begun.values()) >= FEWEST else None,
    )


def _folded(counted: Iterable[Counted]) -> dict[str, Counted]:
    """One count for each team, however its name was written; by the name that most of its people have."""
    each: dict[str, list[Counted]] = {}
    for one in counted:
        each.setdefault(_fold(one.word), []).append(one)
    return {word: _sum(same) for word, same in each.items()}


def _added(before: Iterable[Before]) -> list[Before]:
    each: dict[str, Before] = {}
    for one in before:
        key = _fold(one.word)
        there = each.get(key, Before(key, 0, 0))
        each[key] = Before(key, there.people + one.people, there.week + one.week)
    return list(each.values())


def _sum(parts: Sequence[Counted]) -> Counted:
    """Several groups as one: everybody is in one of them alone."""
    features: dict[str, int] = {}
    begun: dict[int, int] = {}
    for one in parts:
        for feature, users in one.features.items():
            features[feature] = features.get(feature, 0) + users
        for day, users in one.begun.items():
            begun[day] = begun.get(day, 0) + users
    return Counted(
        word=max(parts, key=lambda one: (one.people, one.word)).word if parts else "",
        people=sum(one.people for one in parts),
        ever=sum(one.ever for one in parts),
        week=sum(one.week for one in parts),
        month=sum(one.month for one in parts),
        features=features,
        begun=begun,
    )


def _fold(word: str) -> str:
    """A team's name as it is compared: without regard to case, or to the width of Japanese letters."""
    return unicodedata.normalize("NFKC", word).casefold()


def _median(begun: Mapping[int, int]) -> int:
    """The day by which half of them had begun."""
    half, so_far = sum(begun.values()) / 2, 0
    for day in sorted(begun):
        so_far += begun[day]
        if so_far >= half:
            return day
    return max(begun)
