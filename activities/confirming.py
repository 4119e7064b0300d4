"""Does Temporal know what the journal says? News that a thrown-away task had written is told again, or taken back."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from activities.ports import Confirmations, Retelling
from activities.threads import in_thread
from domain.record import UnconfirmedRow
from domain.refusal import Refused
from domain.trouble import NotFound, NotReachable

CHANNEL = "confirmations"
"""The channel of this office, and so of its sender."""
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class ConfirmingOffice:
    """The office that confirms the journal's youngest rows. `threads` are for the database."""

    confirmations: Confirmations
    door: Retelling
    threads: Executor

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        return self.confirmations.ready(now=now, most=most)

    def next_ready(self, *, after: datetime) -> datetime | None:
        return self.confirmations.next_ready(after=after)

    async def deliver(self, id: int) -> str:
        """`sent` once Temporal knows the row's news, told again if need be; `refused` when the row was taken back.

        `withdrawn` when it was settled before; `put_off` when the onboarding did not answer: it rests, and the others
        are not held up by it.
        """
        row = await in_thread(self.threads, self.confirmations.take, id)
        if row is None:
            return "withdrawn"
        try:
            known = await self.door.knows(row.onboarding, row.news.news_id)
            if not known and not await self._has_a_twin(id):
                await self.door.tell_again(row.onboarding, row.news)
                log.warning("news_told_again", onboarding=row.onboarding, kind=row.kind)
        except Refused as refusal:
            await self._take_back(id, row, reason=refusal.reason)
            return "refused"
        except (NotFound, NotReachable) as away:
            # A workflow that Temporal has lost is brought back from the journal: not a row of it may go.
            await in_thread(self.threads, self.confirmations.postpone, id)
            log.warning("news_not_confirmed_yet", onboarding=row.onboarding, reason=str(away))
            return "put_off"
        # Once more, also of what is known: news that said nothing new is known as well.
        if await self._has_a_twin(id):
            await self._take_back(id, row, reason="the same was told under another id")
            return "refused"
        await in_thread(self.threads, self.confirmations.confirm, id)
        return "sent"

    async def _has_a_twin(self, id: int) -> bool:
        return await in_thread(self.threads, self.confirmations.has_a_twin, id)

    async def _take_back(self, id: int, row: UnconfirmedRow, *, reason: str) -> None:
        """The read model is drawn anew by the onboarding's next turn, which this brings about."""
        await in_thread(self.threads, partial(self.confirmations.take_back, id, row.news, reason=reason))
        log.error("entry_taken_back", onboarding=row.onboarding, kind=row.kind, reason=reason)
        await self.door.look_again(row.onboarding)
