"""How does a message get into Teams? Posted to the address of a workflow, which takes it and says no more."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2

from activities.channels.teams.cards import message_of
from activities.channels.texts.rendering import Rendering
from domain.record import Receipt, WaitingNotice
from domain.trouble import ChannelDown, ChannelUnusable, MaybeArrived

TIMEOUT = 30.0
"""Seconds: a workflow answers as soon as it has the message."""
BUSY = timedelta(minutes=1)
"""How long a workflow is left alone that asks us to come later and does not say when: its limits are by the minute."""
PLACE = "DAY90_TEAMS_URL"


def utc_now() -> datetime:
    """The clock of a channel that is given no other."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Teams:
    """Posts cards for colleagues into the one channel that the workflow behind `url` writes to; nothing comes back.

    The address is a secret: whoever has it may post there. Blocks, so it is called in a thread.
    """

    url: str
    rendering: Rendering
    now: Callable[[], datetime] = utc_now

    def deliver(self, waiting: WaitingNotice) -> Receipt:
        """Post the notice; the receipt says that the workflow took it.

        Raises ChannelDown, MaybeArrived, ChannelRefuses, or ChannelUnusable where the operator must act.
        """
        if not self.url:
            raise ChannelUnusable(f"no address is set: {PLACE}", place=PLACE)
        rendered = self.rendering.render(waiting)
        body = json.dumps(message_of(waiting, rendered))
        try:
            with httpx2.Client(timeout=TIMEOUT, follow_redirects=False) as client:
                answer = client.post(self.url, content=body, headers={"content-type": "application/json"})
        except httpx2.ConnectError as error:
            raise ChannelDown(f"Teams cannot be reached: {type(error).__name__}") from None
        except httpx2.HTTPError as error:
            # Without its words: they may repeat the address.
            raise MaybeArrived(f"Teams did not say whether it took the message: {type(error).__name__}") from None
        _check(answer)
        place = f"a workflow of Teams took it: {answer.status_code}"
        return Receipt(
            message_id=waiting.message_id, place=place, at=self.now(), subject=rendered.subject, text=rendered.body
        )


def _check(answer: httpx2.Response) -> None:
    """Raises what follows from an answer that is no success."""
    status = answer.status_code
    if 200 <= status < 300:
        return
    if status in (429, 503):
        raise ChannelDown(f"Teams wants it later: {status}", again_after=_rest(answer))
    if status >= 500 or status == 408:
        raise MaybeArrived(f"Teams did not say whether it took the message: {status}")
    raise ChannelUnusable(f"the workflow of Teams refused it: {status}", place=PLACE)


def _rest(answer: httpx2.Response) -> timedelta:
    told = answer.headers.get("retry-after", "")
    return timedelta(seconds=min(int(told), 3600)) if re.fullmatch(r"[0-9]{1,9}", told) else BUSY
