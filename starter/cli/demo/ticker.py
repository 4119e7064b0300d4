"""What happens by itself while the demo plays? Prints each mail, stage and change of status, once."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from domain.notice import DIGEST
from starter.cli.answers import COLOURS, count, in_words, plain

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from store.reads import JournalEntry, NoticeLine

LOOKS_EVERY = 0.3
"""Seconds between two looks: often enough to seem live, seldom enough to cost nothing."""
INDENT = " " * 20
NAMED = 3
"""The most receivers of a message that are named; the others are counted."""
TOLD = {
    "stage_opened": ("▸ stage opens: {about}", "blue"),
    "stage_reopened": ("▸ stage opens again: {about}", "yellow"),
    "stage_closed": ("▪ stage complete: {about}", "green"),
    "hypercare_prolonged": ("▸ hypercare goes on: a critical issue is open", "yellow"),
    "ended": ("■ {ending}", "green"),
}


@dataclass(kw_only=True)
class Ticker:
    """Prints what is new in the journal and the outbox of one onboarding."""

    engine: "Engine"
    onboarding: str
    out: Console
    _mails: set[int] = field(default_factory=set)
    _seq: int = 0
    _status: str = "opening"
    _waiting: int = 0

    async def run(self) -> None:
        """Print what is new, until cancelled."""
        while True:
            await self._look()
            await asyncio.sleep(LOOKS_EVERY)

    async def calm(self, seconds: float) -> None:
        """Wait until no mail is waiting, for at most that many seconds."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        await asyncio.sleep(2 * LOOKS_EVERY)
        while self._waiting and loop.time() < until:
            await asyncio.sleep(LOOKS_EVERY)

    async def _look(self) -> None:
        from store.reads import journal, notices, one

        standing, entries, mails = await asyncio.to_thread(
            lambda: (
                one(self.engine, self.onboarding),
                journal(self.engine, self.onboarding),
                notices(self.engine, self.onboarding),
            )
        )
        titles = {stage.key: stage.title for stage in standing.stages}
        for entry in entries:
            if entry.seq > self._seq:
                self._tell(entry, titles)
        self._seq = max((entry.seq for entry in entries), default=0)
        if standing.status != self._status and not standing.ending:
            late = f" ({', '.join(standing.late)})" if standing.late else ""
            self._say(f"● {in_words(standing.status)}{late}", COLOURS.get(standing.status, ""))
        self._status = standing.status
        self._waiting = sum(1 for mail in mails if mail.state == "waiting" and mail.not_before <= datetime.now(UTC))
        for line, style in self._new_mails(mails):
            self._say(line, style)

    def _tell(self, entry: "JournalEntry", titles: dict[str, str]) -> None:
        if entry.kind in TOLD:
            words, style = TOLD[entry.kind]
            ending = in_words(str(entry.data.get("ending", "")))
            self._say(words.format(about=titles.get(entry.about, entry.about), ending=ending), style)

    def _new_mails(self, mails: "tuple[NoticeLine, ...]") -> Iterator[tuple[str, str]]:
        new = [mail for mail in mails if mail.state in ("sent", "refused") and mail.id not in self._mails]
        self._mails |= {mail.id for mail in new}
        alone, joined = apart(new)
        for parts in joined:
            kinds = [in_words(kind) for kind in dict.fromkeys(mail.kind for mail in parts)]
            others = f", with {', '.join(kinds[1:])}" if kinds[1:] else f" ({count(len(parts), 'piece')} of news)"
            yield f"✉ {kinds[0]} to {parts[0].name or parts[0].person}{others}", "dim"
        for (kind, about, state), same in groupby(alone, key=lambda mail: (mail.kind, mail.about, mail.state)):
            names = [mail.name or mail.person for mail in same]
            more = f" and {count(len(names) - NAMED, 'other')}" if len(names) > NAMED else ""
            about_it = f" ({about})" if about else ""
            mark, style = (
                ("✉", "magenta" if kind == "escalation" else "dim") if state == "sent" else ("✉ REFUSED", "red")
            )
            yield f"{mark} {in_words(kind)} to {', '.join(names[:NAMED])}{more}{about_it}", style

    def _say(self, words: str, style: str) -> None:
        self.out.print(Text.assemble(INDENT, plain(words, style)), soft_wrap=True)


def apart(mails: "Sequence[NoticeLine]") -> "tuple[list[NoticeLine], list[list[NoticeLine]]]":
    """What went as a message of its own, and what travelled together, each such message as its parts."""
    news = [mail for mail in mails if mail.kind != DIGEST]
    messages: dict[str | None, list[NoticeLine]] = {}
    for mail in news:
        if mail.state == "sent" and mail.message_id is not None:
            messages.setdefault(mail.message_id, []).append(mail)
    joined = [parts for parts in messages.values() if len(parts) > 1]
    travelled = {part.id for parts in joined for part in parts}
    return [mail for mail in news if mail.id not in travelled], joined
