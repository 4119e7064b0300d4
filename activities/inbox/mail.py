"""What follows from a mail that came to our mailbox? Bounces and answers reach whom they concern; nothing is signed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from activities.ports import Onboardings, Wake
from activities.ports.inbox import Answers
from activities.waking import wake_each
from domain.answering import Answer, Asked
from domain.inbox import InboxRow, Settled
from domain.notice import MAIL
from domain.refusal import Refused
from domain.text import folded
from domain.trouble import NotFound


@dataclass(frozen=True, kw_only=True)
class MailIsRead:
    """Handles what the look into the mailbox has found. `door` names mail as the way, and nobody as proved. An owner
    is written to by any of `channels`.

    A mail may say anything. What changes something for somebody needs the Message-ID of a mail that they got, which
    nobody else knows, and their address; and no mail reaches, signs or ends anything.
    """

    reads_the_present: ClassVar[bool] = False

    door: Onboardings
    answers: Answers
    wake: Wake
    channels: Sequence[str] = (MAIL,)

    async def __call__(self, row: InboxRow) -> Settled:
        answer = Answer.model_validate(row.body)
        asked = await asyncio.to_thread(self.answers.asked, answer.refers_to, sender=answer.sender)
        if asked is None:
            return Settled(state="kept", outcome=f"{answer.kind}: about no message of ours")
        match answer.kind:
            case "bounce":
                outcome = await self._bounced(answer, asked)
            case "complaint":
                await asyncio.to_thread(self.answers.complained, asked.notice)
                outcome = "complaint: its reader gets no more letters that are not essential"
            case "automatic":
                await asyncio.to_thread(self.answers.answered_automatically, asked.notice, by=asked.answerer)
                outcome = "answered automatically"
            case "reply":
                return await self._replied(answer, asked, key=row.key[:32])
        return Settled(outcome=outcome, onboarding=asked.onboarding)

    async def _bounced(self, answer: Answer, asked: Asked) -> str:
        if not answer.final:
            await asyncio.to_thread(self.answers.delayed, asked.notice, reason=answer.reason)
            return f"delayed: {answer.reason}"
        # Forwarded by whom it was for: that one was reached, and somebody else was not.
        theirs = folded(answer.address) == folded(asked.address)
        gone = asked.address if answer.gone and theirs else ""
        owner = await asyncio.to_thread(self.answers.bounced, asked.notice, reason=answer.reason, address=gone)
        if owner is not None:
            await wake_each(self.wake, self.channels)
        return f"bounced{', their address is not written to any more' if gone else ''}: {answer.reason}"

    async def _replied(self, answer: Answer, asked: Asked, *, key: str) -> Settled:
        if asked.answerer:
            await asyncio.to_thread(self.answers.is_reachable, answer.sender)
            await self._told(answer, asked, key=key)
        owner = await asyncio.to_thread(
            self.answers.answered,
            asked.notice,
            key=key,
            sender=answer.sender,
            by=asked.answerer,
            subject=answer.subject,
            text=answer.text,
        )
        if owner is None:
            # An introduction's, or about day90 itself: a person finds it in the inbox.
            return Settled(state="kept", outcome="a reply that belongs to no onboarding with an owner")
        await wake_each(self.wake, self.channels)
        who = "" if asked.answerer else ", by somebody who takes no part"
        return Settled(outcome=f"given to {owner}{who}", onboarding=asked.onboarding)

    async def _told(self, answer: Answer, asked: Asked, *, key: str) -> None:
        """A reply is a sign of life and a note of the onboarding; where that has ended, its owner alone hears."""
        if not answer.text.strip() or not asked.onboarding:
            return
        note = {"note": answer.text, "by": asked.answerer, "news_id": f"mail-{key}"}
        try:
            await self.door.tell(asked.onboarding, "note", note)
        except (Refused, NotFound):
            return
