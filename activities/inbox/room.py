"""What follows from what people do in their room where no workflow is asked? It is a sign of life."""

from dataclasses import dataclass
from typing import Any, ClassVar

from activities.ports import Onboardings
from domain.inbox import InboxRow, Settled
from domain.news import short
from domain.refusal import Refused
from domain.trouble import NotFound


@dataclass(frozen=True)
class SignsOfLife:
    """Tells the onboarding that somebody of the customer's has spoken. What they said is the store's alone.

    Whoever asks every day has not fallen silent, and no reminder may say so. `door` names the room as the way.
    """

    reads_the_present: ClassVar[bool] = False

    door: Onboardings

    async def __call__(self, row: InboxRow) -> Settled:
        body: dict[str, Any] = row.body if isinstance(row.body, dict) else {}
        note = f"spoke in question {body.get('question')}"
        news = {"note": note, "by": body.get("by"), "news_id": f"asked-{short(row.key)}"}
        try:
            await self.door.tell(row.subject, "note", news)
        except (Refused, NotFound) as refused:
            # Once an onboarding is over nobody waits for a sign of life; the question is with its owner all the same.
            return Settled(state="kept", outcome=f"not noted: {refused}", onboarding=row.subject)
        return Settled(outcome=note, onboarding=row.subject)
