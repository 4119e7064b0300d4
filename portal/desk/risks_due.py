"""Whose day has risks to look at again? One row for each onboarding of theirs in which the day has come for some."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Engine

from domain.record import RegisterRow
from domain.rules.reviewing import review_day
from domain.team import Team
from portal.desk.titles import Titles, TitleShelf
from portal.desk.view import DeskView
from store.risks import RISKS, Watched, watched_by
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
        each = watched_by(self.engine, self.whose, now=self.view.now, onboarding=onboarding)
        return [line for watched in each if (line := self._line(watched)) is not None]

    def _line(self, watched: Watched) -> WorkLine | None:
        due = list(self._due(watched))
        if not due:
            return None
        first = datetime.combine(min(day for day, _ in due), time(), self.view.zone)
        gravest = sorted((row for _, row in due), key=lambda row: (-int(row.data.get("score") or 0), row.key))
        titles = (self.titles.risk(row.key, row.title, watched.playbook_hash) for row in gravest)
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

    def _due(self, watched: Watched) -> Iterator[tuple[date, RegisterRow]]:
        """The risks that are this person's to look at, each with the day on which it was to be."""
        of_playbook = self.shelf.risks_of(watched.playbook_hash)
        for row in watched.risks:
            day = review_day(row, of_playbook.get(row.key), last=self.view.day_of(row.at))
            if day <= self.view.today and self._is_theirs(watched, row):
                yield day, row

    def _is_theirs(self, watched: Watched, row: RegisterRow) -> bool:
        """Whoever was named watches it, else who plays the playbook's role in it, else the onboarding's owner.

        Of somebody who plays no part in the onboarding, nobody's day would show it: then it is the owner's.
        """
        named = str(row.data.get("owner") or "")
        takes_part = {watched.owner, *(id for people in watched.played.values() for id in people)}
        if self.team.member(named) is not None and named in takes_part:
            return named == self.whose
        shipped = self.shelf.risks_of(watched.playbook_hash).get(row.key)
        if shipped is not None and named in ("", shipped.owner) and shipped.owner in watched.played:
            return self.whose in watched.played[shipped.owner]
        return watched.owner == self.whose
