"""How does a CRM learn how its deal gets on? Looked at when something has moved, written where its record is behind."""

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
"""Before the name of a CRM it names the channel, and so the sender, of what is written back to it."""
PAGE, MOST_PAGES = 100, 20
"""Looked at in one go: what moved since the last look, and after a start the whole of a portfolio in several."""
PUT_OFF = timedelta(minutes=10)
"""While Temporal tries one again and again, or it rests, the others go before it."""
AGAIN_DAILY = timedelta(days=1)
"""What a person has to mend (a property that is missing) is mended some day, and nobody should have to say so."""
log = structlog.get_logger()


def channel_of(source: str) -> str:
    return f"{CHANNEL}{source}"


@dataclass(frozen=True, kw_only=True)
class CrmOffice:
    """The office of one CRM. `ui` is the Temporal UI's address of an onboarding, with `{id}`; `threads` are for the
    database.
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
        names = self._names()
        if names is None:
            return ()
        for _ in range(MOST_PAGES):
            moved = self.write_backs.moved(self.source, most=PAGE)
            for seen in moved:
                differs = self._properties(seen, names) != seen.written
                self.write_backs.judge(seen, self.source, differs=differs, now=min(now, self.now()))
            if len(moved) < PAGE:
                break
        return self.write_backs.ready(self.source, now=now, most=most)

    def next_ready(self, *, after: datetime) -> datetime | None:
        return self.write_backs.next_ready(self.source, after=after) if self._names() is not None else None

    async def deliver(self, id: int) -> str:
        """Write the record as the onboarding stands now, whatever it was that made it wait."""
        names = self._names()
        seen = await in_thread(self.threads, self.write_backs.take, id)
        if seen is None or names is None:
            return "withdrawn"
        said = await in_thread(self.threads, self._properties, seen, names)
        reason, refused = "", False
        try:
            if said != seen.written:
                await self.crm.write(seen.deal_id, said)
        except NotFound:
            reason, refused = "the deal is not there any more", True
        except Refused as refusal:
            reason, refused = refusal.reason, True
        except NotReachable as away:
            reason = str(away)
        if not reason:
            await in_thread(self.threads, partial(self.write_backs.wrote, id, said, as_of=seen.as_of))
            return "sent"
        if not refused:
            later = self.now() + PUT_OFF
            await in_thread(self.threads, partial(self.write_backs.waits, id, reason=reason, not_before=later))
            raise ChannelDown(reason)
        again = self.now() + AGAIN_DAILY
        refused_then = partial(self.write_backs.refused, id, reason=reason, not_before=again, as_of=seen.as_of)
        await in_thread(self.threads, refused_then)
        log.warning("not_written_back", onboarding=seen.onboarding, reason=reason)
        return "refused"

    def _names(self) -> WriteBack | None:
        """None where the mapping names no property, or cannot be read now: whoever mends it sees its complaint."""
        try:
            return self.names()
        except NotReachable:
            return None

    def _properties(self, seen: Seen, names: WriteBack) -> dict[str, str]:
        try:
            dossier = self.dossiers.dossier(seen.onboarding)
        except UnknownOnboarding:
            return properties_of(seen, names, go_live=None, link=self._link(seen))
        playing = dossier.playbook.playing("go_live")
        zone = dossier.calendar.time_zone
        go_live = go_live_of(seen.milestones, playing.key if playing else None, time_zone=zone)
        return properties_of(seen, names, go_live=go_live, link=self._link(seen))

    def _link(self, seen: Seen) -> str:
        return self.ui.format(id=seen.onboarding)
