"""How does a CRM learn how a deal's onboarding gets on? Its record is written whenever it is behind."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from activities.ports import Crm, Dossiers, WriteBackNames, WriteBacks
from activities.threads import in_thread
from domain.mapping import WriteBack
from domain.refusal import Refused
from domain.trouble import ChannelDown, NotFound, NotReachable, UnknownOnboarding
from domain.write_back import Seen, go_live_of, properties_of

CHANNEL = "crm-"
"""Begins the name of the channel, and so of the sender, by which a CRM is written to; the CRM's name follows."""
PAGE, MOST_PAGES = 100, 20
"""Onboardings in a page, and pages in one look: what moved since the last one, or after a start part of all."""
PUT_OFF = timedelta(minutes=10)
"""How long a write-back waits after a failure: while Temporal tries it again, or it rests, others go before it."""
AGAIN_DAILY = timedelta(days=1)
"""How long a refused write-back waits: a person mends the cause, such as a missing property, and need not say so."""
log = structlog.get_logger()


def channel_of(source: str) -> str:
    """The channel of what is written back to a CRM, such as `crm-hubspot`."""
    return f"{CHANNEL}{source}"


@dataclass(frozen=True, kw_only=True)
class CrmOffice:
    """Writes the records of one CRM. `threads` are for the database.

    `ui` is the address of an onboarding in the Temporal UI, with `{id}` in its place; empty for no links.
    """

    source: str
    crm: Crm
    names: WriteBackNames
    write_backs: WriteBacks
    dossiers: Dossiers
    threads: Executor
    now: Callable[[], datetime]
    ui: str = ""

    def ready(self, *, now: datetime, most: int) -> Sequence[int]:
        """Look at what has moved since the last call; returns the ids that may be written now, oldest first."""
        names = self._names()
        if names is None:
            return ()
        for _ in range(MOST_PAGES):
            moved = self.write_backs.moved(self.source, most=PAGE)
            for standing in moved:
                differs = self._properties(standing, names) != standing.written
                self.write_backs.judge(standing, self.source, differs=differs, now=min(now, self.now()))
            if len(moved) < PAGE:
                break
        return self.write_backs.ready(self.source, now=now, most=most)

    def next_ready(self, *, after: datetime) -> datetime | None:
        """The next moment after `after` from which a record may be written; None when there is none."""
        return self.write_backs.next_ready(self.source, after=after) if self._names() is not None else None

    async def deliver(self, id: int) -> str:
        """Write the record as the onboarding stands now: `sent`, `withdrawn` or `refused`. Raises ChannelDown."""
        names = self._names()
        standing = await in_thread(self.threads, self.write_backs.take, id)
        if standing is None or names is None:
            return "withdrawn"
        properties = await in_thread(self.threads, self._properties, standing, names)
        reason, refused = "", False
        try:
            if properties != standing.written:
                await self.crm.write(standing.deal_id, properties)
        except NotFound:
            reason, refused = "the deal is not there any more", True
        except Refused as refusal:
            reason, refused = refusal.reason, True
        except NotReachable as away:
            reason = str(away)
        if not reason:
            await in_thread(self.threads, partial(self.write_backs.wrote, id, properties, as_of=standing.as_of))
            return "sent"
        if not refused:
            later = self.now() + PUT_OFF
            await in_thread(self.threads, partial(self.write_backs.waits, id, reason=reason, not_before=later))
            raise ChannelDown(reason)
        again = self.now() + AGAIN_DAILY
        refused_then = partial(self.write_backs.refused, id, reason=reason, not_before=again, as_of=standing.as_of)
        await in_thread(self.threads, refused_then)
        log.warning("not_written_back", onboarding=standing.onboarding, reason=reason)
        return "refused"

    def _names(self) -> WriteBack | None:
        """The field names by the mapping; None when it names none, or cannot be read, which is reported elsewhere."""
        try:
            return self.names()
        except NotReachable:
            return None

    def _properties(self, standing: Seen, names: WriteBack) -> dict[str, str]:
        try:
            dossier = self.dossiers.dossier(standing.onboarding)
        except UnknownOnboarding:
            return properties_of(standing, names, go_live=None, link=self._link(standing))
        playing = dossier.playbook.playing("go_live")
        zone = dossier.calendar.time_zone
        go_live = go_live_of(standing.milestones, playing.key if playing else None, time_zone=zone)
        return properties_of(standing, names, go_live=go_live, link=self._link(standing))

    def _link(self, standing: Seen) -> str:
        return self.ui.format(id=standing.onboarding)
