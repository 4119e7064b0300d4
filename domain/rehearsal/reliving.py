"""How would a past onboarding have gone by another playbook? What was recorded of it, driven through the rules again.

From the rows of its journal alone. What people told then is told at the same moments; all else follows from the rules.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from domain import agenda
from domain.agenda.gates import MADE_BY_TIME
from domain.agenda.milestones import too_early
from domain.clock import Clock
from domain.news import BY_RULE, KINDS, MilestoneReached, News
from domain.notice import Notice
from domain.playbook import Playbook
from domain.record import Dossier, Figure, KeptRow
from domain.refusal import Refused, what_is_wrong
from domain.rehearsal.driving import Driver
from domain.rehearsal.mailing import mails_of
from domain.rehearsal.memory import Memory
from domain.rehearsal.outbox import Outbox, Readers, Sent
from domain.rehearsal.story import Mail
from domain.rules.changing import ORDERED
from domain.rules.contacts import as_it_began
from domain.rules.hours import WorkingHours, plain_week
from domain.rules.opening import first_state
from domain.rules.rebuilding import BEFORE_IT_WAS_KEPT, LED_TO_A_TURN, came_by_itself, recast
from domain.rules.retelling import CAUSE, update_of
from domain.rules.vouching import DOUBTED, doubted_key
from domain.team import Team
from domain.wire import Wire

WRITTEN_WITHIN = timedelta(seconds=10)
"""How soon after its turn a row is written, unless the database was away: then its moment is when it was told."""
OF_VERSIONS = frozenset({ORDERED, "playbook_change_withdrawn"})
"""Kinds of rows by which somebody has it go by another version of its playbook."""
OF_A_CAUSE = re.compile(r"/[0-9a-f]{12}(?=/|$)")
"""What names the piece of news in a key. Of past news only that is kept, so a relived key has another."""


class Untold(Wire):
    """A recorded fact that this playbook does not take, with the reason."""

    key: str
    kind: str
    about: str
    reason: str


class Relived(Driver):
    """One past onboarding, lived again by that playbook, with its team as it is given.

    With `versions`, by hash, it goes on by another where it did so then; without, it goes by the one to its end.
    """

    def __init__(
        self,
        dossier: Dossier,
        rows: Sequence[KeptRow],
        playbook: Playbook,
        team: Team,
        hours: WorkingHours = plain_week,
        *,
        versions: Mapping[str, Playbook] | None = None,
    ) -> None:
        opened = next(row for row in rows if row.kind == "opened")
        dossier = as_it_began(dossier, rows)
        deal = dossier.deal.model_copy(update={"owner": opened.data.get("owner") or dossier.deal.owner})
        dossier = dossier.model_copy(update={"playbook": playbook})
        rules = opened.data.get("rules", BEFORE_IT_WAS_KEPT)
        state = first_state(deal, playbook, dossier.calendar, team, load={}, clock=Clock(), now=opened.at, rules=rules)
        recast(state, dossier, team)
        self.memory = Memory(dossier=dossier, versions=versions or {})
        super().__init__(state, dossier, team, self.memory, now=opened.at, hours=hours)
        self.untold: list[Untold] = []
        self._rows = rows if versions is not None else [row for row in rows if row.kind not in OF_VERSIONS]
        self._doubted = {row.key: row for row in rows if row.kind == DOUBTED}
        self._readers = Readers(dossier, team, hours)
        self._outbox = Outbox(self._readers)
        self._sent: list[Sent] = []

    def live(self) -> tuple[Mail, ...]:
        """The mails that people would have got, until the last that is recorded. Raises NeverAtRest."""
        self.settle()
        for row in self._rows:
            self._take(row)
        self._send(self.now)
        return mails_of(self._sent, self._readers)

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(self.memory.notices.values())

    def until(self, moment: datetime) -> None:
        while (wakes_at := self.wakes_at()) is not None and wakes_at <= moment:
            self._send(wakes_at)
            super().until(wakes_at)
        self._send(moment)
        super().until(moment)

    def _send(self, until: datetime) -> None:
        self._outbox.take(self.notices, self.state)
        self._sent += self._outbox.deliver(self.state, until)

    def _take(self, row: KeptRow) -> None:
        """Let time pass up to that row, and tell what left it, unless a rule did."""
        if self.state.ending:
            return
        moment = _moment(row)
        if row.kind in LED_TO_A_TURN:
            self.until(moment)
            self._take_turn([])
            return
        milestone = self.state.milestone(row.about)
        update = update_of(row, signed=bool(milestone and milestone.signers))
        if update is None:
            return
        self.until(moment)
        # What time has led to may be that row itself, or the end.
        if self._came_by_itself(row):
            return
        self._take_figures(row)
        try:
            self._tell_again(_news(row, update.kind, update.fields, moment))
        except Refused as refused:
            self.untold.append(Untold(key=row.key, kind=row.kind, about=row.about, reason=str(refused)))

    def _came_by_itself(self, row: KeptRow) -> bool:
        state = self.state
        if state.ending or row.kind == "ended":
            return bool(state.ending or state.ending_ahead) or row.via == MADE_BY_TIME
        if row.kind in ("draft_sent", "draft_stopped", "ending_announced") and row.via == MADE_BY_TIME:
            return True
        if row.kind == "correction_opened" and row.via == BY_RULE:
            # By the flag that somebody raised just now.
            return any(one.category == row.data.get("category") for one in state.corrections)
        return state.milestone(row.about) is not None and came_by_itself(row, state)

    def _tell_again(self, news: News) -> None:
        """As a signal is heard: what is too early waits for its gate, what says nothing new changes nothing."""
        if isinstance(news, MilestoneReached) and too_early(self.state, news):
            news = news.model_copy(update={"hold": True})
        agenda.check(self.state, news, self.now)
        if agenda.apply(self.state, news, self.now):
            self.settle()

    def _take_figures(self, row: KeptRow) -> None:
        doubted = self._doubted.get(doubted_key(row.key))
        figures = [Figure.model_validate(figure) for figure in doubted.data["figures"]] if doubted else []
        self.memory.measured = {figure.metric: figure for figure in figures}


def _moment(row: KeptRow) -> datetime:
    """When what left that row was told: at the row's own moment, unless that was said to have been another."""
    return row.at if timedelta(0) <= row.recorded_at - row.at <= WRITTEN_WITHIN else row.recorded_at


def _news(row: KeptRow, kind: str, fields: Mapping[str, Any], moment: datetime) -> News:
    """The news that left that row, as far as the row tells. Raises Refused where it tells too little."""
    known = KINDS[kind].model_fields
    data = {name: row.data[name] for name in known if row.data.get(name) is not None}
    cause = row.key.rpartition("/")[2]
    origin: dict[str, Any] = {"by": row.by, "via": row.via, "proved": row.proved, "note": row.note}
    origin |= {"at": row.at if row.at != moment else None, "news_id": cause if CAUSE.fullmatch(cause) else None}
    given = {**data, **fields, **{name: value for name, value in origin.items() if value is not None}}
    try:
        return KINDS[kind].model_validate(given)
    except ValidationError as error:
        field, reason = what_is_wrong(error)
        raise Refused(reason, field=field) from None


def canonical(key: str) -> str:
    """A key of the journal or of a notice without what names its piece of news: that is not kept of the past."""
    return OF_A_CAUSE.sub("", key)
