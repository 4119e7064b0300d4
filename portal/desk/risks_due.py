"""Whose day has risks to look at again? One row for each onboarding of theirs in which the day has come for some."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine

from domain.rules.reviewing import REVIEWED_EVERY, review_day
from domain.team import Team
from portal.desk.titles import Titles, TitleShelf
from portal.desk.view import DeskView
from store.risks import RISKS, OpenRisk, Watched, players, watched_by, watched_in
from store.work_lines import WorkLine


@dataclass(frozen=True, kw_only=True)
class RisksDue:
    """Finds them for the day of one person, `whose`, as the reader of that day sees it."""

    engine: Engine
    shelf: TitleShelf
    titles: Titles
    team: Team
    view: DeskView
    whose: str

    def lines(self, onboarding: str = "") -> Sequence[WorkLine]:
        """What is to be looked at again by the end of the day; with `onboarding` there alone, put off or not."""
        each = watched_in(self.engine, self.whose, onboarding) if onboarding else self._watched()
        due = [(watched, risks) for watched in each if (risks := list(self._due(watched)))]
        played = players(self.engine, [watched.onboarding for watched, _ in due])
        lines = [self._line(watched, risks, played.get(watched.onboarding, {})) for watched, risks in due]
        return [line for line in lines if line is not None]

    def _watched(self) -> Sequence[Watched]:
        """Those that may be due: what was recorded within the least days between two looks is left unread."""
        view, each = self.view, self.shelf.review_days()
        first = view.today - timedelta(days=min([REVIEWED_EVERY, *each.values()]) - 1)
        long_ago = datetime.combine(first, time(), view.zone)
        return watched_by(
            self.engine, self.whose, now=view.now, today=view.today, long_ago=long_ago, versions=list(each)
        )

    def _line(
        self, watched: Watched, risks: Sequence[tuple[date, OpenRisk]], played: Mapping[str, frozenset[str]]
    ) -> WorkLine | None:
        theirs = [(day, risk) for day, risk in risks if self._is_theirs(watched, risk, played)]
        if not theirs:
            return None
        first = datetime.combine(min(day for day, _ in theirs), time(), self.view.zone)
        gravest = sorted((risk for _, risk in theirs), key=lambda risk: (-risk.score, risk.key))
        titles = (self.titles.risk(risk.key, risk.title, watched.playbook_hash) for risk in gravest)
        return WorkLine(
            onboarding=watched.onboarding,
            account=watched.account,
            kind=RISKS,
            key=RISKS,
            person=self.whose,
            side="vendor",
            owner=watched.owner,
            due=first,
            since=first,
            title="",
            holds_up=0,
            optional=False,
            playbook_hash=watched.playbook_hash,
            text=self.titles.listed(titles),
        )

    def _due(self, watched: Watched) -> Iterator[tuple[date, OpenRisk]]:
        """The risks whose day has come, each with the day on which it was to be looked at."""
        of_playbook = self.shelf.risks_of(watched.playbook_hash)
        for risk in watched.risks:
            day = review_day(risk.review_on, of_playbook.get(risk.key), last=self.view.day_of(risk.at))
            if day <= self.view.today:
                yield day, risk

    def _is_theirs(self, watched: Watched, risk: OpenRisk, played: Mapping[str, frozenset[str]]) -> bool:
        """Whoever was named watches it, else who plays the playbook's role in it, else the onboarding's owner.

        Of somebody who plays no part in the onboarding, nobody's day would show it: then it is the owner's.
        """
        takes_part = {watched.owner, *(id for people in played.values() for id in people)}
        if self.team.member(risk.owner) is not None and risk.owner in takes_part:
            return risk.owner == self.whose
        shipped = self.shelf.risks_of(watched.playbook_hash).get(risk.key)
        if shipped is not None and risk.owner in ("", shipped.owner) and shipped.owner in played:
            return self.whose in played[shipped.owner]
        return watched.owner == self.whose
