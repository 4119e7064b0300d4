"""What has come to our mailbox? Each new mail goes into the inbox, as what other systems deliver does."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.pulse import alive
from activities.threads import in_thread
from domain.answering import Answer
from domain.inbox import Incoming
from domain.notice import MAIL
from domain.trouble import NotReachable
from domain.wire import Wire

log = structlog.get_logger()


class Mailbox(Protocol):
    """Our mailbox."""

    def look(self, take: Callable[[Sequence[tuple[bytes, Answer]]], None]) -> int:
        """Hand what is new to `take`, and mark it then; how many there were. Raises NotReachable."""


class Keeping(Protocol):
    """Takes deliveries into the inbox."""

    def keep(self, deliveries: Sequence[Incoming]) -> None:
        """Put the deliveries into the inbox; one that is there already stays as it is."""


class Collected(Wire):
    """How many mails a look has found."""

    mails: int = 0


async def _nobody() -> None:
    return


def _keeps_nothing() -> None:
    return


@dataclass(frozen=True, kw_only=True)
class Collecting:
    """The activity of the look. Without a `mailbox` there is nothing to find; `wake` lets the receiver look.

    `looked` is called after each look that came through, whatever it found: the sweep asks for the last one.
    """

    mailbox: Mailbox | None = None
    inbox: Keeping | None = None
    wake: Callable[[], Awaitable[None]] = _nobody
    looked: Callable[[], None] = _keeps_nothing
    threads: Executor | None = None

    @activity.defn
    async def collect_mail(self) -> Collected:
        """Put what is new in the mailbox into the inbox. Raises ApplicationError, which Temporal retries."""
        mailbox, inbox, threads = self.mailbox, self.inbox, self.threads
        if mailbox is None or inbox is None or threads is None:
            return Collected()

        def take(mails: Sequence[tuple[bytes, Answer]]) -> None:
            inbox.keep([_delivery(raw, answer) for raw, answer in mails])

        async with alive():
            try:
                mails = await in_thread(threads, lambda: mailbox.look(take))
            except NotReachable as trouble:
                log.warning("mailbox_not_read", reason=str(trouble))
                raise ApplicationError(str(trouble), type="NotReachable") from None
        await in_thread(threads, self.looked)
        if mails:
            log.info("mail_collected", mails=mails)
            await self.wake()
        return Collected(mails=mails)


def _delivery(raw: bytes, answer: Answer) -> Incoming:
    """The mail as a delivery. The same mail again has the same key, whatever the server calls it."""
    return Incoming(
        source=MAIL,
        kind=answer.kind,
        key=hashlib.sha256(raw).hexdigest(),
        subject=answer.refers_to[0] if answer.refers_to else "",
        body=answer.model_dump(mode="json", exclude_defaults=True),
    )
