"""What follows from signed news? It is brought to the onboarding, or, when it reports figures, they are stored."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from activities.ports import Measurements, Onboardings
from domain.clock import DAY
from domain.inbox import InboxRow, Settled
from domain.news import LONGEST_NEWS_ID, MilestoneReached, short
from domain.reported import Report, SetApart, read_report
from domain.trouble import NotFound, UnknownOnboarding

LONGEST_OF_A_SENDER = LONGEST_NEWS_ID - len("news-")


@dataclass(frozen=True)
class NewsIsTold:
    """Handles deliveries to `/intake/news`. `door` names that road as the source, and its sender as proved."""

    reads_the_present: ClassVar[bool] = False

    door: Onboardings
    measurements: Measurements
    day_length: timedelta = field(default=DAY)

    async def __call__(self, row: InboxRow) -> Settled:
        report = read_report(row.body)
        if report.kind is None:
            return await self._kept(report, key=row.key)
        # Under a name of its own: a sender's id may not be that of news which others bring.
        news_id = f"news-{row.key if len(row.key) <= LONGEST_OF_A_SENDER else short(row.key)}"
        told = await self.door.tell(report.onboarding, report.kind, {**self._news(report), "news_id": news_id})
        outcome = f"held until its gate opens: {row.kind}" if told.held else f"told: {row.kind}"
        return Settled(outcome=outcome, onboarding=report.onboarding)

    def _news(self, report: Report) -> Mapping[str, Any]:
        # A system states facts, on whichever road: one that comes before its gate is open waits for it.
        news = {**report.news, "hold": True} if report.kind == MilestoneReached.update else report.news
        # On a compressed clock the sender's moment is none of the plan's.
        return {**news, "at": report.at.isoformat()} if self.day_length == DAY else news

    async def _kept(self, report: Report, *, key: str) -> Settled:
        try:
            apart = await asyncio.to_thread(self._keep, report, key=key)
        except UnknownOnboarding:
            raise NotFound(f"{report.onboarding}: no such onboarding") from None
        reasons = {one.metric: f" does not count: {one.reason}" for one in apart}
        figures = ", ".join(f"{one.metric} {one.value:g}{reasons.get(one.metric, '')}" for one in report.measured)
        return Settled(outcome=f"measured: {figures}", onboarding=report.onboarding)

    def _keep(self, report: Report, *, key: str) -> Sequence[SetApart]:
        measured = report.measured
        if self.day_length != DAY:
            # The sender's moment is none of the plan's.
            present = self.measurements.present(report.onboarding)
            measured = tuple(one.model_copy(update={"at": present}) for one in measured)
        return self.measurements.keep(report.onboarding, measured, key=key)
