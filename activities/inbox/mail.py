"""What follows from a mail that came to our mailbox? Bounces and answers reach whom they concern; nothing is signed."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from activities.ports import Onboardings, Wake
from activities.ports.inbox import Answers, Invitations
from activities.questions import Conversations
from activities.waking import wake_each
from domain.answering import Answer, Asked, EntryAnswered, InvitedBy
from domain.inbox import InboxRow, Settled
from domain.notice import MAIL
from domain.questions import LONGEST_SAID, QuestionFull, Words
from domain.refusal import Refused
from domain.text import folded
from domain.trouble import NotFound, UnknownOnboarding


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
    invitations: Invitations
    wake: Wake
    conversations: Conversations
    channels: Sequence[str] = (MAIL,)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self, row: InboxRow) -> Settled:
        answer = Answer.model_validate(row.body)
        if answer.entry is not None:
            return await self._comes(answer, answer.entry, key=row.key[:32])
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
        if asked.question and asked.answerer and asked.answerer_side == asked.side and answer.text.strip():
            return await self._goes_on(answer, asked, key=key)
        if asked.answerer:
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

    async def _goes_on(self, answer: Answer, asked: Asked, *, key: str) -> Settled:
        """A reply to a message about a question is the next word of it: ours is the answer in the room.

        Whoever got a message of the other side has its Message-ID too, and may write any sender: a reply counts for
        those alone on whose side the message went out.
        """
        ours = asked.answerer_side == "vendor"
        words = Words(
            key=f"mail-{key}",
            side="vendor" if ours else "customer",
            by=asked.answerer,
            text=answer.text[:LONGEST_SAID],
            at=self.now(),
            via=MAIL,
            mail_id=answer.mail_id,
        )
        try:
            await asyncio.to_thread(self.conversations.say, asked.onboarding, asked.question, words)
        except (NotFound, UnknownOnboarding, QuestionFull) as refused:
            return Settled(state="kept", outcome=f"reply: {refused}", onboarding=asked.onboarding)
        await wake_each(self.wake, self.channels)
        what = "answers" if ours else "goes on with"
        return Settled(outcome=f"{asked.answerer} {what} question {asked.question}", onboarding=asked.onboarding)

    async def _comes(self, answer: Answer, entry: EntryAnswered, *, key: str) -> Settled:
        """What a calendar answers for somebody who is invited is told; anything else is kept, and changes nothing."""
        addresses = [address for address in (entry.attendee, answer.sender) if address]
        meeting = await asyncio.to_thread(self.invitations.invited, entry.uid, addresses=addresses)
        if meeting is None:
            return Settled(state="kept", outcome="calendar: about no invitation of ours")
        about = f"{meeting.meeting} of {meeting.occasion}"
        if not meeting.person:
            outcome = f"calendar: {entry.answer} by somebody who is not invited to {about}"
            return Settled(state="kept", outcome=outcome, onboarding=meeting.onboarding)
        if meeting.status == "cancelled":
            return await self._comes_to_nothing(meeting, entry, about=about)
        if meeting.of_programme:
            return await self._comes_to_programme(meeting, entry, about=about, key=key)
        news: dict[str, Any] = {
            "meeting": meeting.meeting,
            "occasion": meeting.occasion,
            "answer": entry.answer,
            "sequence": entry.sequence,
            "by": meeting.person,
            "news_id": f"mail-{key}",
            **({"note": entry.comment} if entry.comment else {}),
        }
        try:
            await self._attends(meeting.onboarding, news, entry)
        except (Refused, NotFound) as refused:
            outcome = f"calendar: {entry.answer} by {meeting.person}, not taken: {refused}"
            return Settled(state="kept", outcome=outcome, onboarding=meeting.onboarding)
        return Settled(outcome=f"{meeting.person} has {entry.answer} {about}", onboarding=meeting.onboarding)

    async def _comes_to_programme(self, meeting: InvitedBy, entry: EntryAnswered, *, about: str, key: str) -> Settled:
        """The onboarding has ended: the answer is kept with the meeting, and its owner hears of a no or a maybe."""
        notice = await asyncio.to_thread(self.invitations.attends, meeting, entry, key=f"mail-{key}")
        if notice is not None:
            await self.wake(notice.channel)
        told = f": {notice.to} is told" if notice else ""
        return Settled(outcome=f"{meeting.person} has {entry.answer} {about}{told}", onboarding=meeting.onboarding)

    async def _comes_to_nothing(self, meeting: InvitedBy, entry: EntryAnswered, *, about: str) -> Settled:
        """Whoever says yes to what has fallen away is told so once more; after that, a person is to look."""
        outcome = f"calendar: {entry.answer} by {meeting.person}, but {about} has fallen away"
        if entry.answer == "declined":
            return Settled(outcome=outcome, onboarding=meeting.onboarding)
        again = await asyncio.to_thread(self.invitations.call_off_again, meeting, answered_at=entry.stamped_at)
        if not again:
            return Settled(state="kept", outcome=outcome, onboarding=meeting.onboarding)
        await wake_each(self.wake, self.channels)
        return Settled(outcome=f"{outcome}; they are told once more", onboarding=meeting.onboarding)

    async def _attends(self, onboarding: str, news: Mapping[str, Any], entry: EntryAnswered) -> None:
        """Tell it as of when the calendar wrote it; where that cannot be, by a clock that is wrong, as of now."""
        stamped = {"at": entry.stamped_at.isoformat()} if entry.stamped_at else {}
        try:
            await self.door.tell(onboarding, "tell_attendance", {**news, **stamped})
        except Refused as refused:
            if refused.field != "at":
                raise
            await self.door.tell(onboarding, "tell_attendance", news)

    async def _told(self, answer: Answer, asked: Asked, *, key: str) -> None:
        """A reply is a sign of life and a note of the onboarding; where that has ended, its owner alone hears."""
        if not answer.text.strip() or not asked.onboarding:
            return
        note = {"note": answer.text, "by": asked.answerer, "news_id": f"mail-{key}"}
        try:
            await self.door.tell(asked.onboarding, "note", note)
        except (Refused, NotFound):
            return
